"""Reads groups of time: `per month`, 每年."""

from services.query.composer.queries.plan import Place, TimePart
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.times.calendar import holds_years
from services.query.composer.reading.times.which import called_year, chosen_time, last_time, only_time, only_year


def read_units(reading: Reading) -> None:
    """`per month`, 每年: groups of a date column."""
    for index, item in enumerate(reading.items):
        unit = item.mark.unit if item.kind == "unit" and item.mark is not None else None
        place = _time_of_unit(reading, index, unit) if unit else None
        if place is None or unit is None:
            continue
        years = holds_years(reading, place)
        reading.plan.groups.append(place if years else Place(place.table, place.column, unit))
        reading.used.add(index)
        if index and reading.items[index - 1].cue == "each":
            reading.used.add(index - 1)


def _time_of_unit(reading: Reading, index: int, unit: TimePart) -> Place | None:
    """The date column that is grouped by a unit: the one that was chosen, or named with it, else the only one."""
    chosen = chosen_time(reading, index) or last_time(reading)
    found = chosen or _named_time(reading)
    if found is not None or unit != "year":
        return found or only_time(reading, index)
    return called_year(reading) or only_time(reading, index) or only_year(reading)


def _named_time(reading: Reading) -> Place | None:
    """`per year by booking date`: the date column that the units are of."""
    for index, item in enumerate(reading.items):
        place = reading.column(index)
        if place is None or not reading.free(index) or not reading.known(place).holds_dates:
            continue
        by = index - 1
        while reading.said(by) in ("the", "date", "of"):
            by -= 1
        if reading.cue(by) == "each" and item.mark is not None:
            reading.take(index, by)
            return place
    return None
