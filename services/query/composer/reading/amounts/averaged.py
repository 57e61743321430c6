"""Reads averages of what is told of each: `the average number of bookings per guest`, `average revenue per booking`."""

from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.queries.share import adds_up
from services.query.composer.reading.reading import Reading

_TABLES = frozenset({"by", "按", "按照", "各", "各个", "分别"})
"""Words that ask for a figure of each, and not for one of all."""
_EACH_ROW = frozenset({"per", "每", "每个", "每位", "每名"})


def read_averaged(reading: Reading) -> None:
    """Average what is counted or added up for each; whether those with none are counted in is told."""
    plan = reading.plan
    cue = next((i for i in range(len(reading.items)) if _averages(reading, i)), None)
    _leave_out_rows(reading)
    more = plan.columns or plan.having or plan.order_by or plan.both or plan.without or plan.limit is not None
    if more or plan.everything or len(plan.groups) != 1 or len(plan.measures) != 1:
        return
    measure, group = plan.measures[0], plan.groups[0]
    if cue is None:
        return
    if measure == Measure("count", measure.table):
        averaged = _averages_counts(reading, measure, group)
    else:
        averaged = _is_added(reading, measure) and not any(item.said in _TABLES for item in reading.items)
    if not averaged:
        return
    plan.average_groups = True
    reading.take(cue)
    if group.part is None and group.table == measure.table and measure.expression is None:
        return  # Of a kind that nothing is of, nothing is known.
    reading.left_open["none" if plan.with_none else "any"] = (reading.text.between(*_span(reading, cue)),)


def _leave_out_rows(reading: Reading) -> None:
    """`average salary per employee`: each has one, and it is the average of all that is asked for."""
    plan = reading.plan
    each = [item.said for item in reading.items if item.cue == "each"]
    averages = [one.table for one in plan.measures if one.aggregate == "avg" and not one.whole]
    if plan.columns or len(averages) < len(plan.measures) or not set(each) & _EACH_ROW or len(each) < len(plan.groups):
        return
    for group in tuple(plan.groups):
        rows = group.table in plan.keyed or reading.known(group).primary_key
        if rows and group.part is None and averages and set(averages) == {group.table}:
            plan.groups.remove(group)
            plan.keyed = [table for table in plan.keyed if table != group.table]


def _averages_counts(reading: Reading, counted: Measure, group: Place) -> bool:
    """Whether there are several of what is counted for each; where it is known of all, those with none are in it."""
    plan = reading.plan
    if group.table == counted.table:
        return True
    if group.part is None and group.table not in plan.keyed and not reading.known(group).primary_key:
        return False
    path = join_path(reading.schema, [group.table, counted.table], reading.spoken)
    if not path or (group.part is None and not repeats(reading.schema, path, group.table)):
        return False
    known = {group.table, *(end for edge in path for end in (edge.source, edge.target))}
    elsewhere = any(table != group.table for condition in plan.conditions for table in condition.tables)
    plan.with_none = group.part is None and not elsewhere and known.issuperset(plan.tables)
    return True


def _is_added(reading: Reading, measure: Measure) -> bool:
    """Whether a term adds something up: of averages and shares no average is meant."""
    return measure.whole and adds_up(measure.expression or "", reading.schema)


def _averages(reading: Reading, index: int) -> bool:
    """`average number of`, `average bookings per`, `average revenue`, 平均有多少, 平均每位客人有多少, 平均房间数."""
    if not reading.instructs(index, "avg"):
        return False
    near = reading.after(index)
    meant = reading.meant.get(near)
    said = reading.cue(near) in ("count", "each") or reading.kind(near) == "unit" or reading.table(near) is not None
    return said or (meant is not None and meant.whole)


def _span(reading: Reading, index: int) -> tuple[int, int]:
    return reading.items[index].first, reading.items[index].last
