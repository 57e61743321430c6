"""Superlatives that rank nothing: both ends of a column, a bound, or the extreme value itself."""

from services.query.composer.language.small_words import HAVE
from services.query.composer.queries.plan import Aggregate, Comparison, Measure
from services.query.composer.reading.amounts.measures import EXTREMES
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES, with_number
from services.query.composer.reading.rows.terms import measure_of

_WHICH = frozenset({"which", "what"})
_BOUNDS: dict[str, Comparison] = {"最多": "<=", "最少": ">="}


def read_extremes(reading: Reading, index: int) -> bool:
    """Take `the lowest and highest rating`: both are asked for."""
    joined = reading.after(index)
    second = reading.after(joined)
    if not reading.is_and(joined) or reading.cue(second) not in EXTREMES:
        return False
    near = reading.after(second)
    near += bool(reading.table(near) and reading.column(near + 1))
    place = reading.column(near)
    if place is None or not reading.measurable(place):
        return False
    names = [EXTREMES[reading.cue(one)] for one in (index, second) if reading.cue(one) in EXTREMES]
    reading.plan.measures += [Measure(name, place.table, place.column) for name in names]
    reading.take(index, second, near)
    return True


def read_bound(reading: Reading, index: int) -> bool:
    """Take 占比最多0.1: a bound, and no rank."""
    comparison, before, at = _BOUNDS.get(reading.said(index)), reading.before(index), index + 1
    place, number = reading.column(before), reading.number(at)
    if comparison is None or place is None or number is None or not (reading.free(before) and reading.free(at)):
        return False
    if reading.items[at].last == len(reading.text.tokens) or at + 1 in reading.meant:
        return False
    reading.plan.conditions.append(with_number(reading, place, comparison, number))
    reading.take(index, at, before)
    return True


def read_value_of_extreme(reading: Reading, index: int, behind: int, descending: bool) -> bool:
    """Take `what is the highest salary`: the value itself is asked for, and nothing else of its row."""
    aggregate: Aggregate = "max" if descending else "min"
    place, meant = reading.column(behind), reading.meant.get(behind)
    if meant is None or not reading.free(behind) or not asks_for_value(reading, index, behind):
        return False
    if meant.kind == "measure" and not meant.whole:
        measure = measure_of(reading, behind, aggregate)
    elif place is not None and (reading.measurable(place) or reading.is_number(place)):
        measure = Measure(aggregate, place.table, place.column)
    else:
        return False
    reading.plan.measures.append(measure)
    reading.take(behind)
    return True


def asks_for_value(reading: Reading, index: int, behind: int) -> bool:
    """Whether a superlative asks for the extreme value behind it, and not for the row that has it."""
    if reading.roles[index] != "select" or reading.said(reading.before(index)) in HAVE:
        return False
    if reading.said(0) in _WHICH and (reading.value(1) is not None or reading.table(1)):
        return False  # `which driver carried the most weight`, `which capital`: a row is asked for
    free = [i for i in range(len(reading.items)) if i not in reading.used and reading.roles[i] == "select"]
    measured = any(reading.cue(i) in (*AGGREGATES, "count") for i in free)
    grouped = any(item.cue == "each" for item in reading.items)
    return measured or grouped or not any(reading.column(i) for i in free if i != behind)
