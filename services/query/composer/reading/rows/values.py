"""Reads stored values."""

from services.query.composer.language.small_words import NOR
from services.query.composer.queries.plan import Condition, Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import BESIDES, add

_EXCEPT = frozenset({"except", "except for", "excluding", "other than", "outside", "除了", "除"})
"""Before values of which rows have none: `except A and B`, 除了A和B以外."""
_WHICH = frozenset({"which", "who", "哪", "谁"})


def read_values(reading: Reading) -> None:
    """Take the stored values: one of a column, one of several (`or`), or two that both are there (`both ... and`)."""
    found: dict[Place, list[int]] = {}
    for index in reading.meant:
        if index not in reading.used and (place := value_place(reading, index)):
            found.setdefault(place, []).append(index)
    for place, where in found.items():
        for index in where:
            take_names(reading, index, place)
        reading.take(*where)
        _add_values(reading, place, where)


def _add_values(reading: Reading, place: Place, where: list[int]) -> None:
    values = tuple(dict.fromkeys(reading.meant[index].value or "" for index in where))
    if len(values) == 1:
        number = reading.is_number(place)
        add(reading, Condition(place.table, place, "=", values[0], number=number), where[0])
    elif alternatives := _alternatives(reading, where):
        reading.take(*alternatives)
        add(reading, Condition(place.table, place, values=values), where[0])
    elif reading.said(reading.before(where[0])) in _EXCEPT and reading.instructs(reading.before(where[0]), "not_equal"):
        add(reading, Condition(place.table, place, values=values), where[0])
        reading.take(*(i for i in (where[-1] + 1,) if reading.said(i) in BESIDES))
    elif _are_listed(reading, where) and not _has_several(reading, place):
        add(reading, Condition(place.table, place, values=values), where[0])
        _tell_each(reading, place)
        behind = reading.text.tokens[reading.items[where[-1]].last :]
        reading.unclear |= any(token.key in _WHICH for token in behind)  # Berlin和Paris哪个客户多
    elif len(values) == 2:
        reading.take(*(i for i, item in enumerate(reading.items) if item.said in ("both", "and also")))
        one, other = (Condition(place.table, place, "=", value) for value in values)
        reading.plan.both = one, other
        reading.unclear |= not _has_several(reading, place)
    else:
        reading.unclear = True


def _are_listed(reading: Reading, where: list[int]) -> bool:
    """`Berlin and Paris`, but neither `both ... and` nor `how many are male and how many are female`."""
    between = (i for i in range(where[0], where[-1]) if i not in where)
    listed = all((reading.is_and(i) and reading.said(i) != "with") or reading.kind(i) == "comma" for i in between)
    return listed and not any(item.said == "both" for item in reading.items)


def _tell_each(reading: Reading, place: Place) -> None:
    """男女员工各有多少: of each value; it is unclear where something else is told for each."""
    for index, item in enumerate(reading.items):
        if item.cue == "each" and (reading.cue(index + 1) == "count" or not reading.exists(index + 1)):
            reading.group_by(place)
            reading.take(index)
        reading.unclear |= reading.instructs(index, "each")


def _alternatives(reading: Reading, where: list[int]) -> list[int]:
    """The `or` or `nor` between values, and the `either` before them."""
    between = range(where[0], where[-1])
    found = [i for i in between if reading.cue(i) == "or" or reading.said(i) in ("or", "either", *NOR)]
    return found + [i for i in range(where[0]) if reading.said(i) == "either"]


def _has_several(reading: Reading, place: Place) -> bool:
    """Whether what is shown may have two values of one column: not what stands in one row with it."""
    for index in reading.meant:
        if index in reading.used or reading.roles[index] != "select" or reading.meant[index].table != place.table:
            continue
        shown = reading.column(index)
        if shown is None or reading.known(shown).primary_key or shown == reading.label(place.table):
            return False
    return True


def value_place(reading: Reading, index: int) -> Place | None:
    """The column of the stored value that an item names."""
    meant = reading.value(index)
    return Place(meant.table, meant.column) if meant and meant.column else None


def equal_to(reading: Reading, index: int) -> Condition | None:
    """The condition that a stored value makes; takes what it is beside the value."""
    meant, place = reading.value(index), value_place(reading, index)
    if meant is None or place is None:
        return None
    take_names(reading, index, place)
    return Condition(place.table, place, "=", meant.value)


def take_names(reading: Reading, index: int, place: Place) -> None:
    """Take what the value beside it is: `department` in `the history department`, `city` in `in the city of London`."""
    before = reading.before(index)
    linked = reading.cue(before) == "equal" or reading.said(before) in ("as", "in", "for")
    for near in (before, reading.after(index), *([reading.before(before)] if linked else [])):
        between = range(min(near, index) + 1, max(near, index))
        paused = any(reading.kind(i) in ("comma", "break") for i in between)
        if reading.free(near) and reading.column(near) == place and not paused:
            reading.take(near)
    if reading.cue(before) == "equal":
        reading.take(before)
    last = len(reading.items) - 1
    if reading.column(last) == place and reading.in_brackets(last):
        reading.take(last)
