"""From what was found in a question to a plan: which words count, compare, group and order which things.

Every mark that finds its place in the plan is used; what is left over lowers the score.
"""

from dataclasses import dataclass, field

from services.query.reasoning.cues import TIME_WORDS, CueName
from services.query.reasoning.lexicon import Meant, label_column
from services.query.reasoning.link import Linked, Mark
from services.query.reasoning.plan import Aggregate, Comparison, Condition, Having, Measure, Place, Plan
from services.query.reasoning.resolve import Resolved, resolve
from services.query.reasoning.schema import Schema
from services.query.reasoning.words import keys

_AGGREGATES: dict[CueName, Aggregate] = {"sum": "sum", "avg": "avg", "min": "min", "max": "max"}
_COMPARISONS: dict[CueName, Comparison] = {
    "more": ">", "less": "<", "at_least": ">=", "at_most": "<=", "not_equal": "<>", "equal": "=",
}  # fmt: skip
_SOFT: frozenset[CueName] = frozenset(
    {
        "equal",
        "from",
        "to",
        "and",
        "having",
        "label",
        "order",
        "count",
        "each",
        "distinct",
        "top",
        "bottom",
        "ask",
        "unit",
    }
)
"""Instructions that may go unused without changing what is meant."""
_NEAR = 3


@dataclass
class Interpretation:
    """A plan, and how much of what was found it uses (0 to 1)."""

    plan: Plan
    used: float
    spoken: set[tuple[str, str]] = field(default_factory=set)


def interpret(linked: Linked, schema: Schema) -> Interpretation | None:
    """The plan of a question; None when nothing in it can be selected."""
    reader = _Reader(linked, schema)
    reader.read()
    plan = reader.plan
    if not (plan.measures or plan.columns or plan.groups):
        return None
    return Interpretation(plan, reader.share_used(), reader.spoken)


