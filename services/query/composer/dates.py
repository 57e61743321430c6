"""Reads from a question at what time things were: in a year or month, before, after, between; and groups by time."""

from services.query.composer.joins import join_path
from services.query.composer.link import Mark
from services.query.composer.periods import Period, year
from services.query.composer.plan import Condition, Place
from services.query.composer.reading import NEAR, Reading
from services.query.composer.words import keys

_BEFORE_YEARS = frozenset({"in", "of", "during", "since", "before", "after", "from", "until", "for", "between", "and",
                           "to", "till", "by"})  # fmt: skip
_JOINING = frozenset({"and", "to", "between", "at_most"})


class Dates(Reading):
    """The steps that make conditions of dates, and groups of time."""

    def _dates(self) -> None:
        """`in 2024`, `since March 2024`, `between 2024-01-01 and 2024-03-31`, 2024年3月."""
        found = {i: period for i, mark in enumerate(self.marks) if (period := self._period(i, mark))}
        for index in sorted(found):
            if index in self.used or (place := self._time_of(index)) is None:
                continue
            end = next((i for i in found if index < i <= index + 2 and i not in self.used), None)
            if end is not None and not self._is_range(index, end):
                continue
            low, high = self._bounds(index, found[index], found[end] if end is not None else None)
            for comparison, value in ((">=", low), ("<", high)):
                if value:
                    self.plan.conditions.append(Condition(place.table, place, comparison, value))  # type: ignore[arg-type]
            self.used |= {index} if end is None else {index, end}

    def _period(self, index: int, mark: Mark) -> Period | None:
        if mark.period is not None or mark.number is None or mark.last - mark.first != 1:
            return mark.period
        said_before = self.text.tokens[mark.first - 1].key if mark.first else ""
        near = self.meant.get(index - 1)
        column = near is not None and near.kind == "column" and self._holds_dates(self._thing(near))
        beside = self.meant.get(index + 1)
        own = beside is not None and beside.kind == "column" and self.marks[index + 1].first == mark.last
        return year(mark.number) if (column or said_before in _BEFORE_YEARS) and not own else None

    def _is_range(self, index: int, end: int) -> bool:
        """`from A to B`, `between A and B`, A到B."""
        cues = {self.marks[i].cue for i in range(max(0, index - 1), end) if i != index}
        adjacent = end == index + 1 and self.text.between(self.marks[index].first, self.marks[end].last)[-1:]
        return bool(adjacent) or bool(cues & {"between", "to", "at_most"}) or ("from" in cues and "and" not in cues)

    def _bounds(self, index: int, first: Period, last: Period | None) -> tuple[str, str]:
        """From which day on, and before which day; empty where there is no bound."""
        near = [i for i in (index - 1, index + 1) if 0 <= i < len(self.marks) and i not in self.used]
        if last is not None:
            low, high = first[0], last[1]
            self.used |= {i for i in (*near, index - 1) if i >= 0 and self.marks[i].cue in {*_JOINING, "from"}}
            return low, high
        for i in near:
            cue = self.marks[i].cue
            if cue in ("more", "less", "at_least", "at_most") or (cue == "from" and i < index):
                self.used.add(i)
                return {"more": (first[1], ""), "less": ("", first[0]), "at_most": ("", first[1])}.get(
                    cue, (first[0], "")
                )
        return first

    def _time_of(self, index: int) -> Place | None:
        """The date column that a date speaks of: the one named beside it, else the only one there is."""
        for near in (*range(index - 1, index - 1 - NEAR, -1), index + 1, index + 2):
            meant = self.meant.get(near)
            if meant and meant.kind == "column" and self._holds_dates(self._thing(meant)):
                self.used.add(near)
                return self._thing(meant)
        return self._only_time()

    def _only_time(self) -> Place | None:
        """The one date column of the tables that are spoken of; of a table without one, that of the table it joins."""
        spoken = dict.fromkeys(meant.table for meant in self.meant.values() if meant.kind != "value")
        dates = [
            Place(table, column.name)
            for table in spoken
            for column in self.schema.table(table).columns
            if column.holds_dates
        ]
        if len(dates) != 1 or join_path(self.schema, [dates[0].table, *spoken]) is None:
            return None
        own = self.schema.table(dates[0].table)
        return None if any(keys(column.name) == ("year",) for column in own.columns) else dates[0]

    def _holds_dates(self, place: Place) -> bool:
        column = self.schema.table(place.table).column(place.column)
        return column is not None and column.holds_dates

    def _times(self) -> None:
        """`per month`, 每年: groups of a date column."""
        for index, mark in enumerate(self.marks):
            place = self._only_time() if mark.unit else None
            if place is None or mark.unit is None:
                continue
            self.plan.groups.append(Place(place.table, place.column, mark.unit))
            self.used.add(index)
            if index and self.marks[index - 1].cue == "each":
                self.used.add(index - 1)
