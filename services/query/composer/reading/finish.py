"""What follows for the whole plan when everything is read: groups, an order of time, each row once."""

from services.query.composer.language.small_words import HOW_MUCH, VERBS
from services.query.composer.language.units import TIME_WORDS
from services.query.composer.language.words import keys
from services.query.composer.linking.names import name_column
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Aggregate, Measure, Place, Plan
from services.query.composer.reading.both import read_both
from services.query.composer.reading.either import check_values
from services.query.composer.reading.none import read_none
from services.query.composer.reading.reach import is_far_fetched
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.ways import check_ways

_HOW_MANY = HOW_MUCH | {"how many"}
_WHO = frozenset({"who", "谁"})


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
    reading.unclear |= _is_unclear(reading)
    if not plan.apart:
        check_ways(reading)
        check_values(reading)
        reading.unclear |= is_far_fetched(reading)
    if plan.both is None:
        _once(reading)
    else:
        read_both(reading)


def _ranked(plan: Plan) -> bool:
    return any(isinstance(by, Measure) for by in plan.order_by)


def _group(reading: Reading) -> None:
    """`job title and average salary`: for each of what is shown; without anything measured there are no groups."""
    plan = reading.plan
    measured = bool(plan.having or plan.measures or _ranked(plan))
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
    if last.part or (words and words[0] in TIME_WORDS):
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


def _is_unclear(reading: Reading) -> bool:
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
    mistaken = _ranks_itself(reading) or _tells_nobody(reading) or _pulled_by_verb(reading)
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


def _once(reading: Reading) -> None:
    """Where the join repeats what is shown: each row of the one table once, or each combination of several."""
    plan = reading.plan
    if not plan.columns or plan.measures or plan.groups or _ranked(plan) or plan.having:
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
