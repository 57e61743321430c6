"""Each row once, where a join repeats it."""

from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Aggregate, Measure, Plan
from services.query.composer.reading.reading import Reading


def read_once(reading: Reading) -> None:
    """Where the join repeats what is shown: each row of the one table once, or each combination of several."""
    plan = reading.plan
    if not plan.columns or plan.measures or plan.groups or plan.ranked or plan.having:
        return
    path = join_path(reading.schema, plan.tables, reading.spoken)
    shown = {place.table for place in plan.columns}
    if not path or not all(repeats(reading.schema, path, table) for table in shown):
        return
    table = next(iter(shown))
    order = {by.table for by in plan.order_by}
    if len(shown) == 1 and order <= shown and not plan.distinct and reading.key(table):
        plan.once = table
    elif plan.limit is None and order <= shown and not plan.distinct:
        _group_by_combination(plan)
    elif plan.limit is None:
        plan.distinct = True


def _group_by_combination(plan: Plan) -> None:
    """Each combination once, in the order of what may not be shown: by the first of it that the combination has."""
    if all(by in plan.columns for by in plan.order_by):
        plan.distinct = True
        return
    first: Aggregate = "max" if plan.descending else "min"
    plan.groups = list(plan.columns)
    plan.order_by = [Measure(first, by.table, by.column) for by in plan.order_by]
