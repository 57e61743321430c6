"""Spans of whole years, as they are compared with a column that keeps years as numbers: `last year`, 2018年."""

from services.query.composer.language.periods import Day, year_of_day
from services.query.composer.queries.plan import Comparison, Condition, Place, Relative


def of_years(place: Place, low: Day, high: Day) -> list[Condition]:
    """The conditions of a span of whole years: from one on, and before the other."""
    first, last = year_of_day(low), year_of_day(high)
    if first is not None and last is not None and type(first) is type(last) and _number(last) - _number(first) == 1:
        return [_compared(place, "=", first)]
    bounds: tuple[tuple[Comparison, int | Relative | None], ...] = ((">=", first), ("<", last))
    return [_compared(place, comparison, year) for comparison, year in bounds if year is not None]


def _number(year: int | Relative) -> int:
    return year.count if isinstance(year, Relative) else year


def _compared(place: Place, comparison: Comparison, year: int | Relative) -> Condition:
    if isinstance(year, Relative):
        return Condition(place.table, place, comparison, day=year)
    return Condition(place.table, place, comparison, str(year), number=True)
