"""Reads groups of time: `per month`, 每年."""

from services.query.composer.queries.plan import Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.times.which import chosen_time, last_time, only_time


def read_units(reading: Reading) -> None:
    """`per month`, 每年: groups of a date column."""
    for index, item in enumerate(reading.items):
        unit = item.mark.unit if item.kind == "unit" and item.mark is not None else None
        place = _time_of_unit(reading, index) if unit else None
        if place is None or unit is None:
            continue
        reading.plan.groups.append(Place(place.table, place.column, unit))
        reading.used.add(index)
        if index and reading.items[index - 1].cue == "each":
            reading.used.add(index - 1)


def _time_of_unit(reading: Reading, index: int) -> Place | None:
    """The date column that is grouped by a unit: the one that was chosen, or named with it, else the only one."""
    chosen = chosen_time(reading, index) or last_time(reading)
    return chosen or _named_time(reading) or only_time(reading, index)


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
