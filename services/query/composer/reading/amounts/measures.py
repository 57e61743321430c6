"""Reads what is counted and aggregated: `how many flights`, `the average and maximum salary`, `total revenue`."""

import re

from services.query.composer.language.cues import CueName
from services.query.composer.language.small_words import HAVE
from services.query.composer.queries.plan import Aggregate, Measure, Place
from services.query.composer.queries.share import adds_up
from services.query.composer.reading.amounts.counts import read_count
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES
from services.query.composer.reading.rows.terms import measure_of

EXTREMES: dict[CueName | None, Aggregate] = {"most": "max", "least": "min", "max": "max", "min": "min"}
_SPOKEN: dict[CueName | None, Aggregate] = {**AGGREGATES, **EXTREMES}
_AGGREGATE = re.compile(r"\b(avg|count|max|min|sum)\(")
_COMPUTED: dict[CueName | None, tuple[frozenset[str], ...]] = {
    "sum": (frozenset({"sum"}), frozenset({"count"})), "avg": (frozenset({"avg"}), frozenset({"sum", "count"})),
    "min": (frozenset({"min"}),), "max": (frozenset({"max"}),),
}  # fmt: skip
"""What a term computes that an instruction before it asks for: the average of an average is that average."""
_COMPUTE = "统计"
_BEFORE_RANK = HAVE | {"for", "the", "cover"}


def read_measures(reading: Reading) -> None:
    """Take the instructions to count and to aggregate, and terms that are aggregates already."""
    for index, item in enumerate(reading.items):
        if item.cue == "count" and index not in reading.used and reading.roles[index] != "where":
            read_count(reading, index)
        elif item.cue in AGGREGATES and index not in reading.used:
            _aggregate(reading, index)
    for index, meant in reading.meant.items():
        if meant.whole and index not in reading.used:
            _whole(reading, index)
    if reading.plan.measures:  # 统计每个城市的客户数: that something is computed
        reading.take(*(i for i in range(len(reading.items)) if reading.said(i) == _COMPUTE and reading.free(i)))


def _whole(reading: Reading, index: int) -> None:
    """`total revenue`, where a revenue is a sum already."""
    measure = measure_of(reading, index)
    if measure not in reading.plan.measures:
        reading.plan.measures.append(measure)
    reading.take(index)
    expression = reading.meant[index].expression or ""
    computed = frozenset(_AGGREGATE.findall(expression.lower()))
    for near in (reading.before(index), reading.after(index)):
        cue = reading.cue(near)
        computes = computed in _COMPUTED.get(cue, ()) and (cue != "sum" or adds_up(expression, reading.schema))
        if reading.free(near) and computes:
            reading.take(near)


def _aggregate(reading: Reading, index: int) -> None:
    cues, near = _chain(reading, index)
    if _aggregated_term(reading, cues, near):
        return
    cues, near = _aggregated(reading, cues, near)
    cue, place = reading.cue(index), reading.column(near)
    if place is None or (near in reading.used and len(cues) == 1):
        return
    if cue in ("sum", "avg") and not reading.is_number(place):
        return
    if cue in ("min", "max") and len(cues) == 1 and _ranks(reading, index):
        reading.plan.order_by, reading.plan.descending, reading.plan.limit = [place], cue == "max", 1
        reading.take(index, near)
        return
    reading.unclear |= reading.is_key(place) and cue in ("sum", "avg")
    reading.plan.measures += [Measure(_SPOKEN[reading.cue(one)], place.table, place.column) for one in cues]
    reading.take(*cues, near)
    _further_columns(reading, near, AGGREGATES[cue])


def _chain(reading: Reading, index: int) -> tuple[list[int], int]:
    """All aggregates of `the minimum, maximum and average price`, and what stands behind them."""
    cues, near = [index], reading.after(index)
    counted = reading.column(reading.after(near))
    if reading.cue(near) == "count" and counted is not None and reading.measurable(counted):
        reading.take(near)  # `the maximum number of stars`, which are a number
        near = reading.after(near)
    while reading.kind(near) == "comma" or reading.is_and(near) or reading.cue(near) in _SPOKEN:
        if reading.cue(near) in _SPOKEN:
            cues.append(near)
        near = reading.after(near)
    return cues, near


def _aggregated_term(reading: Reading, cues: list[int], near: int) -> bool:
    """`average doubled pay`, where a term is no aggregate yet."""
    meant = reading.meant.get(near)
    if meant is None or meant.kind != "measure" or meant.whole or near in reading.used:
        return False
    aggregate = AGGREGATES[reading.cue(cues[0])]
    reading.plan.measures.append(measure_of(reading, near, aggregate))
    reading.take(*cues, near)
    return True


def _aggregated(reading: Reading, cues: list[int], near: int) -> tuple[list[int], int]:
    """What is aggregated: behind the instructions, behind its table (`the average bike price`), or before them."""
    later = reading.column(near + 1)
    if reading.table(near) and later is not None and reading.free(near + 1) and reading.measurable(later):
        reading.take(near)
        return cues, near + 1
    before = reading.before(cues[0])
    own = reading.column(before)
    if reading.column(near) is None and own is not None and reading.free(before) and reading.measurable(own):
        return cues[:1], before
    return cues, near


def _further_columns(reading: Reading, near: int, aggregate: Aggregate) -> None:
    """`the average price and weight`: of each that stands beside, the same."""
    role, further = reading.roles[near], _listed(reading, near)
    while further is not None and (place := _addable(reading, further)) and reading.roles[further] == role:
        reading.plan.measures.append(Measure(aggregate, place.table, place.column))
        reading.take(further)
        further = _listed(reading, further)


def _listed(reading: Reading, index: int) -> int | None:
    """The next of a list: behind a comma, `and`, or both."""
    comma = reading.kind(index + 1) == "comma"
    if not comma and not reading.is_and(index + 1):
        return None
    return index + 3 if comma and reading.said(index + 2) == "and" else index + 2


def _addable(reading: Reading, index: int) -> Place | None:
    place = reading.column(index) if reading.free(index) else None
    return place if place and reading.measurable(place) and reading.is_number(place) else None


def _ranks(reading: Reading, index: int) -> bool:
    """`the name of the employee with the maximum salary`: the row that has it is asked for."""
    of_a_row = reading.roles[index] == "where" or reading.said(index - 1) in _BEFORE_RANK
    return of_a_row and not reading.plan.groups and not reading.plan.order_by
