"""Reads at what time things were: in a year or month, before, after, between."""

from collections.abc import Callable, Sequence

from services.query.composer.language.cues import CueName
from services.query.composer.language.periods import Day, Period, in_years, year
from services.query.composer.language.weekdays import Weekday
from services.query.composer.queries.plan import Comparison, Condition, Place, Relative
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.times.calendar import holds_years
from services.query.composer.reading.times.which import only_date, time_of, year_of
from services.query.composer.reading.times.whole_years import of_years

_BEFORE_YEARS = frozenset({"in", "of", "during", "since", "before", "after", "from", "until", "for", "between", "and",
                           "to", "till", "by"})  # fmt: skip
_JOINING: frozenset[CueName | None] = frozenset({"and", "to", "between", "at_most", "from"})
BOUNDS: dict[CueName | None, Callable[[Period], Period]] = {
    "more": lambda period: (period[1], ""),
    "less": lambda period: ("", period[0]),
    "at_least": lambda period: (period[0], ""),
    "at_most": lambda period: ("", period[1]),
    "from": lambda period: (period[0], ""),
}
"""Words that make a bound of a time, and which one."""


def read_dates(reading: Reading) -> None:
    """`in 2024`, `since March 2024`, `between 2024-01-01 and 2024-03-31`, 2024年3月."""
    reading.plan.conditions += dates_in(reading, range(len(reading.items)))


def dates_in(reading: Reading, indexes: Sequence[int], table: str | None = None) -> list[Condition]:
    """The conditions of the dates among `indexes`; of `table` alone, if one is given."""
    conditions = []
    found = {i: period for i in indexes if (period := _period(reading, i))}
    for index in sorted(found):
        if index in reading.used:
            continue
        years = reading.kind(index) == "period" and in_years(found[index])
        own = only_date(reading, table) if table is not None else None
        place = own or time_of(reading, index) or (year_of(reading, index) if years else None)
        if place is None or table not in (None, place.table):
            continue
        end = next((i for i in found if index < i <= index + 2 and i not in reading.used), None)
        if end is not None and isinstance(found[index][0], Weekday) != isinstance(found[end][0], Weekday):
            end = None
        if end is not None and not _is_range(reading, index, end, adjoining=found[index][1] == found[end][0]):
            continue
        if isinstance(low := found[index][0], Weekday):
            last = found[index if end is None else end][1]
            if isinstance(last, Weekday) and (week := _of_week(reading, index, place, (low, last), end)) is not None:
                conditions.append(week)
            continue
        low, high = _bounds(reading, index, found[index], found[end] if end is not None else None)
        if end is not None and reading.instructs(end + 1, "between"):
            reading.take(end + 1)  # 2012年到2014年之间
        if holds_years(reading, place):
            conditions += of_years(place, low, high)
        elif low or high:
            ways: tuple[tuple[Comparison, Day], ...] = ((">=", low), ("<", high))
            conditions += [_bound(place, way, day) for way, day in ways if day]
        reading.take(index, *([] if end is None else [end]))
        _tell(reading, index, low or high)
    return conditions


def _of_week(
    reading: Reading, index: int, place: Place, days: tuple[Weekday, Weekday], end: int | None
) -> Condition | None:
    """`on Mondays`, 周一到周五."""
    first, last = days
    if last.number < first.number:
        return None
    reading.take(index, *([] if end is None else range(index, end + 1)))
    said = reading.text.between(reading.items[index].first, reading.items[index].last)
    if first == last and not said.endswith("s") and not said.startswith(("每", "every", "each")):
        reading.left_open["weekday"] = (said,)
    part = Place(place.table, place.column, "weekday")
    other = str(last.number) if last != first else None
    return Condition(place.table, part, value=str(first.number), other=other, number=True)


def _tell(reading: Reading, index: int, day: Day) -> None:
    """How a time was understood that could be meant in another way."""
    said = reading.text.between(reading.items[index].first, reading.items[index].last)
    if isinstance(day, Relative) and day.newest:
        reading.left_open["year"] = (said,)
    elif said.endswith(" ago") and isinstance(day, Relative) and day.unit != "day":
        reading.left_open["span"] = (said,)


def _bound(place: Place, comparison: Comparison, day: Day) -> Condition:
    told = {"value": day} if isinstance(day, str) else {"day": day}
    return Condition(place.table, place, comparison, **told)


def _period(reading: Reading, index: int) -> Period | None:
    item = reading.items[index]
    mark = item.mark
    if mark is None or item.kind not in ("period", "number"):
        return None
    if mark.period is not None or mark.number is None or mark.last - mark.first != 1:
        return mark.period
    said_before = reading.text.tokens[mark.first - 1].key if mark.first else ""
    near = reading.column(reading.before(index))
    column = near is not None and reading.is_time(near) and not reading.is_number(near)
    years = (reading.column(i) for i in (index - 1, index - 2))
    if any(place is not None and holds_years(reading, place) for place in years):
        return None  # `started in 2014`, where the year in which things started is a number
    own = reading.column(index + 1) is not None and reading.items[index + 1].first == mark.last
    return year(mark.number) if (column or said_before in _BEFORE_YEARS) and not own else None


def _is_range(reading: Reading, index: int, end: int, *, adjoining: bool) -> bool:
    """`from A to B`, `between A and B`, A到B."""
    near = [i for i in range(max(0, index - 1), end) if i != index]
    cues, said = {reading.cue(i) for i in near}, {reading.said(i) for i in near}
    joined = bool(cues & {"between", "to", "at_most"}) or bool(said & {"to", "between"})
    if reading.is_and(end - 1) or reading.cue(end - 1) == "or":
        return joined or adjoining  # `in 2024 and 2025`
    return end == index + 1 or joined or ("from" in cues and "and" not in cues)


def _bounds(reading: Reading, index: int, first: Period, last: Period | None) -> Period:
    """From which day on, and before which day."""
    near = [i for i in (reading.before(index), index + 1) if reading.free(i)]
    if last is not None:
        reading.take(*(i for i in (*near, index - 1) if reading.cue(i) in _JOINING))
        return first[0], last[1]
    for i in near:
        cue = reading.cue(i)
        if cue == "from" and i < index and isinstance(first[0], Relative):
            reading.take(i)  # `orders from yesterday` were placed yesterday.
            return first
        if cue in BOUNDS and (cue != "from" or i < index):
            reading.take(i)
            return BOUNDS[cue](first)
    return first
