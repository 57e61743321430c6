"""What follows for the whole plan when everything is read: groups, an order of time, each row once."""

from services.query.composer.language.small_words import HOW_MUCH
from services.query.composer.language.units import TIME_WORDS
from services.query.composer.language.words import keys
from services.query.composer.linking.names import name_column
from services.query.composer.queries.plan import Measure, Place, Plan
from services.query.composer.reading.amounts.none import read_none
from services.query.composer.reading.both import read_both
from services.query.composer.reading.either import check_values
from services.query.composer.reading.once import read_once
from services.query.composer.reading.reach import is_far_fetched
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.unclear import is_unclear
from services.query.composer.reading.ways import check_ways

_HOW_MANY = HOW_MUCH | {"how many"}


def finish(reading: Reading) -> None:
    """Complete the plan, and note what of it is unclear."""
    plan = reading.plan
    if reading.by_first_shown and not plan.order_by:
        first: list[Place | Measure] = [*plan.measures[-1:], *plan.columns[:1], *plan.groups[:1]]
        plan.order_by = first[:1]
    _group(reading)
    _count_groups(reading)
    _count_apart(reading)
    read_none(reading)
    _order_by_time(plan)
    plan.distinct |= _lists_values(reading)
    reading.unclear |= is_unclear(reading)
    if not plan.apart:
        check_ways(reading)
        check_values(reading)
        reading.unclear |= is_far_fetched(reading)
    if plan.both is None:
        read_once(reading)
    else:
        read_both(reading)


def _group(reading: Reading) -> None:
    """`job title and average salary`: for each of what is shown; without anything measured there are no groups."""
    plan = reading.plan
    measured = bool(plan.having or plan.measures or plan.ranked)
    if measured and not plan.groups and (plan.columns or plan.having):
        reading.unclear |= _counts_values(reading)
        _group_by_shown(reading)
    reading.unclear |= bool(plan.having) and not plan.groups
    only_measures = plan.measures and not plan.groups and not plan.columns and plan.limit is None
    if only_measures and plan.order_by and isinstance(plan.order_by[0], Place):
        plan.groups = [by for by in plan.order_by if isinstance(by, Place)]  # `number of orders sorted by city`
    reading.unclear |= measured and _shows_one_of_many(reading)
    if plan.groups and not measured:
        shown = {place.table for place in plan.columns}
        several = [
            place for place in plan.groups if place.table not in plan.keyed and not reading.known(place).primary_key
        ]
        reading.unclear |= bool(several) and any(reading.is_number(p) and reading.measurable(p) for p in plan.columns)
        reading.unclear |= bool(shown) and not shown.issuperset(place.table for place in plan.groups)
        reading.unclear |= plan.limit is not None  # `the heaviest parcel of each kind` is not the heaviest of all
        plan.columns = plan.columns or list(plan.groups)
        plan.groups, plan.keyed = [], []


def _counts_values(reading: Reading) -> bool:
    """`how many tickets are open`, where only a date is called `opened`: nobody asked how many there are for each."""
    count = next((i for i, item in enumerate(reading.items) if item.cue == "count" and item.said in _HOW_MANY), None)
    for index in sorted(reading.meant) if count is not None else ():
        between = range(count or 0, index)
        listed = any(
            reading.kind(i) in ("comma", "break") or reading.is_and(i) or reading.cue(i) == "each" for i in between
        )
        if index > (count or 0) and not listed and reading.column(index) in reading.plan.columns:
            return True
    return False


def _shows_one_of_many(reading: Reading) -> bool:
    """Whether beside a group stands what it may have several of."""
    groups = reading.plan.groups
    keyed = {place.table for place in groups if place.table in reading.plan.keyed or reading.known(place).primary_key}
    return bool(groups) and any(one not in groups and one.table not in keyed for one in reading.plan.columns)


def _group_by_shown(reading: Reading) -> None:
    """By the key of a table whose rows are named."""
    plan = reading.plan
    plan.groups = list(plan.columns)
    for place in plan.columns:
        label = name_column(reading.schema.table(place.table))
        named = label is not None and place.column == label.name
        if named and reading.key(place.table) and place.table not in plan.keyed:
            plan.keyed.append(place.table)
    if not plan.columns:
        counted = [measure.table for measure in plan.measures if measure.aggregate == "count"]
        plan.groups = [key for table in counted if (key := reading.key(table))][:1]


def _count_groups(reading: Reading) -> None:
    """`how many customers have more than 7 orders`: one number."""
    plan = reading.plan
    each = any(item.cue == "each" for item in reading.items)
    if not plan.having or plan.columns or each or not plan.groups:
        return
    if plan.measures == [Measure("count", plan.groups[0].table)]:
        plan.count_groups, plan.measures = True, []


def _count_apart(reading: Reading) -> None:
    """`how many staff and how many rooms`: two numbers; unclear whose a condition is, and which groups have both."""
    plan = reading.plan
    counted = {measure.table for measure in plan.measures if measure == Measure("count", measure.table)}
    if len(counted) < 2:
        return
    plan.apart = len(counted) == len(plan.measures) and counted == set(plan.tables) and not plan.groups
    reading.unclear |= not plan.apart or bool(plan.conditions or plan.having or plan.order_by or plan.without)


def _order_by_time(plan: Plan) -> None:
    """`orders per month`: month after month."""
    if plan.order_by or not plan.groups or plan.columns or plan.average_groups:
        return
    first, last = plan.groups[0], plan.groups[-1]
    words = keys(first.column)
    if last.part or not TIME_WORDS.keys().isdisjoint((*words[:1], *words[-1:])):
        plan.order_by, plan.descending = [last if last.part else first], False


def _lists_values(reading: Reading) -> bool:
    """`list all cities`: of a column whose values repeat each is told once, where no table's rows are asked for."""
    plan = reading.plan
    if len(plan.columns) != 1 or plan.conditions or plan.order_by or plan.limit or plan.measured or plan.joined:
        return False
    place = plan.columns[0]
    label = name_column(reading.schema.table(place.table))
    named = any(meant.kind == "table" for meant in reading.meant.values())
    unique = reading.known(place).primary_key or (label is not None and label.name == place.column)
    return not (named or unique or reading.measurable(place))
