"""Whether two results are the same: rows as multisets, their order only where the verified SQL orders, columns in any
order, numbers to nine digits."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

Rows = Sequence[Sequence[Any]]


def same_rows(verified: Rows, given: Rows, *, ordered: bool) -> bool:
    """Whether `given` says what `verified` says."""
    if len(verified) != len(given) or (verified and len(verified[0]) != len(given[0])):
        return False
    one, other = ([tuple(map(_token, row)) for row in rows] for rows in (verified, given))
    return _same(one, other, ordered) or _same(
        _columns_in_order(one, ordered), _columns_in_order(other, ordered), ordered
    )


def _same(one: list[tuple[str, ...]], other: list[tuple[str, ...]], ordered: bool) -> bool:
    return one == other if ordered else Counter(one) == Counter(other)


def _columns_in_order(rows: list[tuple[str, ...]], ordered: bool) -> list[tuple[str, ...]]:
    """The rows with their columns sorted by what they hold."""
    columns = sorted(zip(*rows, strict=True), key=lambda column: column if ordered else tuple(sorted(column)))
    return list(zip(*columns, strict=True))


def _token(value: Any) -> str:
    if isinstance(value, int | float):
        return f"{float(value):.9g}"
    return "null" if value is None else f"'{value}"
