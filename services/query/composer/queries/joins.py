"""Joins tables along known relations, by the shortest path; of two ways the surer one, or the one that is spoken of."""

from collections.abc import Collection, Sequence
from heapq import heapify, heappop, heappush

from services.query.composer.language.words import keys
from services.query.knowledge.schema import Relation, Schema

_SPOKEN, _ROLE, _BACKWARDS, _UNSURE, _SHARED = 0.4, 0.2, 0.05, 0.5, 1.5
"""What makes a relation a more or less likely way from table to table, in joins."""


def join_path(schema: Schema, tables: Sequence[str], spoken: Collection[tuple[str, str]] = ()) -> list[Relation] | None:
    """Relations that connect all `tables`, in an order in which they can be joined; None when there is no way.

    The nearest table is joined first. `spoken` are (table, column) that the question names: a relation over such a
    column comes first.
    """
    joined, path = {tables[0]}, []
    wanted = [table for table in dict.fromkeys(tables) if table not in joined]
    while wanted:
        found = _nearest(schema, joined, wanted, spoken)
        if found is None:
            return None
        path += found
        joined |= {table for relation in found for table in (relation.source, relation.target)}
        wanted = [table for table in wanted if table not in joined]
    return path


def whole_key(schema: Schema, edge: Relation) -> list[Relation]:
    """The relation, with those beside it that point at the other columns of the same key."""
    key = {column.name for column in schema.table(edge.target).columns if column.primary_key}
    beside = [e for e in schema.relations if (e.source, e.target) == (edge.source, edge.target)]
    targets = [e.target_col for e in beside]
    whole = len(key) > 1 and set(targets) == key and len(targets) == len(key)
    return beside if whole else [edge]


def _nearest(
    schema: Schema, joined: set[str], wanted: Collection[str], spoken: Collection[tuple[str, str]]
) -> list[Relation] | None:
    """The cheapest way from what is joined to one of the `wanted` tables (Dijkstra 1959)."""
    count = 0
    queue: list[tuple[float, int, str, bool, list[Relation]]] = []
    for table in sorted(joined):
        queue.append((0.0, count, table, False, []))
        count += 1
    heapify(queue)
    seen: set[tuple[str, bool]] = set()
    while queue:
        cost, _, table, climbed, path = heappop(queue)
        if path and table in wanted:
            return path
        if (table, climbed) in seen:
            continue
        seen.add((table, climbed))
        for edge in schema.edges.get(table, ()):
            up = edge.source == table
            other = edge.target if up else edge.source
            if other in joined or any(other in (e.source, e.target) for e in path):
                continue
            # Over a thing that two rows share: what they have in common is seldom what is meant.
            shared = _SHARED if climbed and not up and path else 0.0
            further = cost + _cost(schema, edge, spoken) + (0.0 if up else _BACKWARDS) + shared
            count += 1
            heappush(queue, (further, count, other, up, [*path, edge]))
    return None


def _cost(schema: Schema, edge: Relation, spoken: Collection[tuple[str, str]]) -> float:
    """1 for a relation over a column that is called like what it points at; more for one of another role."""
    if (edge.source, edge.source_col) in spoken:
        return 1.0 - _SPOKEN
    named = {*keys(edge.target), *keys(edge.target_col)} - {"id", "code", "number"}
    own = set(keys(edge.source_col)) - {"id", "code", "number"}
    plain = not own or bool(named & own) or edge.source_col.lower() == edge.target_col.lower()
    return 1.0 + (0.0 if plain else _ROLE) + (1.0 - edge.confidence) * _UNSURE
