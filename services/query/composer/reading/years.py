"""Reads years of the one column that holds years: `in 2009 or 2010`, `made before 2000`."""

from services.query.composer.language.words import keys
from services.query.composer.queries.plan import Condition, Place
from services.query.composer.reading.negation import COMPARISONS, add, with_number
from services.query.composer.reading.numbers import comparison_of, or_number
from services.query.composer.reading.reading import Reading

_FIRST, _LAST = 1900, 2099
_BEFORE_YEARS = frozenset({"in", "of", "during", "for", "or", "year"})


def read_years(reading: Reading) -> None:
    """Take each number that is a year."""
    for index in range(len(reading.items)):
        if index not in reading.used and is_year(reading, index):
            _year(reading, index)


def is_year(reading: Reading, index: int) -> bool:
    """Whether a number reads like a year."""
    return _FIRST <= (reading.how_many(index) or 0) <= _LAST


def _year(reading: Reading, index: int) -> None:
    cue = comparison_of(reading, index)
    if cue is None and reading.word_before(index) not in _BEFORE_YEARS:
        return
    beside = reading.column(index - 1)
    if reading.column(reading.after(index)) is not None or (beside is not None and reading.measurable(beside)):
        return
    place = year_column(reading)
    condition = _condition(reading, index, cue, place) if place is not None else None
    if condition is None:
        return
    reading.take(index, *([] if cue is None else [cue]))
    reading.take(*(i for i in (index - 1, index - 2) if reading.column(i) == place))
    add(reading, condition, index)


def year_column(reading: Reading) -> Place | None:
    """The first column of a table that is spoken of which holds years."""
    for table in dict.fromkeys(meant.table for meant in reading.meant.values()):
        for column in reading.schema.table(table).columns:
            if "year" in keys(column.name) and column.is_number:
                return Place(table, column.name)
    return None


def _condition(reading: Reading, index: int, cue: int | None, place: Place) -> Condition | None:
    first, other = reading.number(index) or "0", or_number(reading, index)
    if cue is None and other is not None:
        reading.take(other, other - 1)
        return Condition(place.table, place, values=(first, reading.number(other) or "0"), number=True)
    return with_number(reading, place, COMPARISONS[reading.cue(cue)] if cue is not None else "=", first)
