"""From what was found in a question to a plan: which words count, compare, group and order which things.

Every mark that finds its place in the plan is used; what is left over lowers the score.
"""

from dataclasses import dataclass, field

from services.query.composer.cues import TIME_WORDS, CueName
from services.query.composer.joins import join_path
from services.query.composer.lexicon import Meant, name_column
from services.query.composer.link import Linked
from services.query.composer.measures import Measures
from services.query.composer.plan import Condition, Plan
from services.query.composer.words import keys
from services.query.knowledge.schema import Schema

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
        "ask",
        "unit",
    }
)
"""Instructions that may go unused without changing what is meant."""
_HARD: frozenset[CueName] = frozenset(
    {"sum", "avg", "min", "max", "most", "least", "top", "bottom", "more", "less", "at_least", "at_most", "not_equal",
     "between", "not", "without", "missing", "ascending", "descending", "order", "contains"}
)  # fmt: skip
"""Instructions that change the answer: when one finds no place in the plan, the plan is not what was asked."""
_ALSO_LIGHT = frozenset({"在", "by", "at each", "按", "分别"})
"""Words for each that also say other things."""


@dataclass
class Interpretation:
    """A plan, and how much of what was found it uses (0 to 1)."""

    plan: Plan
    used: float
    spoken: set[tuple[str, str]] = field(default_factory=set)
    dropped: tuple[str, ...] = ()
    """Names, values and numbers of the question that found no place in the plan."""


def interpret(linked: Linked, schema: Schema) -> Interpretation | None:
    """The plan of a question; None when nothing in it can be selected."""
    reader = _Reader(linked, schema)
    reader.read()
    plan = reader.plan
    if not (plan.measures or plan.columns or plan.groups):
        return None
    return Interpretation(plan, reader.share_used(), reader.spoken, reader.dropped())


