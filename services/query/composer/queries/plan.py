"""What a question asks for, before it is SQL. Names are real ones."""

from dataclasses import dataclass, field, replace
from typing import Literal

Aggregate = Literal["count", "sum", "avg", "min", "max", "percentage"]
TimePart = Literal["year", "quarter", "month", "week", "day", "weekday"]
"""`weekday` is its number in the week: 1 for Monday."""
Comparison = Literal["=", "<>", ">", "<", ">=", "<=", "like", "not like", "null", "not null", "in", "not in"]


@dataclass(frozen=True)
class Place:
    """A column of a table; `part` is the year or another part of a date that is meant instead of all of it."""

    table: str
    column: str
    part: TimePart | None = None


@dataclass(frozen=True)
class Relative:
    """The first day of the running `unit`, by the database's clock, moved by `count` times `step` and by `days`.

    `ago` is how many months ago the unit was running, where it is not that of today; `newest` says that the year was
    not said.
    """

    unit: TimePart
    count: int
    step: TimePart
    days: int = 0
    ago: int = 0
    newest: bool = False


@dataclass(frozen=True)
class Measure:
    """An aggregate of a column, of a term's expression, or, with neither, of the rows of `table`.

    A percentage is the average of an expression that is 100 or 0 for each row. `whole` is an expression that is an
    aggregate already; `beside` are further tables that it reads; `name` is what the question calls it.
    """

    aggregate: Aggregate
    table: str
    column: str | None = None
    expression: str | None = None
    distinct: bool = False
    whole: bool = False
    beside: tuple[str, ...] = ()
    of_all: bool = False
    """Whether its share of all groups is asked for, in percent."""
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Condition:
    """`place` compared with `value`, with a `day`, with any of `values`, with a range up to `other`, or with a `query`;
    or a term's whole condition as SQL (an `expression` without a value). `any_of` are some of which one is enough."""

    table: str
    place: Place | None = None
    comparison: Comparison = "="
    value: str | None = None
    other: str | None = None
    number: bool = False
    expression: str | None = None
    values: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    query: "Plan | None" = None
    any_of: tuple["Condition", ...] = ()
    day: Relative | None = None
    also: Place | None = None
    """Another column that it is compared with."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that are read for it, apart from those of its own query."""
        inside = tuple(table for one in self.any_of for table in one.tables)
        other = (self.also.table,) if self.also else ()
        return (*inside, *((self.table,) if not self.any_of else ()), *self.beside, *other)


@dataclass(frozen=True)
class Having:
    """A condition on a measure of each group: compared with `value`, or with the one figure of a `query`."""

    measure: Measure
    comparison: Comparison
    value: str
    query: "Plan | None" = None


@dataclass(frozen=True)
class Without:
    """Rows of `table` that none of the rows of `other`, which hold `conditions` and are in `joined`, belong to."""

    table: str
    other: str
    conditions: tuple[Condition, ...] = ()
    joined: tuple[str, ...] = ()


@dataclass
class Plan:
    """Everything that one SELECT needs."""

    columns: list[Place] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    groups: list[Place] = field(default_factory=list)
    having: list[Having] = field(default_factory=list)
    without: list[Without] = field(default_factory=list)
    order_by: list[Measure | Place] = field(default_factory=list)
    descending: bool = False
    limit: int | None = None
    passed: int = 0
    """So many rows that come first are passed by: one, where the second is asked for."""
    distinct: bool = False
    everything: str | None = None
    """The table of which all columns are shown."""
    both: tuple[Condition, Condition] | None = None
    """Two conditions that different rows may hold: what is shown is in the answers to both."""
    once: str | None = None
    """The table each of whose rows is shown once, however often the join has it."""
    joined: list[str] = field(default_factory=list)
    """Tables that are read though nothing of them is shown: rows without any in them are left out."""
    terms: list[str] = field(default_factory=list)
    keyed: list[str] = field(default_factory=list)
    """Tables whose rows the groups are: two of one name are two groups."""
    with_none: bool = False
    """Whether groups of which nothing is counted are there too, with 0."""
    apart: bool = False
    """Whether each measure is asked by itself: the numbers of things that are only named together."""
    count_groups: bool = False
    """Whether the number of the groups is asked for, and not the groups."""
    average_groups: bool = False
    """Whether the average of what is counted for each group is asked for, and not the groups."""

    @property
    def ranked(self) -> bool:
        """Whether it is ordered by what is measured."""
        return any(isinstance(by, Measure) for by in self.order_by)

    @property
    def measured(self) -> list[Measure]:
        """All measures: those shown, those of conditions, and those of the order."""
        ordering = [by for by in self.order_by if isinstance(by, Measure)]
        return [*self.measures, *(found.measure for found in self.having), *ordering]

    @property
    def tables(self) -> list[str]:
        """The tables that are needed, the one whose rows are counted or measured first."""
        measured = self.measured
        places = [*self.columns, *self.groups, *(by for by in self.order_by if isinstance(by, Place))]
        named = [m.table for m in measured] + ([self.everything] if self.everything else []) + [p.table for p in places]
        conditions = [*self.conditions, *(self.both or ())]
        named += [table for condition in conditions for table in condition.tables]
        named += [one.table for one in self.without] + self.joined
        read = [table for part in measured for table in part.beside]
        return list(dict.fromkeys([*named, *read]))

    def copy(self, **changes: object) -> "Plan":
        """A plan of its own with `changes`."""
        lists = {name: list(value) for name, value in vars(self).items() if isinstance(value, list)}
        return replace(self, **{**lists, **changes})  # type: ignore[arg-type]
