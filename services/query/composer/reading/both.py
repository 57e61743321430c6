"""Reads of what the rows are that both conditions hold for: of a table's rows, which its key tells apart."""

from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Condition, Measure, Place, Plan
from services.query.composer.reading.reading import Reading


def read_both(reading: Reading) -> None:
    """Let both conditions be about rows, and not about their names: two people may have one name."""
    plan = reading.plan
    counted = next((one.table for one in plan.measures if one == Measure("count", one.table)), None)
    table = counted or (plan.columns[0].table if plan.columns else plan.everything)
    key = reading.key(table) if table else None
    reading.unclear |= table is not None and _excludes(reading, table)
    # Of numbers, groups and orders there is nothing that two answers could have in common.
    reading.unclear |= bool(plan.groups or plan.having or plan.order_by)
    reading.unclear |= bool(plan.measures) and (key is None or len(plan.measures) > 1 or not counted)
    if key and (counted or plan.everything or {key, *reading.row(key.table)}.intersection(plan.columns)):
        _by_key(plan, key)


def _excludes(reading: Reading, table: str) -> bool:
    """Whether two values of one column are asked of what each row has one of: a customer lives in one city."""
    one, other = reading.plan.both or (None, None)
    if one is None or other is None or one.place != other.place or one.table == table:
        return False
    path = join_path(reading.schema, [table, one.table], reading.spoken)
    return path is not None and not repeats(reading.schema, path, table)


def _by_key(plan: Plan, key: Place) -> None:
    """`id IN (... INTERSECT ...)`, whatever is shown of the rows."""
    inside = Plan(columns=[key], conditions=plan.conditions, both=plan.both, without=plan.without, joined=plan.joined)
    plan.conditions, plan.both = [Condition(key.table, key, "in", query=inside)], None
    plan.without, plan.joined = [], []
