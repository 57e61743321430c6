"""What a question asks for, before it is SQL: measures, conditions, groups, order. Names are real ones."""

from dataclasses import dataclass, field
from typing import Literal

Aggregate = Literal["count", "sum", "avg", "min", "max"]
TimePart = Literal["year", "month", "day"]
Comparison = Literal["=", "<>", ">", "<", ">=", "<="]


@dataclass(frozen=True)
class Place:
    """A column of a table; `part` is the year, month or day of a date that is meant instead of all of it."""

    table: str
    column: str
    part: TimePart | None = None


@dataclass(frozen=True)
class Measure:
    """An aggregate of a column, of a term's expression, or, with neither, of the rows of `table`.

    `whole` is an expression that is an aggregate already; `beside` are further tables that it reads.
    """

    aggregate: Aggregate
    table: str
    column: str | None = None
    expression: str | None = None
    distinct: bool = False
    whole: bool = False
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """`place` compared with `value`, or a term's whole condition as SQL; `other` is the end of a range,
    `values` are those of which any will do."""

    table: str
    place: Place | None = None
    comparison: Comparison = "="
    value: str | None = None
    other: str | None = None
    number: bool = False
    expression: str | None = None
    values: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Having:
    """A condition on a measure of each group."""

    measure: Measure
    comparison: Comparison
    value: str


@dataclass
class Plan:
    """Everything that one SELECT needs."""

    columns: list[Place] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    groups: list[Place] = field(default_factory=list)
    having: list[Having] = field(default_factory=list)
    order_by: Measure | Place | None = None
    descending: bool = True
    limit: int | None = None
    distinct: bool = False
    terms: list[str] = field(default_factory=list)
    keyed: list[str] = field(default_factory=list)
    """Tables whose rows the groups are: two of one name are two groups."""
    count_groups: bool = False
    """Whether the number of the groups is asked for, and not the groups."""

    @property
    def measured(self) -> list[Measure]:
        """All measures: those shown, those of conditions, and the one of the order."""
        ordering = [self.order_by] if isinstance(self.order_by, Measure) else []
        return [*self.measures, *(found.measure for found in self.having), *ordering]

    @property
    def tables(self) -> list[str]:
        """The tables that are needed, the one whose rows are counted or measured first."""
        measured = self.measured
        places = [*self.columns, *self.groups, *([self.order_by] if isinstance(self.order_by, Place) else [])]
        named = [m.table for m in measured] + [c.table for c in self.conditions] + [p.table for p in places]
        read = [table for part in measured for table in part.beside]
        read += [table for condition in self.conditions for table in condition.beside]
        return list(dict.fromkeys([*named, *read]))
