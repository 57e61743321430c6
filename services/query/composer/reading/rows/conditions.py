"""Reads which rows are meant: stored values, comparisons, ranges, alternatives, parts of texts, what is missing."""

from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.compared import read_compared, read_with_aggregates
from services.query.composer.reading.rows.computed import read_computed
from services.query.composer.reading.rows.ends import read_ends
from services.query.composer.reading.rows.missing import read_missing
from services.query.composer.reading.rows.numbers import read_numbers, read_turned
from services.query.composer.reading.rows.present import read_present
from services.query.composer.reading.rows.ranges import read_ranges
from services.query.composer.reading.rows.terms import read_terms
from services.query.composer.reading.rows.texts import read_names, read_parts_of_texts
from services.query.composer.reading.rows.unnamed import read_unnamed
from services.query.composer.reading.rows.values import read_values
from services.query.composer.reading.times.years import read_years


def read_conditions(reading: Reading) -> None:
    """Take everything that says which rows are meant."""
    read_terms(reading)
    read_ends(reading)
    read_parts_of_texts(reading)
    read_missing(reading)
    read_present(reading)
    read_computed(reading)
    read_with_aggregates(reading)
    read_compared(reading)
    read_turned(reading)
    read_ranges(reading)
    read_numbers(reading)
    read_years(reading)
    read_unnamed(reading)
    read_values(reading)
    read_names(reading)
