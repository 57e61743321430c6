"""Reads whether rows that are joined have anything to do with each other: two that only share a parent have not."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.query.composer.queries.joins import join_path
from services.query.composer.reading.reading import Reading
from services.query.knowledge.schema import Relation

_PLACED = frozenset({"in", "from", "at", "位于", "来自", "在"})


@dataclass(frozen=True)
class _Step:
    """A join that leads on to a table: `up` to what rows point at, or down to the rows that point."""

    table: str
    up: bool


def is_far_fetched(reading: Reading) -> bool:
    """Whether things are joined that only share a row of what is not spoken of (bookings and repairs of one room),
    or are said to be in what only rows beside them have to do with (hotels in the country of a guest)."""
    tables = reading.plan.tables
    path = join_path(reading.schema, tables, reading.spoken) if len(tables) > 1 else None
    if path is None or len(path) < 2:
        return False
    meant = (each for item in reading.items if item.mark for each in item.mark.meanings)
    spoken = {each.table for each in meant if each.kind == "table"}.union(tables)
    ways = [_way(path, one, other) for one in tables for other in tables if one != other]
    return any(_shares_unspoken(way, spoken) for way in ways) or _is_placed_beside(reading, path)


def _shares_unspoken(way: Sequence[_Step], spoken: set[str]) -> bool:
    return any(step.up and not after.up and step.table not in spoken for step, after in pairwise(way))


def _is_placed_beside(reading: Reading, path: Sequence[Relation]) -> bool:
    named = {meant.table for meant in reading.meant.values() if meant.kind != "value"}
    for index in reading.meant:
        value = reading.value(index)
        if value is None or value.table in named or reading.said(reading.before(index)) not in _PLACED:
            continue
        way = _way(path, reading.plan.tables[0], value.table)
        if any(not step.up and after.up for step, after in pairwise(way)):
            return True
    return False


def _way(path: Sequence[Relation], first: str, last: str) -> list[_Step]:
    """The joins that lead from one table to another."""
    ways: dict[str, list[_Step]] = {first: []}
    while last not in ways:
        edge = next(edge for edge in path if (edge.source in ways) != (edge.target in ways))
        here, there = (edge.source, edge.target) if edge.source in ways else (edge.target, edge.source)
        ways[there] = [*ways[here], _Step(there, there == edge.target)]
    return ways[last]
