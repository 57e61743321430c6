"""Reads from a question by what things are ranked: `top 3 products by price`, `the last 10 orders`."""

from services.query.composer.cues import EARLY, RANKED_BY, RECENT
from services.query.composer.filters import Filters
from services.query.composer.grain import repeats
from services.query.composer.joins import join_path
from services.query.composer.lexicon import Meant, name_column
from services.query.composer.plan import Measure, Place
from services.query.composer.words import lemma


class Ranks(Filters):
    """The steps that rank things by a column that is named, and by time."""

    def _ranked_by(self) -> None:
        """`top 3 products by price`, `按单价排名前3的商品`: rows by a column of theirs, or by a sum of others."""
        rank = next((i for i, mark in enumerate(self.marks) if mark.cue in ("top", "bottom")), None)
        by = next((i for i in range(len(self.marks) - 1) if self._said(i) in RANKED_BY and self._ranks(i + 1)), None)
        if rank is None or by is None:
            return
        things = [i for i in self._free_things() if i != by + 1]
        number = self._free_number(rank)
        if not things or (number is None and self._plural(things[0])) or not self._has_rows(self.meant[things[0]]):
            return
        thing, meant = self.meant[things[0]], self.meant[by + 1]
        path = join_path(self.schema, [thing.table, meant.table], self.spoken)
        if path is None:
            return
        descending = self.marks[rank].cue == "top"
        if repeats(self.schema, path, thing.table):
            if not self._is_number(self._thing(meant)):
                return
            measure = Measure("sum", meant.table, meant.column)
            self._group_by(thing)
            self.plan.measures.append(measure)
            self.plan.order_by = measure
        else:
            self.plan.columns += dict.fromkeys([*self._row(thing), self._thing(meant)])
            self.plan.order_by = self._thing(meant)
        self.plan.descending = descending
        self.plan.limit = int(self.marks[number].number or 1) if number is not None else 1
        self.used |= {rank, by, by + 1, things[0]} | ({number} if number is not None else set())

    def _ranks(self, index: int) -> bool:
        meant = self.meant.get(index)
        return meant is not None and meant.kind == "column" and self._measurable(self._thing(meant))

    def _has_rows(self, meant: Meant) -> bool:
        """Whether a thing is a row each: a table, or the names in it; a city or category is a group."""
        name = name_column(self.schema.table(meant.table))
        return meant.kind == "table" or (name is not None and meant.column == name.name)

    def _plural(self, index: int) -> bool:
        word = self.text.tokens[self.marks[index].last - 1].text.lower()
        return word.isascii() and lemma(word) != word

    def _in_time(self, index: int, table: str) -> Place | None:
        """The column by which `last`, `latest` and `first` look at the rows of a table: its date, else its key."""
        if self._said(index) not in RECENT | EARLY:
            return None
        columns = self.schema.table(table).columns
        dates = [column for column in columns if column.is_date]
        if len(dates) == 1:
            return Place(table, dates[0].name)
        key = self.schema.table(table).primary_key
        numbered = self.marks[index].cue in ("top", "bottom") and not dates and key is not None and key.is_number
        return Place(table, key.name) if key and numbered else None

    def _descends(self, index: int) -> bool:
        """Whether the largest come first."""
        if self._said(index) in RECENT:
            return True
        return self.marks[index].cue in ("most", "top") and self._said(index) not in EARLY

    def _follows_a_table(self, index: int) -> bool:
        after = self.meant.get(index + 1)
        return after is not None and after.kind == "table"
