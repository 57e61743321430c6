"""Whether a plan is a query at all: PostgreSQL refuses what names no row, where others show any."""

from services.query.composer.queries.plan import Measure, Place, Plan
from services.query.knowledge.schema import Schema


def is_valid(plan: Plan, schema: Schema) -> bool:
    """Whether what is shown, and what it is ordered by, is the same for all rows of a group, and told once is shown."""
    return _orders_what_is_shown(plan) and all(_is_of_group(place, plan, schema) for place in _of_rows(plan))


def _orders_what_is_shown(plan: Plan) -> bool:
    shown: list[Place | Measure] = [*(plan.columns or plan.groups), *plan.measures]
    return not plan.distinct or all(by in shown for by in plan.order_by)


def _of_rows(plan: Plan) -> list[Place]:
    """The columns that must be the same in all rows of a group."""
    if not (plan.groups or plan.measured):
        return []
    return [*plan.columns, *(by for by in plan.order_by if isinstance(by, Place))]


def _is_of_group(place: Place, plan: Plan, schema: Schema) -> bool:
    key = schema.table(place.table).primary_key
    keyed = key is not None and (place.table in plan.keyed or Place(place.table, key.name) in plan.groups)
    return keyed or place in plan.groups
