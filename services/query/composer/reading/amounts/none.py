"""Reads whether those that have none belong to the answer: `the fewest appointments`, `fewer than 2 orders`."""

from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Measure, Plan
from services.query.composer.reading.reading import Reading


def read_none(reading: Reading) -> None:
    """Let the groups stand for all rows of their table where few are asked for; unclear where conditions forbid it."""
    plan = reading.plan
    counted = _few(plan)
    tables = {place.table for place in plan.groups}
    if counted is None or counted.table in tables:
        return
    path = join_path(reading.schema, [*sorted(tables), counted.table], reading.spoken)
    if len(tables) != 1 or not path:
        reading.unclear = True
        return
    table = tables.pop()
    if not repeats(reading.schema, path, table):
        return
    known = {table, *(end for edge in path for end in (edge.source, edge.target))}
    elsewhere = any(one != table for condition in plan.conditions for one in condition.tables)
    more = plan.both is not None or bool(plan.without) or not known.issuperset(plan.tables)
    reading.unclear |= elsewhere or more
    plan.with_none = True


def _few(plan: Plan) -> Measure | None:
    """What is counted, where the least of it or less than a number is asked for."""
    orders = [by for by in plan.order_by if isinstance(by, Measure) and plan.limit is not None and not plan.descending]
    none = ("<", "<=", "=0")
    bounds = [one.measure for one in plan.having if one.comparison in none or one.comparison + one.value in none]
    return next((measure for measure in (*orders, *bounds) if measure.aggregate == "count"), None)
