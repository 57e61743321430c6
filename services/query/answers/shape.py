"""Decides by rules what of a result is drawn, and how: the shape that chart and insight are made from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from libs.charts.specification import ChartType
from services.query.answers.columns import Column, columns_of
from services.query.answers.origin import Origin

_MOST_COLUMNS, _MOST_BARS, _MOST_SLICES, _MOST_SERIES = 6, 30, 6, 8
_NORTH = re.compile(r"lat|纬", re.IGNORECASE)
_OF_ROWS = ("", "key")
"""What a column is that says which row it is; an aggregate only says something about it."""
_SCALES_APART = 100
"""Measures further apart do not share an axis: of the smaller one nothing would be seen."""


@dataclass(frozen=True)
class Shape:
    """What a result is drawn from. A table has `x` and `y`, too, where something can be said of them."""

    type: ChartType
    columns: tuple[Column, ...]
    rows: int
    whole: bool
    x: Column | None = None
    y: tuple[Column, ...] = ()
    series: Column | None = None

    @property
    def order(self) -> tuple[int, ...]:
        """The rows that have an `x`, in the order in which they are drawn: by time, by steps, by size of a slice."""
        if self.x is None or self.type not in ("line", "bar", "pie"):
            return tuple(range(self.rows))
        x, numbers = self.x, self.y[0].numbers
        there = [row for row in range(self.rows) if x.values[row] is not None or x.role != "time"]
        if self.type == "pie":
            return tuple(sorted(there, key=lambda row: -(numbers[row] or 0)))
        steps = x.role == "label" and x.keys and None not in x.keys and not sorted_by(self.y[0])
        if self.type == "line" or steps:
            return tuple(sorted(there, key=lambda row: x.keys[row]))
        return tuple(there)


def shape_of(names: Sequence[str], rows: Sequence[Sequence[Any]], origin: Origin) -> Shape:
    """The shape of a result."""
    columns = columns_of(names, rows, origin)
    table = Shape("table", columns, len(rows), origin.whole)
    if origin.subtotals:
        return table
    # Columns are drawn by their names, and of two with one name nobody could tell which is meant.
    distinct = [column for column in columns if sum(each.name == column.name for each in columns) == 1]
    measures = _measures(distinct)
    places = [column for column in distinct if column.role == "place"]
    if not measures and len(places) == 2 and len(rows) > 2:
        north, east = sorted(places, key=lambda column: not _NORTH.search(column.name))
        return Shape("scatter", columns, len(rows), origin.whole, east, (north,))
    if not rows or not measures or len(columns) > _MOST_COLUMNS:
        return table
    if len(rows) == 1:
        return _single(table, distinct, measures)
    x, series = _axis(distinct, measures, origin)
    if x is None:
        free = not any(column.role in ("label", "time") for column in columns)
        if free and len(measures) == 2 and len(rows) > 2 and not any(map(_numbering, measures)):
            return Shape("scatter", columns, len(rows), origin.whole, measures[0], (measures[1],))
        return table
    y = measures[:1] if series else _together(measures)
    shape = Shape(_type(x, y, series, columns, origin), columns, len(rows), origin.whole, x, y, series)
    return shape if shape.order else table


def _numbering(column: Column) -> bool:
    """Whether a column only counts through things: 1, 2, 3 in any order, with none left out and none twice."""
    there = sorted(number for number in column.numbers if number is not None)
    return there == [there[0] + step for step in range(len(there))] and there[0] in (0, 1)


def _single(table: Shape, columns: Sequence[Column], measures: tuple[Column, ...]) -> Shape:
    """One row: a number, or something with its numbers."""
    if any(measure.numbers[0] is None for measure in measures):
        return table
    if len(table.columns) == 1:
        return Shape("number", table.columns, 1, table.whole, None, measures)
    named = [column for column in columns if column.role in ("label", "time", "code") and column.values[0] is not None]
    named.sort(key=lambda column: ("label", "time", "code").index(column.role))
    return Shape("table", table.columns, 1, table.whole, next(iter(named), None), measures)


def _measures(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The amounts asked for: aggregates where there are any; first the one by which the rows are sorted."""
    measures = [column for column in columns if column.role == "measure" and any(n is not None for n in column.numbers)]
    aggregates = [column for column in measures if column.part.how not in ("", "key")]
    return tuple(sorted(aggregates or measures, key=lambda column: not sorted_by(column)))


