"""Which date column a time is of: one that is named or chosen, that of what happened, or the only one there is."""

from collections.abc import Sequence

from services.query.composer.language.words import is_han, keys
from services.query.composer.linking.dated import spoken_date
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.times.calendar import confirm_year, holds_years
from services.query.composer.reading.times.happened import date_of_what_happened


def time_of(reading: Reading, index: int) -> Place | None:
    """The date column that a date speaks of: the one named beside it, else the only one there is."""
    if (chosen := chosen_time(reading, index)) is not None:
        return chosen
    for near in (*range(index - 1, index - 5, -1), index + 1, index + 2):
        place = reading.column(near)
        if place is not None and near not in reading.used and reading.known(place).holds_dates:
            reading.used.add(near)
            return _own_instead(reading, index, place) or place
    return last_time(reading) or only_time(reading, index)


def _own_instead(reading: Reading, index: int, place: Place) -> Place | None:
    """`tickets opened on Monday`, which have a date of that: not the hotels that were `opened_on` a day."""
    named = {meant.table for meant in reading.meant.values() if meant.kind == "table"}
    if place.table in named or not named:
        return None
    columns = (Place(table, column.name) for table in sorted(named) for column in reading.schema.table(table).columns)
    return date_of_what_happened(reading, index, [own for own in columns if reading.known(own).holds_dates])


def chosen_time(reading: Reading, index: int) -> Place | None:
    """`by month (check-in date), in 2025`: what was chosen right behind the time at `index`, or for all of them."""
    told = {i: place for i in reading.meant if reading.in_brackets(i) and (place := reading.column(i)) is not None}
    chosen = {i: place for i, place in told.items() if reading.known(place).holds_dates}
    behind = min((i for i in chosen if i > index), default=None)
    if behind is None and len(set(chosen.values())) != 1:
        return None
    place = chosen[behind] if behind is not None else next(iter(chosen.values()))
    reading.take(*(i for i in chosen if chosen[i] == place))
    return place


def last_time(reading: Reading) -> Place | None:
    """`revenue last month, issued_on`: a date column that is told at the end."""
    last = len(reading.items) - 1
    place = reading.column(last) if reading.kind(last - 1) == "comma" else None
    if place is None or not reading.known(place).holds_dates:
        return None
    reading.take(last)
    return place


def only_time(reading: Reading, index: int | None = None) -> Place | None:
    """The one date column of the tables that are spoken of; of several, that of what happened at the time at `index`.

    That a column is named says nothing of when its rows were: the salary in 2025 is not that of those hired in 2025.
    """
    spoken = dict.fromkeys(meant.table for meant in reading.meant.values() if meant.kind != "value")
    named = {meant.table for meant in reading.meant.values() if meant.kind not in ("value", "column")}
    dates = [
        Place(table, column.name)
        for table in spoken
        for column in reading.schema.table(table).columns
        if column.holds_dates
    ]
    if counted := [date for date in dates if date.table not in (grouped := _grouped_by(reading))]:
        dates, named = counted, named - grouped
    told = date_of_what_happened(reading, index, dates) if index is not None else None
    if told is not None:
        dates = [told]
    if len(dates) > 1 and named == {place.table for place in dates}:
        reading.left_open["date"] = spoken_dates(reading, dates)
    if len(dates) != 1 or dates[0].table not in named or join_path(reading.schema, [dates[0].table, *spoken]) is None:
        return None
    own = (Place(dates[0].table, column.name) for column in reading.schema.table(dates[0].table).columns)
    return dates[0] if told is not None or not any(holds_years(reading, place) for place in own) else None


def only_date(reading: Reading, table: str) -> Place | None:
    """The date column of a table that has no other."""
    dates = [Place(table, column.name) for column in reading.schema.table(table).columns if column.holds_dates]
    return dates[0] if len(dates) == 1 else None


def year_of(reading: Reading, index: int) -> Place | None:
    """The column of years that a whole year speaks of: one named beside it, else the only time there is."""
    for near in (*range(index - 1, index - 5, -1), index + 1, index + 2):
        place = reading.column(near)
        if place is not None and reading.free(near) and holds_years(reading, place):
            confirm_year(reading, near)
            reading.take(near)
            return place
    return called_year(reading) or only_year(reading)


def called_year(reading: Reading) -> Place | None:
    """The column that is just called year, of the tables that are spoken of, values aside."""
    spoken = dict.fromkeys(meant.table for meant in reading.meant.values() if meant.kind != "value")
    places = [Place(table, column.name) for table in spoken for column in reading.schema.table(table).columns]
    found = [place for place in places if keys(place.column) == ("year",) and holds_years(reading, place)]
    return found[0] if len(found) == 1 else None


def only_year(reading: Reading) -> Place | None:
    """The one column of years of the tables that are spoken of, where they have no dates."""
    named = dict.fromkeys(meant.table for meant in reading.meant.values() if meant.kind not in ("value", "column"))
    places = [Place(table, column.name) for table in named for column in reading.schema.table(table).columns]
    years = [place for place in places if holds_years(reading, place)]
    dated = any(reading.known(place).holds_dates for place in places)
    return years[0] if len(years) == 1 and not dated else None


def _grouped_by(reading: Reading) -> set[str]:
    """The tables that are only named to tell of each: in `payments by hotel and month`, no hotel has its month."""
    tables = {i: table for i in sorted(reading.meant) if (table := reading.table(i))}
    grouped: set[int] = set()
    for index in tables:
        further = reading.is_and(index - 1) and (index - 2 in grouped or reading.kind(index - 2) == "unit")
        if further or reading.cue(reading.before(index)) == "each":
            grouped.add(index)
    return {tables[i] for i in grouped} - {table for i, table in tables.items() if i not in grouped}


def spoken_dates(reading: Reading, dates: Sequence[Place]) -> tuple[str, ...]:
    """What people are told of date columns, in the language of the question; their names where two are called alike."""
    han = any(is_han(token.key) for token in reading.text.tokens)
    spoken = [spoken_date(reading.schema.table(place.table), reading.known(place), han=han) for place in dates]
    return tuple(spoken if len(set(spoken)) == len(spoken) else (place.column for place in dates))
