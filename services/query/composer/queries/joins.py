"""Joins tables along known relations, by the shortest path; of two ways the surer one, or the one that is spoken of."""

import itertools
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush

from services.query.composer.language.words import keys
from services.query.knowledge.schema import Relation, Schema

_SPOKEN, _ROLE, _BACKWARDS, _UNSURE, _SHARED, _DEEP, _DRAWN = 0.4, 0.2, 0.05, 0.5, 1.5, 0.05, 0.1
"""What makes a relation a more or less likely way from table to table, in joins."""
_NUMBERED = frozenset({"id", "code", "number"})


def join_path(schema: Schema, tables: Sequence[str], spoken: Collection[tuple[str, str]] = ()) -> list[Relation] | None:
    """Relations that connect all `tables`, in an order in which they can be joined; None when there is no way.

    The nearest table is joined first. `spoken` are (table, column) that the question names: a relation over such a
    column comes first.
    """
    found = _cheapest(schema, tables, spoken)
    return _in_order(tables[0], found[1]) if found is not None else None


def other_ways(
    schema: Schema, tables: Sequence[str], spoken: Collection[tuple[str, str]] = ()
) -> list[tuple[float, list[Relation]]]:
    """Further ways of as many joins as `join_path` makes, each with how much less likely it is, in joins."""
    found = _cheapest(schema, tables, spoken)
    if found is None:
        return []
    cost, path = found
    left_out = (frozenset(whole_key(schema, edge)) for edge in path)
    others = (_cheapest(schema, tables, spoken, _Bounds(out, len(path))) for out in left_out)
    return [(other[0] - cost, other[1]) for other in others if other is not None and len(other[1]) == len(path)]


@dataclass(frozen=True)
class _Bounds:
    """Relations that must not be used, and how many there may be from one table to the next."""

    without: frozenset[Relation] = frozenset()
    most: int = 1_000


_Found = tuple[float, list[Relation]]
"""What the joins cost, and the relations."""


def _cheapest(
    schema: Schema, tables: Sequence[str], spoken: Collection[tuple[str, str]], bounds: _Bounds = _Bounds()
) -> _Found | None:
    """The cheapest way to join all `tables`, from whichever of them it begins; of equal ones from the first."""
    first = _grown(schema, tables[0], tables, spoken, bounds)
    if first is None or len(first[1]) < 2:
        return first
    others = (_grown(schema, table, tables, spoken, bounds) for table in dict.fromkeys(tables[1:]))
    return min((first, *(grown for grown in others if grown is not None)), key=lambda grown: round(grown[0], 3))


def _grown(
    schema: Schema, root: str, tables: Sequence[str], spoken: Collection[tuple[str, str]], bounds: _Bounds
) -> _Found | None:
    """A way to join all `tables` from one of them on, always to the nearest.

    Rows that point at all the others are the cheapest to begin with: a row of a lesson has one teacher and one class,
    whoever else belongs to the class.
    """
    depth, path, total = {root: 0}, list[Relation](), 0.0
    wanted = [table for table in dict.fromkeys(tables) if table != root]
    while wanted:
        found = _nearest(schema, depth, wanted, spoken, bounds)
        if found is None:
            return None
        cost, edges = found
        for edge in edges:
            ends = (edge.source, edge.target) if edge.source in depth else (edge.target, edge.source)
            depth[ends[1]] = depth[ends[0]] + 1
        path, total = path + edges, total + cost
        wanted = [table for table in wanted if table not in depth]
    return total, path


def _in_order(first: str, path: Sequence[Relation]) -> list[Relation]:
    """The same relations, each leading on from `first` or from one before it."""
    joined, ordered, left = {first}, list[Relation](), list(path)
    while left:
        edge = next(edge for edge in left if edge.source in joined or edge.target in joined)
        left.remove(edge)
        ordered.append(edge)
        joined |= {edge.source, edge.target}
    return ordered


