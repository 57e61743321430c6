"""Chooses a chart by rules on the columns of a result: declarative, never code."""

import re
from collections.abc import Sequence
from typing import Any

_TIME = re.compile(r"(?:^|_)(?:date|time|year|quarter|month|week|day|hour)(?:$|_)|年|月|日|季度", re.IGNORECASE)
_ISO_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_MOST_BARS = 50


def chart_of(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[str, dict[str, Any] | None]:
    """(chart_type, specification {type, x, y}) of a result; a table has no specification."""
    if len(rows) == 1 and len(columns) == 1 and _numeric(rows, 0):
        return "number", {"type": "number", "y": columns[0]}
    if len(rows) < 2 or len(columns) < 2:
        return "table", None
    numbers = [index for index in range(len(columns)) if _numeric(rows, index)]
    times = [index for index in range(len(columns)) if _temporal(columns[index], rows, index)]
    measures = [index for index in numbers if index not in times]
    labels = [index for index in range(len(columns)) if index not in numbers]
    if not measures:
        return "table", None
    if times:
        return _chart("line", columns, times[0], measures)
    if labels and len(rows) <= _MOST_BARS:
        return _chart("bar", columns, labels[0], measures)
    if len(measures) == 2 and not labels:
        return _chart("scatter", columns, measures[0], measures[1:])
    return "table", None


def _chart(kind: str, columns: Sequence[str], x: int, y: Sequence[int]) -> tuple[str, dict[str, Any]]:
    return kind, {"type": kind, "x": columns[x], "y": [columns[index] for index in y if index != x]}


def _numeric(rows: Sequence[Sequence[Any]], index: int) -> bool:
    values = [row[index] for row in rows if row[index] is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _temporal(name: str, rows: Sequence[Sequence[Any]], index: int) -> bool:
    if _TIME.search(name):
        return True
    values = [row[index] for row in rows if row[index] is not None]
    return bool(values) and all(isinstance(value, str) and _ISO_DATE.match(value) for value in values)
