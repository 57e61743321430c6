"""Reads over what tables are joined where there are several ways: of two equal ones it asks, of others it tells."""

from collections.abc import Sequence

from services.query.composer.queries.joins import join_path, other_ways
from services.query.composer.reading.reading import Reading
from services.query.knowledge.schema import Relation

_EQUAL, _NEAR = 0.04, 0.35
"""How much less likely a way is, in joins, that is as good as another, and one that is worth telling of."""


def read_way(reading: Reading) -> None:
    """Take `(origin)` or `(animals)` at the end: the way, as it is offered to be chosen."""
    last = len(reading.items) - 1
    if last < 1 or not reading.in_brackets(last):
        return
    table, place = reading.table(last), reading.column(last)
    if table is not None:
        reading.plan.joined.append(table)
        reading.take(last)
    elif place is not None and any(
        (e.source, e.source_col) == (place.table, place.column) for e in reading.schema.relations
    ):
        reading.take(last)


def check_ways(reading: Reading) -> None:
    """Note by what names the ways are told apart; unclear where two are equal."""
    plan = reading.plan
    for tables in (plan.tables, *([one.table, one.other] for one in plan.without)):
        if len(tables) < 2 or (path := join_path(reading.schema, tables, reading.spoken)) is None:
            continue
        others = other_ways(reading.schema, tables, reading.spoken)
        near = [way for further, way in others if further < _NEAR]
        if not near:
            continue
        reading.unclear |= any(further < _EQUAL for further, _ in others)
        ways = [path, *near]
        reading.left_open["way"] = tuple(dict.fromkeys(_name(way, ways, tables) for way in ways))


def _name(way: Sequence[Relation], ways: Sequence[Sequence[Relation]], tables: Sequence[str]) -> str:
    """What tells a way from the others: a table between those that are spoken of, else a column."""
    own = [edge for edge in way if any(edge not in other for other in ways)]
    between = [end for edge in own for end in (edge.target, edge.source) if end not in tables]
    return between[0] if between else own[0].source_col
