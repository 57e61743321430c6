"""Reads for each of what something is told: `per airline`, `for each department`, 每个月."""

from services.query.composer.language.cues import CueName
from services.query.composer.linking.lexicon import Meant
from services.query.composer.linking.names import name_column
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES

_RANKS: tuple[CueName, ...] = ("top", "bottom", "most", "least")
_VALUE_WITHIN = 6
_LISTED = ("thing", "unit", "comma")
_MEASURED_IN = frozenset({"kg", "kilogram", "ton", "litre", "liter", "km", "kilometer", "mile", "hour", "公斤", "公里"})
"""What is told per unit is a ratio, and no group."""
_THEIRS = frozenset({"their", "its", "his", "her"})


def read_groups(reading: Reading) -> None:
    """Take each `per` and `each` with what it is about."""
    for index, item in enumerate(reading.items):
        if item.cue == "each" and index not in reading.used and reading.roles[index] != "order":
            _read_group(reading, index)
        elif (item.cue == "count" or item.cue in AGGREGATES) and reading.word_before(index) in _THEIRS:
            _read_theirs(reading, index)


def _read_theirs(reading: Reading, index: int) -> None:
    """`customers and their number of orders`."""
    before = (i for i in range(index - 1, -1, -1) if reading.table(i))
    near = next(before, None)
    measured = reading.thing(reading.after(index))
    if near is None or measured is None or measured.table == reading.meant[near].table:
        return
    if reading.free(near) and reading.roles[near] == "select":
        reading.take(near)
        _group_by_table(reading, near, reading.meant[near].table)


def _read_group(reading: Reading, index: int) -> None:
    near = reading.after(index)
    while reading.cue(near) in ("distinct", "each"):
        reading.take(near)
        near = reading.after(near)
    if reading.kind(near) == "unit":
        near = _next_of_list(reading, near)  # `by month and hotel`
    meant, said = reading.thing(near), reading.said(index)
    if meant is None or not reading.free(near) or (said in ("by", "按", "按照") and _ranks_by(reading, near)):
        return
    if _is_of_unit(reading, near):
        return
    if reading.cue(near + 1) in ("ascending", "descending", "order"):
        return  # 按价格从高到低, 按价格排序
    if said in ("by", "in", "at") and _restricted(reading, near, meant):
        reading.take(index)
        return
    reading.take(index)
    _group_by_things(reading, near)


def _is_of_unit(reading: Reading, near: int) -> bool:
    """`per year by booking date`: the years are those of that date."""
    place = reading.column(near)
    dated = place is not None and reading.known(place).holds_dates
    return dated and any(item.kind == "unit" for item in reading.items)


def _ranks_by(reading: Reading, near: int) -> bool:
    """`top 3 products by price`."""
    place = reading.column(near)
    return any(item.cue in _RANKS for item in reading.items) and place is not None and reading.measurable(place)


def _restricted(reading: Reading, near: int, meant: Meant) -> bool:
    """`taught by the teacher named Ann`, `by customer with first name Ann`: it is known which one."""
    for further in range(near + 1, near + 1 + _VALUE_WITHIN):
        if reading.kind(further) in ("break", "ask"):
            return False
        if value := reading.value(further):
            key = reading.column(near)
            same = meant.column in (None, value.column) or (key is not None and reading.is_key(key))
            return value.table == meant.table and same
    return False


def _group_by_things(reading: Reading, near: int) -> None:
    """`for each city and level`, `by customer and month`."""
    while (meant := reading.thing(near)) is not None and reading.free(near):
        reading.take(near)
        last = _group_by_table(reading, near, meant.table) if meant.column is None else _group_by_column(reading, near)
        near = _next_of_list(reading, last)


def _next_of_list(reading: Reading, last: int) -> int:
    """The thing behind `and` or 、; behind a comma where the list ends the sentence: `by city, level and month`."""
    near = last + 1 + (reading.kind(last + 1) == "comma")
    near += reading.is_and(near)
    if near == last + 1 or not reading.exists(near):
        return len(reading.items)
    rest = range(last + 1, len(reading.items))
    ends = all(reading.kind(i) in _LISTED or reading.is_and(i) for i in rest)
    between = reading.text.between(reading.items[last].first, reading.items[near].last)
    return near if ends or reading.roles[near] == "group" or "、" in between else len(reading.items)


def _group_by_column(reading: Reading, near: int) -> int:
    place, own = reading.column(near), reading.column(near + 1)
    if place is not None and own is not None and reading.adjacent(near) and _leads_to(reading, place, own.table):
        reading.take(near + 1)
        reading.group_by(own)  # `by origin province`
        return near + 1
    if place is not None:
        reading.group_by(place)
        reading.unclear |= reading.said(near) in _MEASURED_IN and reading.is_quantity(place)
    return near


def _leads_to(reading: Reading, key: Place, table: str) -> bool:
    relations = reading.schema.relations
    return any((one.source, one.source_col, one.target) == (key.table, key.column, table) for one in relations)


def _group_by_table(reading: Reading, near: int, table: str) -> int:
    """`per customer`, `per customer city`; tells the last item of it."""
    own = reading.column(near + 1)
    if own is not None and own.table == table and reading.adjacent(near) and not reading.measurable(own):
        reading.take(near + 1)
        reading.group_by(own)
        return near + 1
    named = name_column(reading.schema.table(table)) is not None
    reading.group_by(reading.label(table) if named else (reading.key(table) or reading.label(table)))
    return near


def read_counted_groups(reading: Reading) -> None:
    """`orders per month`, `settled orders by city`: how many of them there are for each."""
    plan = reading.plan
    if not plan.groups or plan.measures or plan.order_by:
        return
    kinds = ("table", "column", "measure")
    grouped = {(place.table, place.column) for place in plan.groups if place.part}  # `drivers hired per year`
    free = [
        i
        for i, meant in reading.meant.items()
        if i not in reading.used and meant.kind in kinds and (meant.table, meant.column) not in grouped
    ]
    tables = [reading.table(i) for i in free]
    if tables and None not in tables:
        plan.measures += [Measure("count", table) for table in dict.fromkeys(tables) if table]
        reading.take(*free)
    terms = {condition.table for condition in plan.conditions if condition.expression}
    if not free and len(terms) == 1 and terms.isdisjoint(plan.keyed):
        plan.measures.append(Measure("count", terms.pop()))
