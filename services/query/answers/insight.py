"""One sentence about rows, from the rows alone: a value, the largest with its share, or a trend."""

from collections.abc import Sequence
from typing import Any

from libs.events.catalog import Language
from libs.language.catalogue import text


def insight_of(
    chart_type: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], language: Language, *, whole: bool
) -> str:
    """The sentence, or nothing. Shares are told only of a `whole` result of counts or sums, not of a cut one."""
    if chart_type == "number":
        return text("insight.number", language, name=_spoken(columns[0]), value=_figure(rows[0][0]))
    if chart_type not in ("bar", "line"):
        return ""
    number = next((i for i in range(len(columns) - 1, -1, -1) if isinstance(rows[0][i], int | float)), None)
    label = 0 if number != 0 else 1
    if number is None:
        return ""
    pairs = [(str(row[label]), float(row[number])) for row in rows if row[number] is not None]
    if len(pairs) < 2:
        return ""
    if chart_type == "line":
        return _trend(pairs, _spoken(columns[number]), language)
    name, largest = max(pairs, key=lambda pair: pair[1])
    total = sum(value for _, value in pairs)
    values = {"name": name, "measure": _spoken(columns[number]), "value": _figure(largest)}
    parts = total > 0 and all(value >= 0 for _, value in pairs)
    if whole and parts and columns[number].lower().startswith(("count", "sum")):
        return text("insight.largest_share", language, **values, share=f"{largest / total:.1%}")
    return text("insight.largest", language, **values)


def _trend(pairs: Sequence[tuple[str, float]], measure: str, language: Language) -> str:
    high, low = max(pairs, key=lambda pair: pair[1]), min(pairs, key=lambda pair: pair[1])
    return text(
        "insight.trend", language, measure=measure, high=high[0], high_value=_figure(high[1]), low=low[0],
        low_value=_figure(low[1]),
    )  # fmt: skip


def _spoken(column: str) -> str:
    return column.replace("_", " ")


def _figure(value: Any) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.2f}"
    return f"{int(value):,}" if isinstance(value, int | float) else str(value)