class _Reader(Measures):
    """Reads the marks of one question, role by role."""

    def read(self) -> None:
        for index, meant in self.meant.items():
            if meant.term:
                self.plan.terms.append(meant.term)
            if meant.column:
                self.spoken.add((meant.table, meant.column))
            if meant.kind == "value":
                self._value(index, meant)
            elif meant.kind == "condition":
                self.plan.conditions.append(Condition(meant.table, expression=meant.expression, beside=meant.beside))
                self.used.add(index)
        self._dates()
        self._comparisons()
        self._alternatives()
        self._missing()
        self._ranked_by()
        self._groups()
        self._times()
        self._whole_terms()
        self._aggregates()
        self._superlatives()
        self._counts()
        self._ordered_by()
        self._columns()
        self._order()
        self.used |= {i for i in self._free_things() if self._already_there(self.meant[i])}
        self.used |= {i for i in self._free_things() if self._names_a_value(i)}
        counted = {m.table for m in self.plan.measured if m.column is None and m.expression is None}
        self.plan.keyed = [table for table in self.plan.keyed if table not in counted]

    def _ordered_by(self) -> None:
        """`sorted by price`: a column that is not shown for that alone."""
        for index, mark in enumerate(self.marks):
            after = self.meant.get(index + 1)
            if mark.cue == "order" and after and after.kind == "column" and self.plan.order_by is None:
                self.plan.order_by = self._thing(after)
                self.plan.descending = any(other.cue == "descending" for other in self.marks)
                self.used |= {index, index + 1}
                self.used |= {i for i, other in enumerate(self.marks) if other.cue in ("ascending", "descending")}

    def _columns(self) -> None:
        """What is left is shown: named columns, or the names of the things."""
        if self.plan.measures and not self.plan.groups:
            return
        free = self._free_things()
        with_values = {i for i in free if self._names_a_value(i)}
        if with_values == set(free):
            with_values = {i for i in free if self.meant[i].kind == "column"}
        if with_values < set(free):
            self.used |= with_values
        self.used |= {i for i in self._free_things() if self._only_joins(self.meant[i])}
        free = self._free_things()
        columns = [i for i in free if self.meant[i].kind == "column"] or self.plan.columns
        for index in free:
            meant = self.meant[index]
            if self.plan.groups or meant.kind == "measure":
                continue
            if meant.kind == "table" and columns:
                if self._is_joined(meant.table):
                    self.used.add(index)
                continue
            self.plan.columns += self._row(meant)
            self.used.add(index)
        self.plan.distinct = bool(self.plan.columns) and (
            any(mark.cue == "distinct" for mark in self.marks) or self._lists_values()
        )

    def _is_joined(self, table: str) -> bool:
        """Whether the plan's join reads a table: rows without any in it are left out."""
        free = [self.meant[i] for i in self._free_things()]
        tables = list(dict.fromkeys([*self.plan.tables, *(m.table for m in free if m.kind == "column")]))
        path = join_path(self.schema, tables, self.spoken) if tables else None
        return table in {*tables, *(end for edge in path or () for end in (edge.source, edge.target))}

    def _lists_values(self) -> bool:
        """`list all cities`: of a column whose values repeat each is told once, where no table's rows are asked for."""
        if len(self.plan.columns) != 1 or self.plan.conditions or self.plan.order_by or self.plan.limit:
            return False
        place = self.plan.columns[0]
        table = self.schema.table(place.table)
        column, name = table.column(place.column), name_column(table)
        named = any(meant.kind == "table" for meant in self.meant.values())
        unique = column is None or column.primary_key or (name is not None and name.name == place.column)
        return not (named or unique or self._measurable(place))

    def _order(self) -> None:
        for index, mark in enumerate(self.marks):
            if mark.cue in ("ascending", "descending") and self.plan.order_by is None:
                self.used.add(index)
                self.plan.descending = mark.cue == "descending"
                places = self.plan.columns or self.plan.groups
                by = self.plan.measures[-1] if self.plan.measures else places[-1] if places else None
                self.plan.order_by = by

        if self.plan.order_by is None and self.plan.groups and self.plan.groups[-1].part:
            self.plan.order_by, self.plan.descending = self.plan.groups[-1], False
        if self.plan.order_by is None and self.plan.groups and keys(self.plan.groups[0].column)[0] in TIME_WORDS:
            self.plan.order_by, self.plan.descending = self.plan.groups[0], False

    def _names_a_value(self, index: int) -> bool:
        """`department` in `the history department`: it says what the value beside it is, and is not asked for."""
        meant = self.meant[index]
        for near in (index - 1, index + 1, index + 2):
            value = self.meant.get(near)
            if value is None or value.kind != "value" or (near == index + 2 and self.marks[index + 1].cue != "equal"):
                continue
            if meant.column == value.column or (meant.kind == "table" and meant.table == value.table):
                return True
        return False

    def _only_joins(self, meant: Meant) -> bool:
        """A key that leads to a table of which something is shown: it is how they are joined, and not asked for."""
        shown = {self.meant[i].table for i in self._free_things() if self.meant[i].kind == "column"}
        return any(
            (edge.source, edge.source_col) == (meant.table, meant.column) and edge.target in shown - {edge.source}
            for edge in self.schema.relations
        )

    def _unheard(self) -> bool:
        """Whether an instruction that changes the answer found no place."""
        for index, mark in enumerate(self.marks):
            changes = mark.cue in _HARD or (mark.cue == "each" and not self.plan.groups)
            if changes and index not in self.used and self._said(index) not in _ALSO_LIGHT:
                return True
        owned = {i for mark in self.marks if mark.cue for i in range(mark.first, mark.last)}
        compares = any(token.key == "than" and i not in owned for i, token in enumerate(self.text.tokens))
        return compares or self.unclear or self._contradicts()

    def dropped(self) -> tuple[str, ...]:
        """What was understood by itself and left out all the same: the answer would be to another question."""
        return tuple(
            self._said(i)
            for i, mark in enumerate(self.marks)
            if i not in self.used and (mark.meanings or mark.number or mark.quoted or mark.period or mark.unit)
        )

    def share_used(self) -> float:
        """The share of marks that mean something and are in the plan; soft instructions do not count.

        Half at most when an instruction that changes the answer was not understood.
        """
        return min(self._share(), 0.5) if self._unheard() else self._share()

    def _share(self) -> float:
        needed = [i for i, m in enumerate(self.marks) if m.cue is None or m.cue not in _SOFT]
        return sum(i in self.used for i in needed) / len(needed) if needed else 0.0
