"""Reads how many each has: `more than 100 planes`, `at least 2 classes`, `whose number of departments is below 5`."""

from dataclasses import dataclass

from services.query.composer.queries.plan import Having, Measure
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.compared import column_before
from services.query.composer.reading.rows.negation import COMPARISONS
from services.query.composer.reading.rows.terms import measure_of

_COUNT_WITHIN = 4


@dataclass(frozen=True)
class _Counted:
    """The item that is counted; whether it is said that it is, and the items that say so."""

    thing: int
    said: bool = False
    taken: tuple[int, ...] = ()


def read_how_many_each_has(reading: Reading, index: int, cue: int) -> bool:
    """Take a number with its comparison, where it says how many there are of a thing."""
    comparison = COMPARISONS.get(reading.cue(cue))
    counted = _counted(reading, index, cue)
    measure = _measure(reading, counted) if counted is not None else None
    if comparison is None or counted is None or measure is None:
        return False
    reading.plan.having.append(Having(measure, comparison, reading.number(index) or "0"))
    reading.take(index, cue, counted.thing, *counted.taken)
    return True


def _counted(reading: Reading, index: int, cue: int) -> _Counted | None:
    behind = reading.after(max(cue, index))
    plain = reading.table(behind) and reading.word_before(behind) != "的"  # 超过100的订单 are no 100 orders
    total = reading.before(cue)
    total = reading.before(total) if reading.cue(total) == "equal" else total
    if (meant := reading.meant.get(total)) is not None and meant.whole and reading.free(total):
        return _Counted(total, said=True)
    named = _counted_before(reading, cue) or (_Counted(behind) if plain else None)
    if named is None:
        return _counted_by_instruction(reading, cue)
    column = column_before(reading, min(cue, index))
    place = reading.column(column) if column is not None else None
    return None if place is not None and reading.measurable(place) else named


def _counted_before(reading: Reading, cue: int) -> _Counted | None:
    """客户数量大于4, 客户超过4位."""
    before = reading.before(cue)
    if reading.said(cue).isascii() or not reading.free(before):
        return None
    if reading.cue(before) == "count" and reading.table(before - 1):
        return _Counted(before - 1, said=True, taken=(before,))
    others = any(meant.kind != "table" for meant in reading.meant.values())
    others |= len({meant.table for meant in reading.meant.values()}) > 1  # 账单超过50的有哪些
    return _Counted(before, said=True) if reading.table(before) and others else None


def _counted_by_instruction(reading: Reading, cue: int) -> _Counted | None:
    """`whose number of different departments is below 5`."""
    for near in range(cue - 1, max(-1, cue - 1 - _COUNT_WITHIN), -1):
        if reading.instructs(near, "count") and reading.roles[near] == "where":
            thing, taken = reading.after(near), [near]
            while thing < cue and reading.cue(thing) == "distinct":
                taken.append(thing)
                thing = reading.after(thing)
            return _Counted(thing, said=True, taken=tuple(taken)) if thing < cue and thing in reading.meant else None
    return None


def _measure(reading: Reading, counted: _Counted) -> Measure | None:
    meant = reading.meant.get(counted.thing)
    if meant is not None and meant.whole:
        return measure_of(reading, counted.thing)
    if table := reading.table(counted.thing):
        return Measure("count", table)
    place = reading.column(counted.thing)
    if place is None or not counted.said:
        return None
    return Measure("count", place.table, place.column, distinct=not reading.known(place).primary_key)
