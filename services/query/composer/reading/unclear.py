"""What makes a whole plan unclear, though every word of the question found its place."""

from services.query.composer.language.small_words import VERBS
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.reading.reading import Reading

_DATES = frozenset({"date", "time", "day", "日期", "时间"})
_SURE = 0.8
_WHO = frozenset({"who", "谁"})


def is_unclear(reading: Reading) -> bool:
    """Whether `both` has no two sides, two values are asked of one row, only what is known already is shown, rows are
    counted one by one, `who` is asked and nobody is told, or a limit has no order."""
    plan = reading.plan
    sides = len(plan.conditions) + len(plan.having)
    one_sided = any(item.said == "both" for item in reading.items) and plan.both is None and sides < 2
    known = {one.place for one in plan.conditions if one.comparison == "=" and one.query is None}
    nothing_new = bool(plan.columns) and not plan.measures and known.issuperset(plan.columns)
    told = {(one.place, one.value) for one in plan.conditions if one.comparison == "=" and one.place and one.value}
    contradicts = len(told) > len({place for place, _ in told})  # of 2009, and of 2010
    unordered = plan.limit is not None and not plan.order_by
    mistaken = (
        _ranks_itself(reading) or _tells_nobody(reading) or _pulled_by_verb(reading) or _is_date_of_another(reading)
    )
    return one_sided or nothing_new or contradicts or unordered or mistaken


def _ranks_itself(reading: Reading) -> bool:
    """Groups by how many each has of what it has one of (谁的订单最多), or in the order of what no group has one of."""
    plan = reading.plan
    ones = {*plan.keyed, *(place.table for place in plan.groups if reading.known(place).primary_key)}
    if any(one.measure == Measure("count", table) for one in plan.having for table in ones):
        return True
    for by in plan.order_by:
        if isinstance(by, Measure) and any(by == Measure("count", table) for table in ones):
            return ones.issuperset(place.table for place in plan.groups)
        if isinstance(by, Place) and plan.measures and plan.groups and plan.limit and by.table not in plan.keyed:
            return by not in plan.groups
    return False


def _tells_nobody(reading: Reading) -> bool:
    """`who placed the most orders`, where only the date is called `placed`."""
    asks = any(item.kind == "ask" and item.said in _WHO for item in reading.items)
    known = [reading.known(place) for place in reading.plan.columns]
    return asks and bool(known) and all(column.is_number or column.holds_dates for column in known)


def _pulled_by_verb(reading: Reading) -> bool:
    """`how much did Clara pay`, where vets have a pay: nothing else speaks of vets."""
    for index, meant in reading.meant.items():
        place = reading.column(index) if meant.weight < 1.0 and reading.said(index) in VERBS else None
        others = (other.table for i, other in reading.meant.items() if i != index)
        if place is not None and reading.measurable(place) and place.table not in others:
            return True
    return False


def _is_date_of_another(reading: Reading) -> bool:
    """`latest date in shipments`, where only drivers have a column whose name ends so, and nobody speaks of them."""
    spoken = {meant.table for meant in reading.meant.values() if meant.kind == "table"}
    dated = any(column.holds_dates for table in spoken for column in reading.schema.table(table).columns)
    ends_so = (m for i, m in reading.meant.items() if reading.said(i) in _DATES and m.weight < _SURE and m.column)
    return dated and any(meant.table not in spoken for meant in ends_so)
