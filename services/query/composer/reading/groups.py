"""Reads for each of what something is told: `per airline`, `for each department`, 每个月."""

from services.query.composer.language.cues import CueName
from services.query.composer.linking.lexicon import Meant
from services.query.composer.linking.names import name_column
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.reading.negation import AGGREGATES
from services.query.composer.reading.reading import Reading

_RANKS: tuple[CueName, ...] = ("top", "bottom", "most", "least")
_VALUE_WITHIN = 6
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
        _group_by_thing(reading, near, reading.meant[near].table)


def _read_group(reading: Reading, index: int) -> None:
    near = reading.after(index)
    while reading.cue(near) in ("distinct", "each"):
        reading.take(near)
        near = reading.after(near)
    meant, said = reading.thing(near), reading.said(index)
    if meant is None or not reading.free(near) or (said in ("by", "按", "按照") and _ranks_by(reading, near)):
        return
    if reading.cue(near + 1) in ("ascending", "descending"):
        return  # 按价格从高到低
    if said in ("by", "in", "at") and _restricted(reading, near, meant):
        reading.take(index)
        return
    reading.take(index)
    while meant is not None:
        last = _group_by(reading, near, meant)
        near = reading.after(last + 1)  # `by hotel and channel`
        further = reading.is_and(last + 1) and reading.free(near) and reading.roles[near] == "group"
        meant = reading.thing(near) if further else None


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


def _group_by(reading: Reading, near: int, meant: Meant) -> int:
    """Group by what an item names; the last item that belongs to it."""
    reading.take(near)
    if meant.kind == "table":
        return _group_by_thing(reading, near, meant.table)
    reading.group_by(Place(meant.table, meant.column or ""))
    return near


def _group_by_thing(reading: Reading, near: int, table: str) -> int:
    """`per customer`, `per customer city`."""
    own = reading.column(near + 1)
    if own is not None and own.table == table and reading.adjacent(near) and not reading.measurable(own):
        reading.take(near + 1)
        reading.group_by(own)
        return near + 1
    named = name_column(reading.schema.table(table)) is not None
    reading.group_by(reading.label(table) if named else (reading.key(table) or reading.label(table)))
    return near


def read_counted_groups(reading: Reading) -> None:
    """`orders per month`: how many of them there are for each."""
    plan = reading.plan
    kinds = ("table", "column", "measure")
    free = [i for i, meant in reading.meant.items() if i not in reading.used and meant.kind in kinds]
    table = reading.table(free[0]) if len(free) == 1 else None
    if table and plan.groups and not plan.measures and not plan.order_by:
        plan.measures.append(Measure("count", table))
        reading.take(free[0])
