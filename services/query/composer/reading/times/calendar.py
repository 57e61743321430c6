"""Years that are kept as numbers."""

from dataclasses import replace

from services.query.composer.language.words import keys
from services.query.composer.queries.plan import Place
from services.query.composer.reading.reading import Reading

_FIRST, _LAST = 1900, 2099


def is_year(reading: Reading, index: int) -> bool:
    """Whether a number reads like a year."""
    return _FIRST <= (reading.how_many(index) or 0) <= _LAST


def holds_years(reading: Reading, place: Place) -> bool:
    """Whether a column holds years."""
    return "year" in keys(place.column) and reading.is_number(place)


def confirm_year(reading: Reading, column: int) -> None:
    """`opened in 2014`: beside a year, the word that resembles the opening year surely means it."""
    place = reading.column(column)
    if place is not None and holds_years(reading, place):
        reading.meant[column] = replace(reading.meant[column], weight=1.0)