class _Reader:
    """Reads the marks of one question, role by role; each role takes the marks that no earlier one took."""

    def __init__(self, linked: Linked, schema: Schema) -> None:
        self.schema = schema
        self.marks: tuple[Mark, ...] = linked.marks
        self.meant: Resolved = resolve(linked)
        self.plan = Plan()
        self.used: set[int] = set()
        self.spoken: set[tuple[str, str]] = set()

    def read(self) -> None:
        for index, meant in self.meant.items():
            if meant.term:
                self.plan.terms.append(meant.term)
            if meant.column:
                self.spoken.add((meant.table, meant.column))
            if meant.kind == "value":
                self._value(index, meant)
            elif meant.kind == "condition":
                self.plan.conditions.append(Condition(meant.table, expression=meant.expression))
                self.used.add(index)
        self._comparisons()
        self._groups()
        self._aggregates()
        self._superlatives()
        self._counts()
        self._columns()
        self._order()

    # --- conditions ---

    def _value(self, index: int, meant: Meant) -> None:
        before = self.marks[index - 1] if index else None
        negated = before is not None and before.cue in ("not", "not_equal")
        if negated:
            self.used.add(index - 1)
        place = Place(meant.table, meant.column or "")
        self.plan.conditions.append(Condition(meant.table, place, "<>" if negated else "=", meant.value))
        self.used.add(index)

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
            place = Place(self.meant[column].table, self.meant[column].column or "")
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
        reach = [index - 1, index + 1, *range(index - 2, index - 2 - _NEAR, -1)] if far else [index + 1, index - 1]
        for near in reach:
            meant = self.meant.get(near)
            if meant and meant.kind == "column" and near not in self.used and meant.column:
                place = Place(meant.table, meant.column)
                if self._is_number(place) or self._is_date(place):
                    return near
        return None

    def _counts_things(self, index: int, cue: int) -> bool:
        """`more than 100 planes`: a condition on how many there are of each."""
        meant = self.meant.get(index + 1)
        if meant is None or meant.kind != "table" or (name := self.marks[cue].cue) not in _COMPARISONS:
            return False
        group = next((i for i in range(index) if i in self.meant and self.meant[i].kind in ("column", "table")), None)
        if group is None:
            return False
        self.plan.groups.append(self._thing(self.meant[group]))
        number = self.marks[index].number or "0"
        measure = Measure("count", meant.table)
        self.plan.having.append(Having(measure, _COMPARISONS[name], number))
        self.plan.measures.append(measure)
        self.used |= {index, index + 1, cue, group}
        return True

    def _range_end(self, index: int) -> str | None:
        for near in range(index + 1, min(index + 1 + _NEAR, len(self.marks))):
            if self.marks[near].number is not None:
                self.used.add(near)
                return self.marks[near].number
        return None

    # --- groups, measures, order ---

    def _groups(self) -> None:
        """`per airline`, `each month`, 每个月; but `by number of flights` is an order."""
        for index, mark in enumerate(self.marks[:-1]):
            after = self.meant.get(index + 1)
            if mark.cue == "each" and after and after.kind in ("column", "table") and index + 1 not in self.used:
                self.plan.groups.append(self._thing(after))
                self.used |= {index, index + 1}

    def _aggregates(self) -> None:
        for index, mark in enumerate(self.marks):
            if mark.cue not in _AGGREGATES:
                continue
            column = self._next_number(index) or self._previous_number(index)
            if column is not None:
                meant = self.meant[column]
                self.plan.measures.append(Measure(_AGGREGATES[mark.cue], meant.table, meant.column, meant.expression))
                self.used |= {index, column}

    def _superlatives(self) -> None:
        """`highest temperature`, `5 airlines with the highest average delay`, `top 5 airlines by number of flights`."""
        for index, mark in enumerate(self.marks):
            if mark.cue not in ("most", "least", "top", "bottom"):
                continue
            descending = mark.cue in ("most", "top")
            number = self._free_number(index)
            if number is not None:
                self.plan.limit = int(float(self.marks[number].number or 1))
                self.used.add(number)
            if self._ordered_things(index, number, descending=descending):
                self.used.add(index)
            elif mark.cue in ("most", "least") and (column := self._next_number(index)) is not None:
                meant = self.meant[column]
                aggregate: Aggregate = "max" if descending else "min"
                self.plan.measures.append(Measure(aggregate, meant.table, meant.column, meant.expression))
                self.used |= {index, column}

    def _ordered_things(self, index: int, number: int | None, *, descending: bool) -> bool:
        """Things ordered by a measure: by one already found, by a count, or by a column of their own."""
        things = self._free_things()
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
            self.plan.groups.append(self._thing(self.meant[things[0]]))
            self.used.add(things[0])
        self.plan.order_by, self.plan.descending = measure, descending
        if number is None and self.plan.limit is None:
            self.plan.limit = 1
        if measure not in self.plan.measures:
            self.plan.measures.append(measure)
        return True

    def _ordered_rows(self, index: int, things: list[int], *, descending: bool) -> bool:
        """`the 5 longest flights`: rows of a table ordered by one of its columns."""
        column = self._next_number(index)
        rest = [i for i in things if i != column]
        if column is None or not rest:
            return False
        meant = self.meant[column]
        self.plan.order_by, self.plan.descending = Place(meant.table, meant.column or ""), descending
        self.plan.columns += [self._thing(self.meant[rest[0]]), Place(meant.table, meant.column or "")]
        self.plan.limit = self.plan.limit or 1
        self.used |= {column, rest[0]}
        return True

    def _counted(self, index: int, things: list[int]) -> int | None:
        """The table whose rows are counted for an order: after `number of`, or right after `most`."""
        for near, mark in enumerate(self.marks):
            after = near + 1
            if mark.cue == "count" and after in self.meant and self.meant[after].kind == "table":
                self.used |= {near} | ({near - 1} if near and self.marks[near - 1].cue == "each" else set())
                return after
        near = index + 1
        if near in things and self.meant[near].kind == "table" and len(things) > 1:
            return near
        return next((i for i in things[1:] if self.meant[i].kind == "table"), None) if len(things) > 1 else None

    def _counts(self) -> None:
        """`how many flights`: unless `多少` only asks for the measure that is there already."""
        cues = [i for i, mark in enumerate(self.marks) if mark.cue == "count" and i not in self.used]
        if not cues:
            return
        self.used |= set(cues)
        things = [i for i in self._free_things() if self.meant[i].kind == "table"]
        if things:
            table = self.meant[things[0]].table
            self.used.add(things[0])
        elif self.plan.measures:
            return
        elif columns := self._free_things():
            meant = self.meant[columns[0]]
            distinct = any(mark.cue == "distinct" for mark in self.marks)
            self.plan.measures.append(Measure("count", meant.table, meant.column, distinct=distinct))
            self.used.add(columns[0])
            return
        elif self.plan.conditions:
            table = self.plan.conditions[0].table
        else:
            return
        self.plan.measures.append(Measure("count", table))

    def _columns(self) -> None:
        """What is left is shown: named columns, or the names of the things."""
        if self.plan.measures and not self.plan.groups:
            return
        for index in self._free_things():
            meant = self.meant[index]
            if self.plan.groups or meant.kind == "measure":
                continue
            columns = [i for i in self._free_things() if self.meant[i].kind == "column"]
            if meant.kind == "table" and columns:
                self.used.add(index)
                continue
            self.plan.columns.append(self._thing(meant))
            self.used.add(index)
        self.plan.distinct = bool(self.plan.columns) and any(mark.cue == "distinct" for mark in self.marks)

    def _order(self) -> None:
        for index, mark in enumerate(self.marks):
            if mark.cue in ("ascending", "descending") and self.plan.order_by is None:
                self.used.add(index)
                self.plan.descending = mark.cue == "descending"
                places = self.plan.columns or self.plan.groups
                by = self.plan.measures[-1] if self.plan.measures else places[-1] if places else None
                self.plan.order_by = by

        if self.plan.order_by is None and self.plan.groups and keys(self.plan.groups[0].column)[0] in TIME_WORDS:
            self.plan.order_by, self.plan.descending = self.plan.groups[0], False

    # --- small questions about the marks ---

    def share_used(self) -> float:
        """The share of marks that mean something and are in the plan; soft instructions do not count."""
        needed = [i for i, m in enumerate(self.marks) if m.cue is None or m.cue not in _SOFT]
        return sum(i in self.used for i in needed) / len(needed) if needed else 0.0

    def _thing(self, meant: Meant) -> Place:
        if meant.column:
            return Place(meant.table, meant.column)
        return Place(meant.table, label_column(self.schema.table(meant.table)).name)

    def _free_things(self) -> list[int]:
        return [i for i, m in self.meant.items() if i not in self.used and m.kind in ("table", "column", "measure")]

    def _free_number(self, index: int) -> int | None:
        """The number that belongs to `top`, `highest`: right behind it or before it."""
        for near in (index + 1, index - 1):
            if 0 <= near < len(self.marks) and self.marks[near].number is not None and near not in self.used:
                return near
        return None

    def _next_number(self, index: int) -> int | None:
        return self._numeric(range(index + 1, min(index + 1 + _NEAR, len(self.marks))))

    def _previous_number(self, index: int) -> int | None:
        return self._numeric(range(index - 1, max(-1, index - 1 - _NEAR), -1))

    def _numeric(self, places: range) -> int | None:
        for near in places:
            meant = self.meant.get(near)
            if meant is None or near in self.used:
                continue
            if meant.kind == "measure" or (meant.column and self._measurable(Place(meant.table, meant.column))):
                return near
        return None

    def _measurable(self, place: Place) -> bool:
        return self._is_number(place) or self._is_date(place)

    def _is_number(self, place: Place) -> bool:
        column = self.schema.table(place.table).column(place.column)
        return column is not None and column.is_number

    def _is_date(self, place: Place) -> bool:
        column = self.schema.table(place.table).column(place.column)
        return column is not None and column.is_date
