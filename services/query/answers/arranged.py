"""Puts the groups of an answer in the order in which people look for them, where the question asks for none."""

from collections.abc import Callable, Sequence
from typing import Any

from services.query.answers.columns import Column, columns_of
from services.query.answers.origin import Origin

Rows = tuple[tuple[Any, ...], ...]


def arranged(names: Sequence[str], rows: Rows, origin: Origin) -> Rows:
    """What goes on by time or by steps does so; other things are told from the most to the least.

    Rows are left as they are where the SQL orders them, where some are cut off, and where nothing is measured.
    """
    columns = columns_of(names, rows, origin)
    groups = [column for column in columns if column.part.how == "key"]
    measures = [column for column in columns if column.numbers and column.part.how not in ("", "key")]
    if origin.ordered or not origin.whole or not groups or not measures:
        return rows
    if _are_things(groups):
        orders = [_falling(measures[0]), _rising(groups[0])]
    else:
        orders = [_rising(column) for column in sorted(groups, key=lambda column: column.role != "time")]
    places = sorted(range(len(rows)), key=lambda row: [order(row) for order in orders])
    return tuple(rows[row] for row in places)


def _are_things(groups: Sequence[Column]) -> bool:
    """Whether each row is a thing with a name or code of its own, and no point of time."""
    alone = [column for column in groups if len(set(map(str, column.values))) == len(column.values)]
    timed = any(column.role == "time" for column in alone)
    return not timed and any(not column.keys or column.role == "code" for column in alone)


def _rising(column: Column) -> Callable[[int], tuple[bool, Any]]:
    """Without a value last."""
    keys = column.keys or tuple(None if value is None else str(value) for value in column.values)
    return lambda row: (keys[row] is None, keys[row] if keys[row] is not None else 0)


def _falling(measure: Column) -> Callable[[int], tuple[bool, Any]]:
    numbers = measure.numbers
    return lambda row: (numbers[row] is None, -(numbers[row] or 0))
