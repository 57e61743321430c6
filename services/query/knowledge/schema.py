"""What the reasoning works on: the structure of a database, its business terms, verified questions with SQL."""

import re
from dataclasses import dataclass
from functools import cached_property

from libs.datasources.dialect import Dialect

_NUMBERS = ("INT", "NUMERIC", "DECIMAL", "REAL", "DOUBLE", "FLOAT", "MONEY", "NUMBER", "SERIAL")
_DATES = ("DATE", "TIME")
_TEXTS = ("CHAR", "TEXT", "CLOB", "STRING", "NAME")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]|$)")


@dataclass(frozen=True)
class Column:
    """A column; `values` are its distinct values where they are few. `foreign_key` reads "table.column"."""

    name: str
    type: str = ""
    primary_key: bool = False
    foreign_key: str | None = None
    comment: str | None = None
    values: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it can be added and averaged, by its type; keys are numbers too."""
        return any(word in self.type.upper() for word in _NUMBERS) and "INTERVAL" not in self.type.upper()

    @property
    def is_text(self) -> bool:
        """Whether it holds texts, by its type; SQLite's columns may have none."""
        return not self.type or any(word in self.type.upper() for word in _TEXTS)

    @property
    def is_date(self) -> bool:
        """Whether it holds dates or times, by its type."""
        return any(word in self.type.upper() for word in _DATES)

    @property
    def holds_dates(self) -> bool:
        """Whether it can be compared with ISO dates: by its type, or because its text values are such dates."""
        typed = any(word in self.type.upper() for word in ("DATE", "TIMESTAMP"))
        text = not self.is_number and not self.is_date
        if self.values:
            return (typed or text) and all(_ISO_DATE.match(value) for value in self.values)
        return typed


@dataclass(frozen=True)
class Table:
    """A table; `row_estimate` is None when unknown."""

    name: str
    columns: tuple[Column, ...]
    comment: str | None = None
    row_estimate: int | None = None

    def column(self, name: str) -> Column | None:
        """The column of that name, whatever its case."""
        return next((column for column in self.columns if column.name.lower() == name.lower()), None)

    @property
    def primary_key(self) -> Column | None:
        """The column that tells rows apart, when it is a single one."""
        keys = [column for column in self.columns if column.primary_key]
        return keys[0] if len(keys) == 1 else None


@dataclass(frozen=True)
class Relation:
    """`source.source_col` points at `target.target_col`; confidence 0 to 1. The owner may have `drawn` it."""

    source: str
    source_col: str
    target: str
    target_col: str
    confidence: float = 1.0
    drawn: bool = False


@dataclass(frozen=True)
class Schema:
    """The structure of a database."""

    tables: tuple[Table, ...]
    relations: tuple[Relation, ...]
    dialect: Dialect

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.tables, self.relations, self.dialect))

    @cached_property
    def by_name(self) -> dict[str, Table]:
        """Tables by lower-case name."""
        return {table.name.lower(): table for table in self.tables}

    @cached_property
    def edges(self) -> dict[str, tuple[Relation, ...]]:
        """The relations of each table, from it and to it."""
        found: dict[str, tuple[Relation, ...]] = {}
        for relation in self.relations:
            for end in dict.fromkeys((relation.source, relation.target)):
                found[end] = (*found.get(end, ()), relation)
        return found

    def table(self, name: str) -> Table:
        """The table of that name, whatever its case; raises `KeyError`."""
        return self.by_name[name.lower()]


@dataclass(frozen=True)
class Term:
    """A business term; `sql_expression` is a condition, a column or a measure, or None for another name of a thing."""

    term: str
    definition: str = ""
    synonyms: tuple[str, ...] = ()
    sql_expression: str | None = None


@dataclass(frozen=True)
class Pair:
    """A verified question with its SQL; `similarity` to the question at hand is a cosine, 1 for the same.

    One that is `secret` may hold a value that a row policy hides from whoever asks: it answers, but is not told.
    """

    question: str
    sql: str
    similarity: float
    item_id: str = ""
    origin: str = ""
    secret: bool = False


@dataclass(frozen=True)
class Scope:
    """What was retrieved for a question: the structure, the terms, and the nearest pairs, nearest first.

    `taught` are all verified pairs, whatever the question; their similarity says nothing.
    """

    schema: Schema
    terms: tuple[Term, ...] = ()
    pairs: tuple[Pair, ...] = ()
    taught: tuple[Pair, ...] = ()

    @property
    def told(self) -> tuple[Pair, ...]:
        """Those of the near pairs that people and models may be told of."""
        return tuple(pair for pair in self.pairs if not pair.secret)
