"""Reads numbers that columns are compared with: `price more than 5`, `heavier than 5 kg`, `id 163`."""

from services.query.composer.language.cues import OR_LESS, OR_MORE, CueName
from services.query.composer.queries.plan import Condition, Having, Measure, Place
from services.query.composer.reading.amounts.having import read_how_many_each_has
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.compared import COMPARATIVES, column_before, column_of_kind, of_another_kind
from services.query.composer.reading.rows.negation import AGGREGATES, COMPARISONS, add, with_number
from services.query.composer.reading.times.calendar import confirm_year, is_year

_SAYS_EQUAL = frozenset({"等于", "正好", "equal to", "exactly", "equals", "equal", "only", "just", "只有", "仅有"})
_STAND_BEHIND = OR_MORE | OR_LESS | {"以上", "以下", "及以上", "及以下", "起", "以后", "以前", "之后", "之前"}
_LIMITS: tuple[CueName, ...] = ("top", "bottom", "most", "least")
_NUMBER_WITHIN = 3


def read_turned(reading: Reading) -> None:
    """Take `a higher resolution than 720`: the comparison stands around its column."""
    for index, item in enumerate(reading.items):
        name = COMPARATIVES.get(item.said) if item.cue is None and index not in reading.used else None
        place, at = reading.column(index + 1), reading.after(index + 2)
        number = reading.number(at)
        if name and place and number and reading.said(index + 2) == "than" and reading.free(index + 1):
            reading.take(index, index + 1, index + 2, at)
            add(reading, with_number(reading, place, COMPARISONS[name], number), index)


def read_numbers(reading: Reading) -> None:
    """Take each number that a column is compared with, or how many of something each has."""
    for index in range(len(reading.items)):
        if index not in reading.used and (number := reading.number(index)):
            _number(reading, index, number)


def _number(reading: Reading, index: int, number: str) -> None:
    cue = comparison_of(reading, index)
    if cue is not None and read_how_many_each_has(reading, index, cue):
        return
    column = _equal_column(reading, index) if cue is None else _compared_column(reading, index, cue)
    place = reading.column(column) if column is not None else None
    if cue is not None and column is None and (own := column_of_kind(reading, reading.said(cue))):
        add(reading, with_number(reading, own, COMPARISONS[reading.cue(cue)], number), min(index, cue))
        reading.take(index, cue)
    if column is None or place is None or _only_time(reading, place):
        return
    if cue is None:
        _equal(reading, index, column, place, number)
    else:
        _compared(reading, index, cue, column, place)


def _only_time(reading: Reading, place: Place) -> bool:
    return reading.is_time(place) and not reading.is_number(place)


def _equal(reading: Reading, index: int, column: int, place: Place, number: str) -> None:
    """`id 163`, `3 or 4 stars`, `3 stars and 4 stars`."""
    also = _and_number(reading, index, column)
    if also is not None and reading.plan.both is None:
        second = reading.number(also) or "0"
        reading.plan.both = with_number(reading, place, "=", number), with_number(reading, place, "=", second)
        reading.take(index, column, also, *(i for i in range(index, also + 2) if reading.column(i) == place))
        return
    reading.take(index, column)
    if (other := or_number(reading, index)) is not None:
        reading.take(other, other - 1)
        values = number, reading.number(other) or "0"
        condition = Condition(place.table, place, values=values, number=reading.is_number(place))
    else:
        condition = with_number(reading, place, "=", number)
    add(reading, condition, min(column, index))


def _compared(reading: Reading, index: int, cue: int, column: int, place: Place) -> None:
    """`price more than 5`, `average salary above 8000`."""
    number, comparison = reading.number(index) or "0", COMPARISONS[reading.cue(cue)]
    reading.unclear |= of_another_kind(reading, cue, place)
    reading.take(index, column, cue)
    if is_year(reading, index):
        confirm_year(reading, column)
    if (aggregate := _aggregate_of(reading, column)) is None:
        add(reading, with_number(reading, place, comparison, number), min(column, index, cue))
        return
    reading.unclear |= not reading.measurable(place)
    measure = Measure(AGGREGATES[reading.cue(aggregate)], place.table, place.column)
    reading.plan.having.append(Having(measure, comparison, number))
    reading.take(aggregate)


