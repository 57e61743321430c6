"""Example questions that the structure of a database suggests, in both languages, with the SQL that answers them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from libs.events.catalog import ColumnDescription, LearnedItem, Relation, TableDescription
from libs.language.catalogue import Language, language_of, text
from services.trainer.datasets.plan import pair_item

_GROUPS, _AVERAGES = 3, 2
_TOP = 10
_MOST = 200
"""Questions are a help; a database of a thousand tables gets no more than these."""
_LABEL = re.compile(r"name|title|label|名", re.IGNORECASE)
_NO_MEASURE = re.compile(
    r"(^|_)(id|key|code|no|num|number|year|quarter|month|week|day|hour|minute|tz|lat|lon|latitude|longitude)$",
    re.IGNORECASE,
)
_NUMBERS = ("INT", "NUMERIC", "DECIMAL", "REAL", "DOUBLE", "FLOAT", "MONEY", "BIGINT")
_LABEL_CHARACTERS = 20


@dataclass(frozen=True)
class Example:
    """A query, and the questions that it answers."""

    sql: str
    tables: tuple[str, ...]
    questions: tuple[str, ...]

    @property
    def items(self) -> tuple[LearnedItem, ...]:
        """A pair for each question."""
        return tuple(pair_item(question, self.sql, self.tables) for question in self.questions)


def examples(
    tables: Sequence[TableDescription], relations: Sequence[Relation], quote: Callable[[str], str]
) -> list[Example]:
    """Examples for `tables`, the same again for the same structure; `quote` writes a name as its database wants it."""
    writer = _Writer(quote, {table.name: table for table in tables})
    found = [
        *(writer.count(table) for table in tables),
        *(writer.top(edge, relations) for edge in relations),
        *(example for table in tables for example in writer.groups(table)),
        *(example for table in tables for example in writer.averages(table)),
    ]
    return found[:_MOST]


@dataclass(frozen=True)
class _Writer:
    quote: Callable[[str], str]
    tables: dict[str, TableDescription]

    def count(self, table: TableDescription) -> Example:
        sql = f"SELECT count(*) AS count FROM {self.quote(table.name)}"
        return _example("count", sql, (table.name,), table=table)

    def top(self, edge: Relation, relations: Sequence[Relation]) -> Example:
        target, source = self.tables[edge.target], self.tables[edge.source]
        label = self.quote(_label(target, edge.target_col))
        key = _key(target)
        one, many = self.quote(edge.target), self.quote(edge.source)
        join = f"{many}.{self.quote(edge.source_col)} = {one}.{self.quote(edge.target_col)}"
        if edge.source == edge.target:
            join = f"{many}.{self.quote(edge.source_col)} = parent.{self.quote(edge.target_col)}"
        joined, alias = (f"{one} AS parent", "parent") if edge.source == edge.target else (one, one)
        # Two rows of one name are two: they are told apart by the key.
        groups = dict.fromkeys(f"{alias}.{column}" for column in (self.quote(key) if key else label, label))
        sql = (
            f"SELECT {alias}.{label}, count(*) AS count FROM {many} JOIN {joined} ON {join} "
            f"GROUP BY {', '.join(groups)} ORDER BY count DESC LIMIT {_TOP}"
        )
        several = sum((other.source, other.target) == (edge.source, edge.target) for other in relations) > 1
        kind = "top_by" if several else "top"
        column = next((column for column in source.columns if column.name == edge.source_col), None)
        return _example(kind, sql, (edge.source, edge.target), table=source, target=target, column=column)

    def groups(self, table: TableDescription) -> Iterator[Example]:
        categories = [
            column
            for column in table.columns
            if len(column.values) > 1 and not column.primary_key and not _LABEL.search(column.name)
        ]
        for column in categories[:_GROUPS]:
            name = self.quote(column.name)
            sql = (
                f"SELECT {name}, count(*) AS count FROM {self.quote(table.name)} "
                f"GROUP BY {name} ORDER BY count DESC LIMIT {_TOP}"
            )
            yield _example("group", sql, (table.name,), table=table, column=column)

    def averages(self, table: TableDescription) -> Iterator[Example]:
        # What somebody described is more worth asking about.
        measures = sorted(filter(_is_measure, table.columns), key=lambda column: column.comment is None)
        for column in measures[:_AVERAGES]:
            name = self.quote(column.name)
            sql = f"SELECT avg({name}) AS average FROM {self.quote(table.name)}"
            yield _example("average", sql, (table.name,), table=table, column=column)


def _example(
    kind: str,
    sql: str,
    tables: tuple[str, ...],
    *,
    table: TableDescription,
    target: TableDescription | None = None,
    column: ColumnDescription | None = None,
) -> Example:
    languages: tuple[Language, ...] = ("en", "zh")
    questions = tuple(
        text(
            f"trainer.question.{kind}",
            language,
            table=_called(table, language),
            target=_called(target, language),
            column=_called(column, language),
        )
        for language in languages
    )
    return Example(sql, tables, questions)


def _called(thing: TableDescription | ColumnDescription | None, language: Language) -> str:
    """What people call it: a short comment in their language, or its name."""
    if thing is None:
        return ""
    comment = (thing.comment or "").strip()
    if comment and len(comment) <= _LABEL_CHARACTERS and language_of(comment) == language:
        return comment
    return thing.name.replace("_", " ") if language == "en" else thing.name


def _label(table: TableDescription, key: str) -> str:
    """The column that people know a row by."""
    texts = [column.name for column in table.columns if _is_text(column)]
    return next((name for name in texts if _LABEL.search(name)), key)


def _key(table: TableDescription) -> str | None:
    """The column that tells rows apart, when it is a single one."""
    keys = [column.name for column in table.columns if column.primary_key]
    return keys[0] if len(keys) == 1 else None


def _is_text(column: ColumnDescription) -> bool:
    return any(word in column.type.upper() for word in ("CHAR", "TEXT", "CLOB"))


def _is_measure(column: ColumnDescription) -> bool:
    number = any(word in column.type.upper() for word in _NUMBERS)
    return number and not (column.primary_key or column.foreign_key or _NO_MEASURE.search(column.name))
