"""Reads from a question what is counted, added, averaged or ranked, and for each of what."""

from services.query.composer.counts import Counts
from services.query.composer.cues import COUNTING, EARLY, KINDS, RECENT, CueName
from services.query.composer.lexicon import Meant
from services.query.composer.plan import Aggregate, Measure, Place
from services.query.composer.words import keys

_AGGREGATES: dict[CueName, Aggregate] = {"sum": "sum", "avg": "avg", "min": "min", "max": "max"}


class Measures(Counts):
    """The steps that make measures, groups and ranks."""

    def _groups(self) -> None:
        """`per airline`, `each month`, 每个月; but `by number of flights` is an order."""
        for index, mark in enumerate(self.marks[:-1]):
            after, further = self.meant.get(index + 1), self.meant.get(index + 2)
            if mark.cue == "each" and after and after.kind in ("column", "table") and index + 1 not in self.used:
                if after.kind == "table" and further and further.kind == "column" and self._belongs(index + 2, after):
                    after = further
                    self.used.add(index + 2)
                self._group_by(after)
                self.used |= {index, index + 1}

    def _belongs(self, index: int, table: Meant) -> bool:
        """`per customer level`: a column right behind its table that is no number."""
        meant, beside = self.meant[index], self.marks[index].first == self.marks[index - 1].last
        return beside and meant.table == table.table and not self._measurable(self._thing(meant))

    def _whole_terms(self) -> None:
        """Terms that are aggregates already: `revenue`, and `total revenue` where it is a sum; they take no other."""
        for index, meant in self.meant.items():
            if not meant.whole or index in self.used:
                continue
            measure = self._measure_of("sum", meant)
            if measure not in self.plan.measures:
                self.plan.measures.append(measure)
            self.used.add(index)
            said = self.marks[index - 1].cue if index else None
            if said == "sum" and (meant.expression or "").lower().startswith(("sum(", "count(")):
                self.used.add(index - 1)

    @staticmethod
    def _measure_of(aggregate: Aggregate, meant: Meant) -> Measure:
        return Measure(aggregate, meant.table, meant.column, meant.expression, whole=meant.whole, beside=meant.beside)

    def _aggregates(self) -> None:
        for index, mark in enumerate(self.marks):
            if mark.cue not in _AGGREGATES:
                continue
            if self._chained(index):
                continue
            column = self._next_number(index)
            column = self._previous_number(index) if column is None else column
            if column is not None:
                self._measure(index, column, _AGGREGATES[mark.cue])
                also = column + 2
                if (
                    also < len(self.marks)
                    and self.marks[column + 1].cue == "and"
                    and self._numeric(range(also, also + 1))
                ):
                    self._measure(index, also, _AGGREGATES[mark.cue])

    def _chained(self, index: int) -> bool:
        """`the average, lowest and highest price`: several aggregates of the one column behind them."""
        names = {**_AGGREGATES, "most": "max", "least": "min"}
        last = index
        while last < len(self.marks) and (self.marks[last].cue in names or self.marks[last].cue == "and"):
            last += 1
        cues = [i for i in range(index, last) if self.marks[i].cue in names and i not in self.used]
        if len(cues) < 2 or last >= len(self.marks) or self._numeric(range(last, last + 1)) is None:
            return index in self.used
        for cue in cues:
            self._measure(cue, last, names[self.marks[cue].cue or "max"])
        return True

    def _measure(self, cue: int, column: int, aggregate: Aggregate) -> None:
        meant = self.meant[column]
        self.plan.measures.append(self._measure_of(aggregate, meant))
        self.used |= {cue, column}

    def _superlatives(self) -> None:
        """`highest temperature`, `5 airlines with the highest average delay`, `top 5 airlines by number of flights`."""
        for index, mark in enumerate(self.marks):
            if mark.cue not in ("most", "least", "top", "bottom") or index in self.used:
                continue
            descending = self._descends(index)
            number = self._free_number(index)
            if number is not None:
                self.plan.limit = int(self.marks[number].number or 1)
                self.used.add(number)
            dated = self._said(index) in RECENT | EARLY and self._follows_a_table(index)
            if mark.cue in ("top", "bottom") and number is None and not dated:
                continue
            if self._ordered_things(index, number, descending=descending):
                self.used.add(index)
            elif mark.cue in ("most", "least") and (column := self._next_number(index)) is not None:
                meant = self.meant[column]
                aggregate: Aggregate = "max" if descending else "min"
                self.plan.measures.append(self._measure_of(aggregate, meant))
                self.used |= {index, column}

    def _ordered_things(self, index: int, number: int | None, *, descending: bool) -> bool:
        """Things ordered by a measure: by one already found, by a count, or by a column of their own."""
        things = self._free_things()
        beside = self._next_number(index)
        if self.plan.groups and not self.plan.measures and beside is not None:
            return False
        if self.plan.measures and (things or self.plan.groups):
            measure = self.plan.measures[-1]
        elif (counted := self._counted(index, things)) is not None:
            measure = Measure("count", self.meant[counted].table)
            things = [i for i in things if i != counted]
            self.used.add(counted)
        else:
            return self._ordered_rows(index, things, descending=descending)
        if not things and not self.plan.groups:
            return False
        if not self.plan.groups:
            asked = [i for i in things if self.meant[i].kind == "column"] or things[:1]
            for i in asked:
                self._group_by(self.meant[i])
            self.used |= set(asked)
        self.plan.order_by, self.plan.descending = measure, descending
        if number is None and self.plan.limit is None:
            self.plan.limit = 1
        if measure not in self.plan.measures:
            self.plan.measures.append(measure)
        return True

    def _ordered_rows(self, index: int, things: list[int], *, descending: bool) -> bool:
        """`the 5 longest flights`: rows of a table ordered by one of its columns."""
        column = self._column_before(index)
        column = self._next_number(index) if column is None else column
        if (
            column is not None
            and self._said(index) in RECENT | EARLY
            and not self._is_date(self._thing(self.meant[column]))
        ):
            column = None
        rest = [i for i in things if i != column]
        if not rest:
            return False
        place = self._thing(self.meant[column]) if column is not None else self._of_its_kind(index, rest)
        if place is None or (column is not None and self.meant[column].kind == "measure"):
            return False
        self.plan.order_by, self.plan.descending = place, descending
        asked = [i for i in rest if self.meant[i].kind == "column"]
        self.plan.columns += [self._thing(self.meant[i]) for i in asked]
        if not asked:
            self.plan.columns += dict.fromkeys([*self._row(self.meant[rest[0]]), place])
        self.plan.limit = self.plan.limit or 1
        self.used |= {*(asked or rest[:1]), *([column] if column is not None else [])}
        return True

    def _column_before(self, index: int) -> int | None:
        """库存最多的商品: in Chinese the column stands before the superlative."""
        return None if self._said(index).isascii() else self._numeric(range(index - 1, max(-1, index - 2), -1))

    def _of_its_kind(self, index: int, things: list[int]) -> Place | None:
        """The one column that a superlative such as `longest` looks at by itself, in the tables spoken of."""
        for kind in KINDS.get(self._said(index), ()):
            for table in dict.fromkeys(self.meant[i].table for i in things):
                found = [c for c in self.schema.table(table).columns if kind in keys(c.name)]
                if len(found) == 1:
                    return Place(table, found[0].name)
        return self._in_time(index, self.meant[things[0]].table)

    def _counted(self, index: int, things: list[int]) -> int | None:
        """The table whose rows are counted for an order: after `number of`, or right after `most`."""
        for near, mark in enumerate(self.marks):
            after = near + 1
            if mark.cue == "count" and after in self.meant and self.meant[after].kind == "table":
                self.used |= {near} | ({near - 1} if near and self.marks[near - 1].cue == "each" else set())
                return after
        if self._said(index) not in COUNTING or self._column_before(index) is not None:
            return None
        near = index + 1
        if near in things and self.meant[near].kind == "table" and len(things) > 1:
            return near
        return next((i for i in things[1:] if self.meant[i].kind == "table"), None) if len(things) > 1 else None
