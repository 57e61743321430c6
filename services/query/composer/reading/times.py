"""Reads at what time things were: in a year or month, before, after, between; and groups by time."""

from services.query.composer.language.periods import Period, year
from services.query.composer.language.words import keys
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Condition, Place
from services.query.composer.reading.reading import Reading

_BEFORE_YEARS = frozenset({"in", "of", "during", "since", "before", "after", "from", "until", "for", "between", "and",
                           "to", "till", "by"})  # fmt: skip
_JOINING = frozenset({"and", "to", "between", "at_most"})


def read_dates(r: Reading) -> None:
    """`in 2024`, `since March 2024`, `between 2024-01-01 and 2024-03-31`, 2024年3月."""
    found = {i: period for i in range(len(r.items)) if (period := _period(r, i))}
    for index in sorted(found):
        if index in r.used or (place := _time_of(r, index)) is None:
            continue
        end = next((i for i in found if index < i <= index + 2 and i not in r.used), None)
        if end is not None and not _is_range(r, index, end):
            continue
        low, high = _bounds(r, index, found[index], found[end] if end is not None else None)
        for comparison, value in ((">=", low), ("<", high)):
            if value:
                r.plan.conditions.append(Condition(place.table, place, comparison, value))  # type: ignore[arg-type]
        r.used |= {index} if end is None else {index, end}


def _period(r: Reading, index: int) -> Period | None:
    item = r.items[index]
    mark = item.mark
    if mark is None or item.kind not in ("period", "number"):
        return None
    if mark.period is not None or mark.number is None or mark.last - mark.first != 1:
        return mark.period
    said_before = r.text.tokens[mark.first - 1].key if mark.first else ""
    near = r.column(r.before(index))
    column = near is not None and r.is_time(near) and not r.is_number(near)
    own = r.column(index + 1) is not None and r.items[index + 1].first == mark.last
    return year(mark.number) if (column or said_before in _BEFORE_YEARS) and not own else None


def _is_range(r: Reading, index: int, end: int) -> bool:
    """`from A to B`, `between A and B`, A到B."""
    cues = {r.items[i].cue for i in range(max(0, index - 1), end) if i != index}
    said = {r.items[i].said for i in range(max(0, index - 1), end)}
    adjacent = end == index + 1 and r.text.between(r.items[index].first, r.items[end].last)[-1:]
    return (
        bool(adjacent)
        or bool(cues & {"between", "to", "at_most"})
        or bool(said & {"to", "between"})
        or ("from" in cues and "and" not in cues)
    )


def _bounds(r: Reading, index: int, first: Period, last: Period | None) -> tuple[str, str]:
    """From which day on, and before which day; empty where there is no bound."""
    near = [i for i in (r.before(index), index + 1) if 0 <= i < len(r.items) and i not in r.used]
    if last is not None:
        low, high = first[0], last[1]
        r.used |= {i for i in (*near, index - 1) if i >= 0 and r.items[i].cue in {*_JOINING, "from"}}
        return low, high
    for i in near:
        cue = r.items[i].cue
        if cue in ("more", "less", "at_least", "at_most") or (cue == "from" and i < index):
            r.used.add(i)
            return {"more": (first[1], ""), "less": ("", first[0]), "at_most": ("", first[1])}.get(cue, (first[0], ""))
    return first


def _time_of(r: Reading, index: int) -> Place | None:
    """The date column that a date speaks of: the one named beside it, else the only one there is."""
    for near in (*range(index - 1, index - 5, -1), index + 1, index + 2):
        place = r.column(near)
        if place is not None and near not in r.used and r.of(place).holds_dates:
            r.used.add(near)
            return place
    return only_time(r)


def only_time(r: Reading) -> Place | None:
    """The one date column of the tables that are spoken of; of a table without one, that of the table it joins."""
    spoken = dict.fromkeys(meant.table for meant in r.meant.values() if meant.kind != "value")
    dates = [
        Place(table, column.name) for table in spoken for column in r.schema.table(table).columns if column.holds_dates
    ]
    if len(dates) != 1 or join_path(r.schema, [dates[0].table, *spoken]) is None:
        return None
    own = r.schema.table(dates[0].table)
    return None if any(keys(column.name) == ("year",) for column in own.columns) else dates[0]


def read_units(r: Reading) -> None:
    """`per month`, 每年: groups of a date column."""
    for index, item in enumerate(r.items):
        unit = item.mark.unit if item.kind == "unit" and item.mark is not None else None
        place = only_time(r) if unit else None
        if place is None or unit is None:
            continue
        r.plan.groups.append(Place(place.table, place.column, unit))
        r.used.add(index)
        if index and r.items[index - 1].cue == "each":
            r.used.add(index - 1)
