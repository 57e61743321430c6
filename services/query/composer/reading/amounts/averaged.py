"""Reads averages of numbers of things: `the average number of bookings per guest`, 每家酒店的平均房间数."""

from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Measure
from services.query.composer.reading.reading import Reading


def read_averaged_counts(reading: Reading) -> None:
    """Average what is counted for each; whether those with none are counted in is told."""
    plan = reading.plan
    cue = next((i for i in range(len(reading.items)) if _averages_count(reading, i)), None)
    more = plan.columns or plan.having or plan.order_by or plan.both or plan.without or plan.limit is not None
    if cue is None or more or plan.everything or len(plan.groups) != 1 or len(plan.measures) != 1:
        return
    counted, group = plan.measures[0], plan.groups[0]
    if counted != Measure("count", counted.table):
        return
    if group.table != counted.table:
        if group.part is None and group.table not in plan.keyed and not reading.known(group).primary_key:
            return
        path = join_path(reading.schema, [group.table, counted.table], reading.spoken)
        if not path or (group.part is None and not repeats(reading.schema, path, group.table)):
            return
        known = {group.table, *(end for edge in path for end in (edge.source, edge.target))}
        elsewhere = any(table != group.table for condition in plan.conditions for table in condition.tables)
        plan.with_none = group.part is None and not elsewhere and known.issuperset(plan.tables)
    plan.average_groups = True
    reading.take(cue)
    if group.part is None and group.table == counted.table:
        return  # Of a kind that nothing is of, nothing is known.
    reading.left_open["none" if plan.with_none else "any"] = (reading.text.between(*_span(reading, cue)),)


def _averages_count(reading: Reading, index: int) -> bool:
    """`average number of`, `average bookings per`, 平均有多少, 平均每位客人有多少, 平均房间数."""
    if not reading.instructs(index, "avg"):
        return False
    near = reading.after(index)
    return reading.cue(near) in ("count", "each") or reading.table(near) is not None


def _span(reading: Reading, index: int) -> tuple[int, int]:
    return reading.items[index].first, reading.items[index].last