def sorted_by(column: Column) -> int:
    """1 when the rows rise by a measure, -1 when they fall, 0 when they are not sorted by it."""
    values = [number for number in column.numbers if number is not None]
    if len(values) < len(column.numbers) or len(values) < 2 or values[0] == values[-1]:
        return 0
    return 1 if values == sorted(values) else -1 if values == sorted(values, reverse=True) else 0


def _together(measures: tuple[Column, ...]) -> tuple[Column, ...]:
    """The measures that fit on one axis with the first: of one kind, and of sizes that can be compared."""
    first = measures[0]

    def fits(column: Column) -> bool:
        kinds = {first.format.kind, column.format.kind}
        if (len(kinds) > 1 and kinds != {"integer", "decimal"}) or first.format.unit != column.format.unit:
            return False
        sizes = sorted(max(abs(number) for number in each.numbers if number is not None) for each in (first, column))
        return sizes[1] <= sizes[0] * _SCALES_APART

    return tuple(column for column in measures if column is first or fits(column))


def _axis(
    columns: Sequence[Column], measures: tuple[Column, ...], origin: Origin
) -> tuple[Column | None, Column | None]:
    """What stands at the axis, and what tells the series apart; nothing when the rows have no name of their own."""
    columns = sorted((column for column in columns if column.part.how in _OF_ROWS), key=lambda column: not column.named)
    labels = [column for column in columns if column.role == "label"]
    # Rows that nobody grouped and that have several names are things, and their time is only one of their properties.
    things = len(labels) > 1 and not any(column.part.how == "key" for column in columns)
    times = [column for column in columns if column.role == "time" and not things]
    codes = [column for column in columns if column.role == "code"]
    own = [column for column in labels if _unique_or_null(column)]
    time = next((column for column in times if _over_time(column, measures, origin)), None)
    if time and _unique_or_null(time) and not own:
        return time, None
    alone = own or [column for column in codes if column.unique and not time]
    if alone or things:
        return next(iter(alone), None), None
    for axis in (*([time] if time else []), *labels, *codes, *times):
        for series in (*labels, *codes, *times):
            if series is not axis and _pairs(axis, series) and (axis.role == "time" or not time):
                return axis, series
    return next((column for column in (*times, *codes) if column.unique), None), None


def _unique_or_null(column: Column) -> bool:
    return len(set(map(str, column.values))) == len(column.values)


def _over_time(time: Column, measures: tuple[Column, ...], origin: Origin) -> bool:
    """Whether the rows run over time; the first few by size do not."""
    keys = [key for key in time.keys if key is not None]
    ranked = not origin.whole and sorted_by(measures[0]) and keys not in (sorted(keys), sorted(keys, reverse=True))
    return len(set(keys)) > 1 and not ranked


def _pairs(axis: Column, series: Column) -> bool:
    """Whether each row is one point of one of few series, and each series has several."""
    pairs = list(zip(map(str, axis.values), map(str, series.values), strict=True))
    few = len(set(map(str, series.values)))
    return (
        len(set(pairs)) == len(pairs)
        and None not in series.values
        and 2 <= few <= _MOST_SERIES
        and few < len(pairs)
        and few <= len(set(map(str, axis.values)))
    )


def _type(
    x: Column, y: tuple[Column, ...], series: Column | None, columns: tuple[Column, ...], origin: Origin
) -> ChartType:
    if x.role == "time" and _over_time(x, y, origin):
        return "line"
    if len(set(map(str, x.values))) > _MOST_BARS:
        return "table"
    numbers = y[0].numbers
    parts = origin.whole and y[0].adds_up_over(x) and len(columns) == 2 and x.role != "time" and not x.keys
    if parts and 2 <= len(numbers) <= _MOST_SLICES and any(numbers):
        return "pie"
    return "bar"
