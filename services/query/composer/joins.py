"""Joins tables along known relations, by the shortest path; of two ways the surer one, or the one that is spoken of."""

from collections import deque
from collections.abc import Collection, Sequence

from services.query.knowledge.schema import Relation, Schema


def join_path(schema: Schema, tables: Sequence[str], spoken: Collection[tuple[str, str]] = ()) -> list[Relation] | None:
    """Relations that connect all `tables`, in an order in which they can be joined; None when there is no way.

    `spoken` are (table, column) that the question names: a relation over such a column comes first.
    """
    joined, path = {tables[0]}, []
    for wanted in tables[1:]:
        if wanted in joined:
            continue
        found = _shortest(schema, joined, wanted, spoken)
        if found is None:
            return None
        path += found
        joined |= {table for relation in found for table in (relation.source, relation.target)}
    return path


def whole_key(schema: Schema, edge: Relation) -> list[Relation]:
    """The relation, with those beside it that point at the other columns of the same key."""
    key = {column.name for column in schema.table(edge.target).columns if column.primary_key}
    beside = [e for e in schema.relations if (e.source, e.target) == (edge.source, edge.target)]
    targets = [e.target_col for e in beside]
    whole = len(key) > 1 and set(targets) == key and len(targets) == len(key)
    return beside if whole else [edge]


def _shortest(
    schema: Schema, joined: set[str], wanted: str, spoken: Collection[tuple[str, str]]
) -> list[Relation] | None:
    preferred = sorted(
        schema.relations, key=lambda edge: ((edge.source, edge.source_col) not in spoken, -edge.confidence)
    )
    queue: deque[tuple[str, list[Relation]]] = deque((table, []) for table in sorted(joined))
    seen = set(joined)
    while queue:
        table, path = queue.popleft()
        for edge in preferred:
            if table in (edge.source, edge.target):
                other = edge.target if edge.source == table else edge.source
                if other == wanted:
                    return [*path, edge]
                if other not in seen:
                    seen.add(other)
                    queue.append((other, [*path, edge]))
    return None
