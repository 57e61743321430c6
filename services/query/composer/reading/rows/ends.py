"""Reads where things begin and end: `flights from A to B`, 从A发往B的订单; each place over the column of its end."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.query.composer.language.ends import End, end_of
from services.query.composer.linking.lexicon import Meant
from services.query.composer.queries.plan import Condition, Place, Plan
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import add
from services.query.knowledge.schema import Relation

_ENDS: tuple[End, ...] = ("from", "to")


@dataclass(frozen=True)
class _Column:
    """A column that tells an end of the rows, with what it points at."""

    end: End
    place: Place
    edges: tuple[Relation, ...]


def read_ends(reading: Reading) -> None:
    """Take each place that is said to be an end of the rows; unclear where no column of that end can hold it."""
    columns = list(_columns(reading))
    if len({column.end for column in columns}) < 2 or len({column.place.table for column in columns}) > 1:
        return
    for index in sorted(reading.meant):
        own = reading.value(index) and reading.free(index) and _is_of(reading, index, columns)
        if own and (found := _said_end(reading, index)):
            _read_end(reading, index, *found, columns)
    each = (i for i, item in enumerate(reading.items) if item.cue == "each")
    reading.unclear |= any(_says(reading, reading.before(i), "to") for i in each)  # `from A to each city`


def _columns(reading: Reading) -> Iterator[_Column]:
    """Those of the tables that are named."""
    named = dict.fromkeys(meant.table for meant in reading.meant.values() if meant.kind == "table")
    for table in named:
        for column in reading.schema.table(table).columns:
            place, end = Place(table, column.name), end_of(column.name, column.comment)
            if end and not (reading.is_time(place) or reading.is_quantity(place)):
                edges = reading.schema.edges.get(table, ())
                yield _Column(end, place, tuple(e for e in edges if (e.source, e.source_col) == (table, column.name)))


def _said_end(reading: Reading, index: int) -> tuple[End, list[int]] | None:
    """Which end a place is said to be, and the items that say so: before it, or behind it (上海到成都, 上海出发)."""
    before, behind, named = reading.before(index), index + 1, list[int]()
    if reading.table(before) and reading.adjacent(before):
        before, named = reading.before(before), [before]  # `from the airport LAX`
    for end in _ENDS:
        if _says(reading, before, end):
            return end, [before, *named]
    if not reading.said(behind).isascii() and _says(reading, behind, "from"):
        return "from", [behind]
    if _says(reading, behind, "to") and reading.adjacent(index) and reading.value(behind + 1):
        return "from", []
    return None


def _is_of(reading: Reading, index: int, columns: list[_Column]) -> bool:
    """Whether it is the rows with these ends that begin or end there: `flights from A`, 从A出发的航班."""
    places = {edge.target for column in columns for edge in column.edges}
    tables = {near: table for near in reading.meant if (table := reading.table(near)) and table not in places}
    before, behind = (sorted(near for near in tables if (near < index) == earlier) for earlier in (True, False))
    described = any(reading.said(near) == "的" for near in range(index, len(reading.items)))
    nearest = [*behind[:1], *before[-1:]] if described else [*before[-1:], *behind[:1]]
    return bool(nearest) and tables[nearest[0]] == columns[0].place.table


def _says(reading: Reading, index: int, end: End) -> bool:
    return reading.cue(index) == end or (reading.kind(index) == "open" and reading.said(index) == end)


def _read_end(reading: Reading, index: int, end: End, by: list[int], columns: list[_Column]) -> None:
    """Take a place that one column of that end can hold; what only the other end can hold is unclear."""
    fitting = [found for column in columns if column.end == end for found in _holding(reading, index, column)]
    if len(fitting) == 1:
        over, condition = fitting[0]
        add(reading, condition, index)
        reading.meant[index] = Meant(over.table, over.column, reading.meant[index].value)
        reading.take(index, *by)
        _leave_other(reading, columns, end, condition)
    elif end == "to" or fitting or any(True for c in columns if c.end != end for _ in _holding(reading, index, c)):
        reading.unclear = True


def _leave_other(reading: Reading, columns: list[_Column], end: End, condition: Condition) -> None:
    """`which depot sends the most to A`: what is asked of the same table is the other end; of groups it is unclear."""
    target = condition.query.columns[0].table if condition.query else None
    asked = [i for i in reading.meant if reading.free(i) and not reading.value(i) and reading.meant[i].table == target]
    reading.unclear |= any(reading.roles[i] == "group" for i in asked)
    others = [column.place for column in columns if column.end != end and column.edges]
    reading.spoken |= {(place.table, place.column) for place in others if asked}


def _holding(reading: Reading, index: int, column: _Column) -> Iterator[tuple[Place, Condition]]:
    """What a place may be, over a column: one of its own values, or of those of the rows it points at."""
    mark, over = reading.items[index].mark, column.place
    values = [meant for meant in (mark.meanings if mark else ()) if meant.kind == "value" and meant.column]
    own = [meant for meant in values if (meant.table, meant.column) == (over.table, over.column)]
    for meant in own:
        yield over, Condition(over.table, over, "=", meant.value)
    for edge in column.edges if not own else ():
        for meant in values:
            if meant.table == edge.target:
                told = Condition(edge.target, Place(edge.target, meant.column or ""), "=", meant.value)
                inside = Plan(columns=[Place(edge.target, edge.target_col)], conditions=[told])
                yield over, Condition(over.table, over, "in", query=inside)
