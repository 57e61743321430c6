"""Reads ranges of numbers: `between 3 and 5`, `from 1990 to 1999`, 在500到1000之间."""

from services.query.composer.queries.plan import Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.compared import column_before
from services.query.composer.reading.rows.negation import add, with_number
from services.query.composer.reading.times.calendar import is_year
from services.query.composer.reading.times.years import year_column


def read_ranges(reading: Reading) -> None:
    """Take two numbers that are the ends of a range, with the column they belong to."""
    for index in range(len(reading.items)):
        end = _end(reading, index)
        if end is not None and index not in reading.used and end not in reading.used:
            _range(reading, index, end)


def _end(reading: Reading, index: int) -> int | None:
    """The second number, where one stands behind a joint."""
    if reading.number(index) is None:
        return None
    end = index + 2
    while reading.said(end) in ("the", "to", "到", "至"):
        end += 1
    return end if reading.number(end) is not None and _joint(reading, index, end) else None


def _joint(reading: Reading, index: int, end: int) -> bool:
    """`to` joins by itself, `and` only after `between`."""
    to = any(reading.cue(i) == "to" or reading.said(i) == "to" for i in range(index + 1, end))
    return to or (reading.is_and(index + 1) and _between(reading, index, end) is not None)


def _between(reading: Reading, index: int, end: int) -> int | None:
    near = (reading.before(index), reading.before(index) - 1, end + 1, end + 2)
    return next((i for i in near if reading.cue(i) == "between"), None)


def _range(reading: Reading, index: int, end: int) -> None:
    between = _between(reading, index, end)
    leads = [i for i in (index - 1, index - 2, between) if i is not None and _leads(reading, i)]
    first = min([index, *(i for i in leads if i < index)])
    column = _column(reading, first, end)
    years = is_year(reading, index) and is_year(reading, end)
    if years and column is not None and column != reading.before(first) and column < index and year_column(reading):
        column = None  # `the price of cars from 2010 to 2014`
    place = reading.column(column) if column is not None else None
    low, high = reading.number(index) or "0", reading.number(end) or "0"
    if place is None and years:
        place = year_column(reading)
    if place is None or (reading.is_time(place) and not reading.is_number(place)):
        return
    add(reading, with_number(reading, place, "=", low, high), first)
    reading.take(*range(index, end + 1), *leads, *([] if column is None else [column]))


def _leads(reading: Reading, index: int) -> bool:
    """`from`, `ranging from`, `between`."""
    return reading.cue(index) in ("between", "from") or reading.said(index) in ("from", "在")


def _column(reading: Reading, first: int, end: int) -> int | None:
    """Before the range, or right behind it: `between 3 and 5 stars`."""
    before, behind = column_before(reading, first), reading.after(end)
    if before is not None:
        return before
    place: Place | None = reading.column(behind) if reading.free(behind) else None
    return behind if place is not None and reading.measurable(place) else None
