"""Things that are ranked by how many there are of something: `the most flights`, `most common city`."""

from services.query.composer.language.ranks import COUNTING
from services.query.composer.queries.plan import Aggregate, Measure
from services.query.composer.reading.ranking.extremes import asks_for_value
from services.query.composer.reading.ranking.frequent import by_frequency
from services.query.composer.reading.ranking.ranked import Ranked, places_of_by
from services.query.composer.reading.ranking.superlatives import superlative
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES
from services.query.composer.reading.rows.terms import measure_of

_OF_SINGLE_ONES: dict[str, Aggregate] = {
    **dict.fromkeys(("longest", "最长", "最久"), "max"),
    **dict.fromkeys(("shortest", "最短"), "min"),
}  # fmt: skip
_AMOUNTS = frozenset({"amount", "total amount", "number"})


def by_count(reading: Reading, index: int, behind: int) -> Ranked | None:
    """`the most flights`, `the highest number of students`, `most common city`."""
    if reading.said(behind) in _AMOUNTS and (table := reading.table(reading.after(behind))):
        return Ranked(Measure("count", table), (behind, reading.after(behind)))
    if reading.cue(behind) == "count":
        return _by_number_of(reading, behind)
    if (frequent := by_frequency(reading, index)) is not None:
        return frequent
    said = superlative(reading, index)
    if not said.isascii():
        return _by_number_before(reading, index)
    return _by_most(reading, behind) if said in COUNTING else None


def _by_number_before(reading: Reading, index: int) -> Ranked | None:
    """订单最多的客户, 订单数最高的客户."""
    near = reading.before(index)
    counted = reading.cue(near) == "count" and reading.free(near)
    rows = reading.before(near) if counted else near
    table = reading.table(rows) if reading.free(rows) else None
    if table is None or not (counted or superlative(reading, index) in COUNTING):
        return None
    return Ranked(Measure("count", table), (rows, near))


def by_term(reading: Reading, index: int, behind: int) -> Ranked | None:
    """`the city with the highest revenue`, 销售额最高的城市, where a business term says what revenue is."""
    for near in (behind, reading.before(index)):
        meant = reading.meant.get(near)
        if meant is not None and meant.kind == "measure" and reading.free(near):
            beside = near == behind or not reading.said(index).isascii() or not reading.exists(behind)
            if near == behind and not meant.whole and asks_for_value(reading, index, near):
                return None
            return Ranked(measure_of(reading, near, _single(reading, index)), (near,)) if beside else None
    return None


def _single(reading: Reading, index: int) -> Aggregate:
    """Of what each has several of: the longest of them, or their sum."""
    return _OF_SINGLE_ONES.get(superlative(reading, index), "sum")


def _by_number_of(reading: Reading, count: int) -> Ranked | None:
    near = reading.after(count)
    while reading.cue(near) == "distinct":
        near = reading.after(near)
    if table := reading.table(near):
        return Ranked(Measure("count", table), (count, near))
    if (place := reading.column(near)) is None:
        return None
    unique = reading.known(place).primary_key
    return Ranked(Measure("count", place.table, place.column, distinct=not unique), (count, near))


def _by_most(reading: Reading, behind: int) -> Ranked | None:
    """`which customer has the most orders`: where something else is asked for."""
    table = reading.table(behind)
    others = (i for i in reading.meant if reading.thing(i) and i not in (*reading.used, behind))
    of_times = any(place.part for place in reading.plan.groups)  # `which month has the most appointments`
    asked = of_times or any(reading.roles[i] != "order" for i in others)
    return Ranked(Measure("count", table), (behind,)) if table and asked else None


def by_named_count(reading: Reading, behind: int) -> Ranked | None:
    """`top 5 airlines by number of flights`, `top 3 customers by revenue`, `by total price`."""
    for by in places_of_by(reading, behind):
        meant, table, place = reading.meant.get(by + 1), reading.table(by + 2), reading.column(by + 2)
        if meant is not None and meant.kind == "measure":
            return Ranked(measure_of(reading, by + 1), (by, by + 1))
        if reading.cue(by + 1) == "count" and table:
            return Ranked(Measure("count", table), (by, by + 1, by + 2))
        if (aggregate := AGGREGATES.get(reading.cue(by + 1))) and place:
            return Ranked(Measure(aggregate, place.table, place.column), (by, by + 1, by + 2))
    return None
