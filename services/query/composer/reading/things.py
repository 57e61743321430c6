"""Reads the things that are spoken of where no column of them is: whose rows are shown, and which are only joined."""

from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Measure
from services.query.composer.reading.beside import is_further
from services.query.composer.reading.reading import Reading

_EVERYTHING = frozenset({"information", "detail", "everything", "record", "row"})

_NAMED = 0.9


def read_things(reading: Reading) -> None:
    """Take the table whose rows are asked for: `customers in Berlin`, `all information of the orders`."""
    tables = [i for i in sorted(reading.meant) if reading.table(i)]
    selected = [i for i in tables if reading.roles[i] == "select"] or tables
    asked = [i for i in selected if i not in reading.used] or selected
    while len(asked) > 1 and reading.said(asked[1] - 1) == "的":
        asked = asked[1:]  # 订单BK17的客人: whose they are stands before 的
    conditions = reading.plan.conditions
    table = reading.table(asked[0]) if asked else next(iter(conditions[0].tables if conditions else ()), None)
    if table is None:
        return
    reading.take(*(i for i in asked if reading.table(i) == table))
    words = {token.key for token in reading.text.tokens}
    if words & _EVERYTHING or {"all", "data"} <= words:
        reading.plan.everything = table
    else:
        reading.plan.columns += reading.row(table)


def read_joined(reading: Reading) -> None:
    """Take the tables and columns that are named beside: whoever is shown has something in them."""
    present = set(reading.plan.tables)
    for index in sorted(reading.meant) if present else ():
        if index in reading.used or (meant := reading.thing(index)) is None:
            continue
        place, plan = reading.column(index), reading.plan
        if place is not None and plan.groups and not plan.measures and reading.is_quantity(place):
            continue  # 每个城市的库存: of each there are several
        half_named = place is not None and reading.is_time(place) and meant.weight < _NAMED
        if half_named and reading.cue(index - 1) == "equal":
            continue  # `invoices above 20 that are paid`, where a column is `paid_on`
        if reading.table(index) not in {None, *present}:
            reading.unclear |= is_further(reading, index) or _is_counted_too(reading, index)
        path = join_path(reading.schema, reading.plan.tables, reading.spoken)
        joined = {end for edge in path or () for end in (edge.source, edge.target)}
        if meant.table in present | joined:
            reading.take(index)
        elif join_path(reading.schema, [*reading.plan.tables, meant.table], reading.spoken) is not None:
            reading.plan.joined.append(meant.table)
            reading.take(index)


def _is_counted_too(reading: Reading, index: int) -> bool:
    """`each shop's staff and products count`: of two, only one is counted so far."""
    counted = {measure.table for measure in reading.plan.measures if measure == Measure("count", measure.table)}
    return reading.is_and(index + 1) and reading.table(index + 2) in counted
