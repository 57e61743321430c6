"""Reads whether rows that are joined have anything to do with each other: two that only share a parent have not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.query.composer.language.small_words import VERBS
from services.query.composer.language.stop_words import stop_keys
from services.query.composer.queries.joins import join_path
from services.query.composer.reading.reading import Reading
from services.query.knowledge.schema import Relation

_PLACED = frozenset({"in", "from", "at", "位于", "来自", "在", "not in", "outside", "outside of"})


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
    counted = [measure.table for measure in reading.plan.measures]
    across = [_way(path, one, group.table) for one in counted for group in reading.plan.groups]  # `staff per room`
    far = any(_shares(way, spoken) for way in ways) or any(_shares(way) for way in across)
    return far or _is_placed_beside(reading, path) or _is_owned_far_off(reading, path)


def _shares(way: Sequence[_Step], spoken: Collection[str] = ()) -> bool:
    """Whether a way leads up to a row, and down again, that is not `spoken` of."""
    return any(step.up and not after.up and step.table not in spoken for step, after in pairwise(way))


def _is_placed_beside(reading: Reading, path: Sequence[Relation]) -> bool:
    named = {meant.table for meant in reading.meant.values() if meant.kind != "value"}
    for index in reading.meant:
        value = reading.value(index)
        if value is None or value.table in named or not _is_placed(reading, reading.before(index)):
            continue
        way = _way(path, reading.plan.tables[0], value.table)
        if any(not step.up and after.up for step, after in pairwise(way)):
            return True
    return False


def _is_placed(reading: Reading, near: int) -> bool:
    """`in`, but not of those who `stayed in Paris`: a verb says what they have to do with it."""
    if reading.said(near) not in _PLACED:
        return False
    word = reading.word_before(near)
    return word in stop_keys() or not (word in VERBS or word.endswith("ed"))


def _is_owned_far_off(reading: Reading, path: Sequence[Relation]) -> bool:
    """`the cost of a suite`, where only the repairs of a room of that kind have a cost, and nobody speaks of them."""
    named = {meant.table for meant in reading.meant.values() if meant.kind == "table"}
    for index in reading.meant:
        place = reading.column(index)
        near = index + 2 if reading.said(index + 1) == "of" else index - 2 if reading.said(index - 1) == "的" else index
        value = reading.value(near)
        if place is None or value is None or named.intersection((place.table, value.table)):
            continue
        ends = {end for edge in path for end in (edge.source, edge.target)}
        if ends.issuperset((place.table, value.table)) and len(_way(path, place.table, value.table)) > 1:
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
