"""Reads from a question which rows are meant: stored values, comparisons, ranges, alternatives, what is missing."""

from dataclasses import replace

from services.query.composer.cues import CueName
from services.query.composer.dates import Dates
from services.query.composer.lexicon import Meant
from services.query.composer.plan import Comparison, Condition, Having, Measure, Place
from services.query.composer.reading import NEAR

_COMPARISONS: dict[CueName, Comparison] = {
    "more": ">", "less": "<", "at_least": ">=", "at_most": "<=", "not_equal": "<>", "equal": "=",
}  # fmt: skip


class Filters(Dates):
    """The steps that make conditions."""

    def _value(self, index: int, meant: Meant) -> None:
        before = self.marks[index - 1] if index else None
        negated = before is not None and before.cue in ("not", "not_equal")
        if negated:
            self.used.add(index - 1)
        place = Place(meant.table, meant.column or "")
        self.plan.conditions.append(Condition(meant.table, place, "<>" if negated else "=", meant.value))
        self.used.add(index)

    def _alternatives(self) -> None:
        """`red or blue`: equalities of one column become one condition where any will do."""
        same = [c for c in self.plan.conditions if c.place and c.comparison == "=" and c.value and c.other is None]
        if len(same) < 2 or len({c.place for c in same}) > 1:
            return
        joining = [i for i, mark in enumerate(self.marks) if mark.cue == "or"]
        if joining:
            merged = replace(same[0], values=tuple(c.value for c in same if c.value))
            self.plan.conditions = [c for c in self.plan.conditions if c not in same] + [merged]
            self.used |= set(joining)

    def _missing(self) -> None:
        """`with a missing address`, 没有填写地址."""
        for index, mark in enumerate(self.marks):
            for near in (index + 1, index - 1) if mark.cue == "missing" else ():
                meant = self.meant.get(near)
                if meant and meant.kind == "column" and near not in self.used and index not in self.used:
                    self.plan.conditions.append(Condition(meant.table, self._thing(meant)))
                    self.used |= {index, near}

    def _comparisons(self) -> None:
        """`column more than 5`, `more than 5 things`, `2013年`, `between 3 and 5`."""
        for index, mark in enumerate(self.marks):
            if mark.number is None or index in self.used:
                continue
            cue = self._comparison_beside(index)
            column = self._number_column(index, far=cue is not None)
            if cue is not None and self._counts_things(index, cue):
                continue
            if column is None:
                continue
            place = self._thing(self.meant[column])
            if self._holds_dates(place):
                continue
            other = self._range_end(index) if cue is not None and self.marks[cue].cue == "between" else None
            name = self.marks[cue].cue if cue is not None else None
            comparison = _COMPARISONS.get(name, "=") if name else "="
            self.plan.conditions.append(
                Condition(place.table, place, comparison, mark.number, other, number=self._is_number(place))
            )
            self.used |= {index, column} | ({cue} if cue is not None else set())

    def _comparison_beside(self, index: int) -> int | None:
        for near in (index - 1, index + 1, index - 2):
            if 0 <= near < len(self.marks) and near not in self.used:
                cue = self.marks[near].cue
                if cue in ("more", "less", "at_least", "at_most", "not_equal", "between"):
                    return near
        return None

    def _number_column(self, index: int, *, far: bool) -> int | None:
        """The column a number is compared with: the next one before it, or right behind it (2013年)."""
        reach = [index - 1, index + 1, *range(index - 2, index - 2 - NEAR, -1)] if far else [index + 1, index - 1]
        for near in reach:
            meant = self.meant.get(near)
            if meant and meant.kind == "column" and near not in self.used and meant.column:
                place = Place(meant.table, meant.column)
                if self._measurable(place) or (not far and self._is_number(place)):
                    return near
        return None

    def _counts_things(self, index: int, cue: int) -> bool:
        """`more than 100 planes`: a condition on how many there are of each."""
        meant = self.meant.get(index + 1)
        if meant is None or meant.kind != "table" or (name := self.marks[cue].cue) not in _COMPARISONS:
            return False
        if name in ("less", "at_most"):  # those that have none at all are in no row of the join
            return False
        before = self.meant.get(cue - 1)
        if before and before.column and before.kind == "column" and self._measurable(self._thing(before)):
            return False
        group = next((i for i in range(index) if i in self.meant and self.meant[i].kind in ("column", "table")), None)
        if group is None:
            return False
        self._group_by(self.meant[group])
        number = self.marks[index].number or "0"
        measure = Measure("count", meant.table)
        self.plan.having.append(Having(measure, _COMPARISONS[name], number))
        self.used |= {index, index + 1, cue, group}
        if group and self.marks[group - 1].cue == "count":
            self.plan.count_groups = True
            self.used.add(group - 1)
        else:
            self.plan.measures.append(measure)
        return True

    def _range_end(self, index: int) -> str | None:
        for near in range(index + 1, min(index + 1 + NEAR, len(self.marks))):
            if self.marks[near].number is not None:
                self.used.add(near)
                return self.marks[near].number
        return None

    def _contradicts(self) -> bool:
        """Two values of one column at once, or an alternative between conditions that are not alike."""
        equal = [c.place for c in self.plan.conditions if c.place and c.comparison == "=" and c.other is None]
        several = len(self.plan.conditions) > 1
        known = bool(self.plan.columns) and not self.plan.measures and set(self.plan.columns) <= set(equal)
        return (
            known
            or len(equal) > len(set(equal))
            or (several and any(m.cue == "or" and i not in self.used for i, m in enumerate(self.marks)))
        )