def _and_number(reading: Reading, index: int, column: int) -> int | None:
    """`3 stars and 4 stars`: rows of each."""
    place = reading.column(column)
    for near in range(index + 1, min(index + 1 + _NUMBER_WITHIN, len(reading.items))):
        between = range(index + 1, near)
        if any(reading.kind(i) == "thing" and reading.column(i) != place for i in between):
            return None
        if reading.kind(near) == "number" and any(reading.is_and(i) for i in between):
            after = reading.column(near + 1)
            return near if after == place or (column < index and after is None) else None
    return None


def or_number(reading: Reading, index: int) -> int | None:
    """`3 or 4`: the other number."""
    joined = reading.cue(index + 1) == "or" or reading.said(index + 1) == "or"
    return index + 2 if joined and reading.kind(index + 2) == "number" else None


def comparison_of(reading: Reading, index: int) -> int | None:
    """The comparison that a number belongs to: right before it, or behind it (`or more`, 以上)."""
    before, after = reading.before(index), reading.after(index)
    after = reading.after(after) if reading.said(after) == "年" else after  # 2014年之前, where a year is a column
    for near in (before, after, reading.before(before)):
        if not reading.free(near) or reading.cue(near) not in COMPARISONS or reading.cue(near) is None:
            continue
        if reading.cue(near) == "not_equal" and near < before and reading.value(before):
            continue  # `not in spring of 2010`
        says_nothing = reading.cue(near) == "equal" and reading.said(near) not in _SAYS_EQUAL
        if not says_nothing and (near < index or reading.said(near) in _STAND_BEHIND):
            return near
    return None


def _compared_column(reading: Reading, index: int, cue: int) -> int | None:
    """Before the comparison, or right behind the number: `more than 5 dollars of price`, `above 5 km distance`."""
    before, after = column_before(reading, min(cue, index)), reading.after(index)
    behind = reading.column(after)
    near = before is None or reading.kind(index + 1) == "thing"
    if near and behind is not None and reading.measurable(behind) and after not in reading.used:
        return after
    return before


def _equal_column(reading: Reading, index: int) -> int | None:
    """`id 163`, `163 id`; not where the number says how many are shown."""
    if _limits(reading, index):
        return None
    before = index - 1
    if reading.cue(before) == "equal" or reading.said(before) in ("of", "=", "as"):
        before = reading.before(before)
    place = reading.column(before) if before not in reading.used else None
    if place is not None and (reading.is_number(place) or _is_text_of(reading, index, place)):
        return before
    behind = reading.column(index + 1)
    return index + 1 if behind is not None and reading.free(index + 1) and reading.is_number(behind) else None


def _is_text_of(reading: Reading, index: int, place: Place) -> bool:
    """Whether a number may be a text of a column: `zip code 10115`, but not `the names of 5 customers`."""
    values = reading.known(place).values
    return reading.said(index - 1) != "of" and (not values or (reading.number(index) or "") in values)


def _limits(reading: Reading, index: int) -> bool:
    """`top 5`, `the 3 most`, `5 highest`: how many are shown."""
    return any(reading.cue(i) in _LIMITS for i in (reading.before(index), reading.after(index)))


def _aggregate_of(reading: Reading, column: int) -> int | None:
    """`average salary above 8000`: the aggregate right before a column of a condition."""
    near, han = reading.before(column), not reading.said(column).isascii()
    if reading.instructs(near, *_AGGREGATE_CUES) and (han or reading.roles[near] == "where"):
        return near
    # 营收占比的平均值超过0.5
    return column + 1 if han and reading.instructs(column + 1, *_AGGREGATE_CUES) else None


_AGGREGATE_CUES: tuple[CueName, ...] = ("sum", "avg", "min", "max")
