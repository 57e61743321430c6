"""Reads what rows lack: `have no channel`, `without email`, `have not left`, 没有邮箱, 地址为空; and what was done."""

from dataclasses import replace

from services.query.composer.language.cues import CueName
from services.query.composer.language.happenings import told_by
from services.query.composer.language.small_words import VERBS
from services.query.composer.linking.items import Kind
from services.query.composer.queries.plan import Comparison, Condition, Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import add

_NONE = frozenset({"no", "without", "without any", "that have no", "who have no", "which have no", "没有", "没"})
_WHEN = frozenset({"when", "date", "time", "day", "何时", "什么时候", "日期", "时间"})
_COMPARED: tuple[CueName, ...] = (
    "more", "less", "at_least", "at_most", "not_equal", "between", "contains", "from", "to", "or",
)  # fmt: skip
_ALREADY = frozenset("已经")
_COMPARING: tuple[Kind, ...] = ("number", "period", "quoted", "unit", "word")
_LEADING: tuple[CueName, ...] = ("having", "equal")


def read_lacking(reading: Reading) -> None:
    """Take each column that rows of its own table lack; what rows of another table lack is an exclusion."""
    for index in range(len(reading.items)):
        if reading.instructs(index, "not", "without", "not_equal"):
            _lacking(reading, index)
        elif reading.instructs(index, *_LEADING) and reading.free(index + 1) and reading.adjacent(index):
            reading.take(*([index] if _done(reading, index + 1) else []))
        elif reading.table(index) and _ends(reading, index + 1):
            _done(reading, index + 1)
        elif reading.word_before(index) in _ALREADY and reading.free(index):
            _done(reading, index)


def _ends(reading: Reading, index: int) -> bool:
    """`how many guests signed up?`: nothing else is said of it, but where: `cancelled at Spree Palace`."""
    further = range(index + 1 + bool(reading.value(index + 1)), len(reading.items))
    return reading.free(index) and all(reading.kind(i) == "break" for i in further)


def _lacking(reading: Reading, index: int) -> None:
    near = reading.after(index)
    if reading.cue(near) == "having":
        near = reading.after(near)
    place = reading.column(near)
    if place is None or not reading.free(near) or _is_compared(reading, near):
        return
    done = reading.adjacent(index) and near == index + 1 and _is_what_was_done(reading, near, place)
    done = done and _is_of_subject(reading, near, place)
    says_none = reading.said(index) in _NONE or near > reading.after(index)
    if done or (says_none and place.table == _owner(reading, index, near)):
        _add(reading, near, place, "null")
        before = reading.before(index)
        reading.take(*range(index, near), *([before] if reading.cue(before) == "having" else []))


def _done(reading: Reading, index: int) -> bool:
    """Take `left` of `how many employees have left`: the date on which they did is known."""
    place = reading.column(index)
    if place is None or not _is_what_was_done(reading, index, place) or _is_compared(reading, index):
        return False
    _add(reading, index, place, "not null")
    return True


def _is_what_was_done(reading: Reading, index: int, place: Place) -> bool:
    """Whether a date is spoken of by its verb alone, of rows that are named, and is not asked for."""
    verb = reading.said(index).split(" ", maxsplit=1)[0]
    says_so = verb in VERBS or verb.endswith("ed") or bool(told_by(verb))
    told_by_verb = says_so and reading.is_time(place) and not reading.is_number(place)
    asks_when = any(token.key in _WHEN for token in reading.text.tokens)
    named = any(meant.kind == "table" and meant.table == place.table for meant in reading.meant.values())
    timed = any(item.kind in ("period", "unit", "number") for item in reading.items[index:])
    return told_by_verb and named and not (asks_when or timed)


def _is_of_subject(reading: Reading, index: int, place: Place) -> bool:
    """Whether it was done to the rows themselves: customers that never filed a claim are no claim that is not filed."""
    before = [table for near in range(index) if (table := reading.table(near))]
    described = reading.adjacent(index) and reading.table(index + 1) == place.table
    return described or not before or before[-1] == place.table


def _owner(reading: Reading, index: int, near: int) -> str | None:
    """The table whose rows lack something: behind 的, else the nearest before."""
    if not reading.said(index).isascii() and (table := reading.table(reading.after(near))):
        return table
    return next((table for i in range(index - 1, -1, -1) if (table := reading.table(i))), None)


def _is_compared(reading: Reading, index: int) -> bool:
    """`without a nationality of China`, `not placed in 2024`: something is said of the column."""
    behind = reading.after(index)
    if reading.cue(behind) == "equal":
        behind = reading.after(behind)
    value = reading.value(behind)
    own = value is not None and (value.table, value.column) == (reading.meant[index].table, reading.meant[index].column)
    return own or reading.kind(behind) in _COMPARING or reading.cue(behind) in _COMPARED


def _add(reading: Reading, index: int, place: Place, comparison: Comparison) -> None:
    """Note it; a number that is not there may be kept as 0."""
    nothing = Condition(place.table, place, comparison)
    if comparison == "null" and reading.is_number(place) and not reading.is_key(place):
        nothing = Condition(place.table, any_of=(nothing, Condition(place.table, place, "=", "0", number=True)))
    reading.plan.conditions.append(nothing)
    reading.meant[index] = replace(reading.meant[index], weight=1.0)
    reading.take(index)


def read_missing(reading: Reading) -> None:
    """Take `with a missing address`, `do not have a date`, 没有填写地址."""
    for index, item in enumerate(reading.items):
        if item.cue != "missing" or index in reading.used:
            continue
        for near in (reading.after(index), reading.before(index), index + 2, index + 3):
            if (column := reading.column(near)) is not None and near not in reading.used:
                add(reading, Condition(column.table, column, "null"), index)
                reading.take(index, near)
                break
