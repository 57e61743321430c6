"""Reads from a question what is counted, and tells `how many` from how much of something a named thing has."""

from services.query.composer.cues import HOW_MUCH
from services.query.composer.lexicon import Meant, name_column
from services.query.composer.plan import Measure
from services.query.composer.ranks import Ranks


class Counts(Ranks):
    """The steps that count rows, and distinct values."""

    def _counts(self) -> None:
        """`how many flights`: unless `多少` only asks for the measure that is there already."""
        cues = [i for i, mark in enumerate(self.marks) if mark.cue == "count" and i not in self.used]
        if not cues:
            self._count_of_groups()
            return
        self.used |= set(cues)
        if self._distinct_column(cues) or any(self._how_much(cue) for cue in cues):
            return
        things = [i for i in self._free_things() if self.meant[i].kind == "table"]
        if things:
            table = self.meant[things[0]].table
            self.used.add(things[0])
        elif self.plan.measures:
            return
        elif columns := self._free_things():
            self._count_values(columns[0])
            return
        elif self.plan.conditions:
            table = self.plan.conditions[0].table
        else:
            return
        self.plan.measures.append(Measure("count", table))

    def _count_of_groups(self) -> None:
        """`orders per city`: how many of them there are for each."""
        things = self._free_things()
        if (
            self.plan.groups
            and not (self.plan.measures or self.plan.columns or self.plan.order_by)
            and len(things) == 1
        ):
            meant = self.meant[things[0]]
            if meant.kind == "table":
                self.plan.measures.append(Measure("count", meant.table))
                self.used.add(things[0])

    def _count_values(self, index: int) -> None:
        """`how many cities`: a city that stands in many rows is one; how much there is of a number is no count."""
        meant = self.meant[index]
        if meant.kind != "column" or self._measurable(self._thing(meant)):
            self.unclear |= not self.plan.conditions
            return
        column = self.schema.table(meant.table).column(meant.column or "")
        distinct = column is not None and not (column.primary_key and self.schema.table(meant.table).primary_key)
        self.plan.measures.append(Measure("count", meant.table, meant.column, distinct=distinct))
        self.used.add(index)

    def _how_much(self, cue: int) -> bool:
        """手机的单价是多少, 手机有多少库存: the value that a thing has is asked for, and not how many there are."""
        said = self._said(cue)
        if said not in HOW_MUCH or self.plan.measures or self.plan.groups:
            return False
        before, after = self.meant.get(cue - 1), self.meant.get(cue + 1)
        if after is not None and cue + 1 not in self.used:
            place, meant = cue + 1, after
        elif before is not None and cue - 1 not in self.used:
            place, meant = cue - 1, before
        else:
            return False
        number = meant.kind == "column" and self._measurable(self._thing(meant))
        named = self.plan.conditions and said != "有多少" and place < cue
        if meant.kind != "column" or not (number or named):
            return False
        if not self._is_one(meant):
            name = name_column(self.schema.table(meant.table))
            self.plan.columns += [self._thing(Meant(meant.table, name.name))] if name else []
        self.plan.columns.append(self._thing(meant))
        self.used.add(place)
        self.used |= {
            i for i in self._free_things() if self.meant[i].kind == "table" and self._already_there(self.meant[i])
        }
        return True

    def _is_one(self, meant: Meant) -> bool:
        """Whether the thing is named: its name needs not be told."""
        name = name_column(self.schema.table(meant.table))
        named = {
            c.place.column for c in self.plan.conditions if c.place and c.table == meant.table and c.comparison == "="
        }
        return name is not None and name.name in named

    def _distinct_column(self, cues: list[int]) -> bool:
        """`how many different cities`."""
        for cue in cues:
            after = self.meant.get(cue + 2)
            if cue + 2 < len(self.marks) and self.marks[cue + 1].cue == "distinct" and after and after.kind == "column":
                self.plan.measures.append(Measure("count", after.table, after.column, distinct=True))
                self.used |= {cue + 1, cue + 2}
                return True
        return False

    def _already_there(self, meant: Meant) -> bool:
        """A table that the plan reads anyway."""
        return meant.kind == "table" and meant.table in self.plan.tables
