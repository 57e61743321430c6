"""Reads shares of rows: `what percentage of the orders are paid`, gold客户占比."""

from services.query.composer.queries.plan import Measure
from services.query.composer.queries.share import share_of
from services.query.composer.reading.reading import Reading


def read_shares(reading: Reading) -> None:
    """Take the one that is asked for: of the rows of a table, those that the conditions hold for.

    Which conditions are of the whole, and which of the part, is not plain where several columns have one.
    """
    cues = [i for i in range(len(reading.items)) if reading.instructs(i, "share")]
    table = _table(reading, cues[0]) if cues else None
    plan = reading.plan
    if table is None or plan.measures or plan.without or plan.both or plan.having:
        return
    conditions = plan.conditions
    told = {(one.place, one.expression) for one in conditions}
    expression = share_of(conditions, reading.schema) if len(told) == 1 else None
    if expression is None:
        return
    plan.conditions = []
    beside = tuple(dict.fromkeys(one for condition in conditions for one in condition.tables if one != table))
    plan.measures.append(Measure("percentage", table, expression=expression, beside=beside))
    reading.take(*cues, *(i for i in reading.meant if reading.table(i) == table))


def _table(reading: Reading, cue: int) -> str | None:
    """Behind `percentage of`; before 占比."""
    han = not reading.said(cue).isascii()
    order = sorted(reading.meant, reverse=han)
    near = (i for i in order if (i < cue if han else i > cue))
    return next((table for i in near if (table := reading.table(i)) is not None), None)
