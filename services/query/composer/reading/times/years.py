"""Reads years of the one column that holds years: `in 2009 or 2010`, `made before 2000`."""

from services.query.composer.language.happenings import stem, told_by
from services.query.composer.language.small_words import VERBS
from services.query.composer.language.words import keys
from services.query.composer.queries.plan import Condition, Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import COMPARISONS, add, with_number
from services.query.composer.reading.rows.numbers import comparison_of, or_number
from services.query.composer.reading.times.calendar import confirm_year, holds_years, is_year
from services.query.composer.reading.times.happened import tells_a_date

_BEFORE_YEARS = frozenset({"in", "of", "during", "for", "or", "year"})
_LEADING = _BEFORE_YEARS | {"the", "before", "after", "since", "until", "by", "between", "from"}


def read_years(reading: Reading) -> None:
    """Take each number that is a year."""
    for index in range(len(reading.items)):
        if index not in reading.used and is_year(reading, index):
            _year(reading, index)


def _year(reading: Reading, index: int) -> None:
    cue = comparison_of(reading, index)
    if cue is None and reading.word_before(index) not in _BEFORE_YEARS:
        return
    beside = reading.column(index - 1)
    measured = beside is not None and reading.measurable(beside) and not holds_years(reading, beside)
    if measured or (beside is None and reading.column(reading.after(index)) is not None):
        return
    last = len(reading.items) - 1
    places = (index - 1, index - 2, *((last,) if reading.in_brackets(last) else ()))
    named = next((i for i in places if (near := reading.column(i)) and holds_years(reading, near)), None)
    if named is None and tells_a_date(reading, index):
        return
    place = reading.column(named) if named is not None else year_column(reading)
    if place is None or (named is None and not _is_of_what_is_done(reading, index, place)):
        return
    if (condition := _condition(reading, index, cue, place)) is None:
        return
    add(reading, condition, index)
    reading.take(index, *([] if cue is None else [cue]))
    if named is not None:
        reading.take(named)
        confirm_year(reading, named)


def _is_of_what_is_done(reading: Reading, index: int, place: Place) -> bool:
    """Whether a year is that of the verb before it: museums `sold in 2014` are not those that opened then."""
    at = index - 1
    while reading.said(at) in _LEADING:
        at -= 1
    said = reading.said(at)
    if keys(place.column) == ("year",) or not (said.endswith("ed") or said in VERBS):
        return True
    words = {stem(word) for word in keys(place.column)}
    return stem(said) in words or not told_by(stem(said)).isdisjoint(at for word in words for at in told_by(word))


def year_column(reading: Reading) -> Place | None:
    """The column of a table that is spoken of which holds years; of several, the one that is just called year."""
    for table in dict.fromkeys(meant.table for meant in reading.meant.values()):
        columns = (Place(table, column.name) for column in reading.schema.table(table).columns)
        found = [place for place in columns if holds_years(reading, place)]
        plain = [place for place in found if keys(place.column) == ("year",)] or found
        if len(plain) > 1:
            reading.left_open["column"] = tuple(place.column for place in plain)
        if found:
            return plain[0] if len(plain) == 1 else None
    return None


def _condition(reading: Reading, index: int, cue: int | None, place: Place) -> Condition | None:
    first, other = reading.number(index) or "0", _other(reading, index)
    if cue is None and other is not None:
        reading.take(other, other - 1)
        return Condition(place.table, place, values=(first, reading.number(other) or "0"), number=True)
    return with_number(reading, place, COMPARISONS[reading.cue(cue)] if cue is not None else "=", first)


def _other(reading: Reading, index: int) -> int | None:
    """`2013 or 2014`, `2013 and 2014`: no row is of both."""
    both = reading.is_and(index + 1) and reading.number(index + 2) is not None and is_year(reading, index + 2)
    return index + 2 if both else or_number(reading, index)
