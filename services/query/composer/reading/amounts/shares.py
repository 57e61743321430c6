"""Reads shares: `what percentage of the orders are paid`, `share of revenue from Berlin`, 各城市的订单占比."""

from dataclasses import replace

from services.query.composer.queries.plan import Condition, Measure
from services.query.composer.queries.share import adds_up, share_of, share_of_sum
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.terms import measure_of


def read_shares(reading: Reading) -> None:
    """Take the one that is asked for: of the rows of a table, or of a sum, what the conditions hold for.

    A time is of the whole. Of further conditions it is not plain which are of the part where several columns have one.
    """
    cues, plan = _cues(reading), reading.plan
    cue = next(iter(cues), None)
    if cue is None or plan.measures or plan.without or plan.both or plan.having:
        return
    times = [one for one in plan.conditions if one.place is not None and reading.is_time(one.place)]
    part = [one for one in plan.conditions if one not in times]
    if not part and not plan.groups:
        times, part = part, times
    if len({(one.place, one.expression) for one in part}) != 1:
        return
    summed = _summed(reading, cue)
    table = reading.meant[summed].table if summed is not None else _table(reading, cue)
    measure = _share(reading, table, summed, part) if table is not None else None
    if measure is None:
        return
    plan.conditions = times
    plan.measures.append(measure)
    named = (i for i in reading.meant if reading.table(i) == table)
    reading.take(*cues, *(named if summed is None else [summed]))


def read_shares_of_groups(reading: Reading) -> None:
    """Take `percentage of orders by status`: of each group its share of them all."""
    cues, plan = _cues(reading), reading.plan
    if not cues or not plan.groups or len(plan.measures) != 1 or plan.having or plan.columns or plan.order_by:
        return
    measure = plan.measures[0]
    added = measure.aggregate == "sum" or measure == Measure("count", measure.table)
    if added and (not measure.whole or adds_up(measure.expression or "", reading.schema)):
        plan.measures = [replace(measure, of_all=True)]
        reading.take(*cues)


def _cues(reading: Reading) -> list[int]:
    """The words that ask for a share, of which there may be two: 占所有客户的比例."""
    return [i for i in range(len(reading.items)) if reading.instructs(i, "share")]


def _share(reading: Reading, table: str, summed: int | None, part: list[Condition]) -> Measure | None:
    expression = share_of(part, reading.schema)
    if summed is not None and expression is not None:
        expression = share_of_sum(measure_of(reading, summed), part, reading.schema)
    if expression is None:
        return None
    beside = tuple(dict.fromkeys(one for condition in part for one in condition.tables if one != table))
    whole = summed is not None
    return Measure("percentage", table, expression=expression, beside=beside, whole=whole, name="percentage" * whole)


def _summed(reading: Reading, cue: int) -> int | None:
    """The term behind `share of`, which is a sum; before 占比."""
    near = reading.before(cue) if not reading.said(cue).isascii() else reading.after(cue)
    meant = reading.meant.get(near)
    return near if meant is not None and meant.whole and reading.free(near) else None


def _table(reading: Reading, cue: int) -> str | None:
    """Behind `percentage of`; before 占比 and `as a percentage`."""
    before = not reading.said(cue).isascii() or reading.said(cue).startswith(("as ", "in "))
    order = sorted(reading.meant, reverse=before)
    near = (i for i in order if (i < cue if before else i > cue))
    return next((table for i in near if (table := reading.table(i)) is not None), None)