def whole_key(schema: Schema, edge: Relation) -> list[Relation]:
    """The relation, with those beside it that point at the other columns of the same key."""
    key = {column.name for column in schema.table(edge.target).columns if column.primary_key}
    beside = [e for e in schema.relations if (e.source, e.target) == (edge.source, edge.target)]
    targets = [e.target_col for e in beside]
    whole = len(key) > 1 and set(targets) == key and len(targets) == len(key)
    return beside if whole else [edge]


@lru_cache(maxsize=2_000)
def steps_from(schema: Schema, table: str) -> dict[str, int]:
    """Each table that relations lead to, with the least number of joins there."""
    found, queue, ways = {table: 0}, deque([table]), _ways(schema)
    while queue:
        here = queue.popleft()
        for way in ways.get(here, ()):
            if way.other not in found:
                found[way.other] = found[here] + 1
                queue.append(way.other)
    return found


@dataclass(frozen=True)
class _Way:
    """A relation from one table to the `other`; `up` is from the rows that point to what they point at."""

    other: str
    edge: Relation
    up: bool
    cost: float


@lru_cache(maxsize=16)
def _ways(schema: Schema) -> dict[str, tuple[_Way, ...]]:
    """The ways that lead from each table, as long as nothing is said of them."""
    return {table: tuple(_way(schema, edge, table) for edge in edges) for table, edges in schema.edges.items()}


def _way(schema: Schema, edge: Relation, table: str) -> _Way:
    up = edge.source == table
    cost = _cost(edge) - (_DRAWN if _is_drawn(schema, edge) else 0.0)
    return _Way(edge.target if up else edge.source, edge, up, cost + (0.0 if up else _BACKWARDS))


def _is_drawn(schema: Schema, edge: Relation) -> bool:
    """Whether its owner drew it, or the database declares it beside another of the same tables that was drawn."""
    declared = schema.table(edge.source).column(edge.source_col)
    beside = (other for other in schema.relations if (other.source, other.target) == (edge.source, edge.target))
    return edge.drawn or (declared is not None and bool(declared.foreign_key) and any(one.drawn for one in beside))


def _nearest(
    schema: Schema,
    joined: Mapping[str, int],
    wanted: Collection[str],
    spoken: Collection[tuple[str, str]],
    bounds: _Bounds,
) -> _Found | None:
    """The cheapest way from what is joined, each table so many joins deep, to a `wanted` one (Dijkstra 1959)."""
    count, ways = itertools.count(), _ways(schema)
    queue: list[tuple[float, int, str, bool, list[Relation]]] = [
        (_DEEP * depth, next(count), table, False, []) for table, depth in sorted(joined.items())
    ]
    seen: set[tuple[str, bool]] = set()
    while queue:
        cost, _, table, climbed, path = heappop(queue)
        if path and table in wanted:
            return cost, path
        if (table, climbed) in seen or len(path) >= bounds.most:
            continue
        seen.add((table, climbed))
        for way in ways.get(table, ()):
            if way.edge in bounds.without or way.other in joined:
                continue
            if any(way.other in (edge.source, edge.target) for edge in path):
                continue
            # Over a thing that two rows share: what they have in common is seldom what is meant.
            shared = _SHARED if climbed and not way.up and path else 0.0
            further = cost + shared + _said_cost(way, spoken)
            heappush(queue, (further, next(count), way.other, way.up, [*path, way.edge]))
    return None


def _said_cost(way: _Way, spoken: Collection[tuple[str, str]]) -> float:
    if (way.edge.source, way.edge.source_col) in spoken:
        return 1.0 - _SPOKEN + (0.0 if way.up else _BACKWARDS)
    return way.cost


def _cost(edge: Relation) -> float:
    """1 for a relation over a column that is called like what it points at; more for one of another role."""
    named = {*keys(edge.target), *keys(edge.target_col)} - _NUMBERED
    own = set(keys(edge.source_col)) - _NUMBERED
    plain = not own or bool(named & own) or edge.source_col.lower() == edge.target_col.lower()
    return 1.0 + (0.0 if plain else _ROLE) + (1.0 - edge.confidence) * _UNSURE
