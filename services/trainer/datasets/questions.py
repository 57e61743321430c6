"""Example questions that the structure of a database suggests, in both languages, with the SQL that answers them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from libs.events.catalog import ColumnDescription, LearnedItem, Relation, TableDescription
from libs.knowledge.terms import Term
from libs.language.catalogue import Language, text
from services.trainer.datasets.called import Names
from services.trainer.datasets.plan import pair_item

_GROUPS, _AVERAGES = 3, 2
_TOP = 10
_MOST = 200
"""Questions are a help; a database of a thousand tables gets no more than these."""
_LABEL = re.compile(r"name|title|label|名|(^|_)nm$", re.IGNORECASE)
_NO_MEASURE = re.compile(
    r"(^|_)(id|key|code|cd|no|num|number|year|quarter|month|week|day|hour|minute|tz|lat|lon|latitude|longitude|date|dt"
    r"|at|on|level|lvl|rank|priority|floor|position|sequence|seq|version)$",
    re.IGNORECASE,
)
"""Numbers of which nobody wants an average."""
_NO_GROUP = re.compile(
    r"(^|_)(id|key|no|num|number|phone|tel|email|mail|url|remark|comment|note|text|description|address)s?$|^code$"
    r"|备注|说明|描述|电话|邮箱|地址|编号",
    re.IGNORECASE,
)
"""What nearly each row has its own of."""
_NUMBERS = ("INT", "NUMERIC", "DECIMAL", "REAL", "DOUBLE", "FLOAT", "MONEY", "BIGINT")


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
    tables: Sequence[TableDescription],
    relations: Sequence[Relation],
    quote: Callable[[str], str],
    terms: Sequence[Term] = (),
) -> list[Example]:
    """Examples for `tables`, the same again for the same structure; `quote` writes a name as its database wants it."""
    writer = _Writer(quote, {table.name: table for table in tables}, Names(terms))
    found = [
        *(writer.count(table) for table in tables),
        *(writer.top(edge, relations) for edge in relations if writer.ranks(edge)),
        *(example for table in tables for example in writer.groups(table, relations)),
        *(example for table in tables for example in writer.averages(table, relations)),
    ]
    return found[:_MOST]


@dataclass(frozen=True)
class _Writer:
    quote: Callable[[str], str]
    tables: dict[str, TableDescription]
    names: Names

    def count(self, table: TableDescription) -> Example:
        sql = f"SELECT count(*) AS count FROM {self.quote(table.name)}"
        return self._example("count", sql, (table.name,), table=table)

    def ranks(self, edge: Relation) -> bool:
        """Whether people know the rows that are pointed at by a name, and other rows point at them."""
        return edge.source != edge.target and _label(self.tables[edge.target]) is not None

    def top(self, edge: Relation, relations: Sequence[Relation]) -> Example:
        target, source = self.tables[edge.target], self.tables[edge.source]
        label, key = self.quote(_label(target) or edge.target_col), _key(target)
        one, many = self.quote(edge.target), self.quote(edge.source)
        join = f"{many}.{self.quote(edge.source_col)} = {one}.{self.quote(edge.target_col)}"
        # Two rows of one name are two: they are told apart by the key.
        groups = dict.fromkeys(f"{one}.{column}" for column in (self.quote(key) if key else label, label))
        sql = (
            f"SELECT {one}.{label} FROM {many} JOIN {one} ON {join} "
            f"GROUP BY {', '.join(groups)} ORDER BY count(*) DESC LIMIT {_TOP}"
        )
        several = sum((other.source, other.target) == (edge.source, edge.target) for other in relations) > 1
        column = next((column for column in source.columns if column.name == edge.source_col), None)
        kind = "top_by" if several else "top"
        return self._example(kind, sql, (edge.source, edge.target), table=source, target=target, column=column)

    def groups(self, table: TableDescription, relations: Sequence[Relation]) -> Iterator[Example]:
        keys = {edge.source_col for edge in relations if edge.source == table.name}
        for column in [one for one in table.columns if one.name not in keys and _is_kind(one)][:_GROUPS]:
            name = self.quote(column.name)
            sql = f"SELECT {name}, count(*) AS count FROM {self.quote(table.name)} GROUP BY {name} ORDER BY count DESC"
            yield self._example("group", sql, (table.name,), table=table, column=column)

    def averages(self, table: TableDescription, relations: Sequence[Relation]) -> Iterator[Example]:
        keys = {edge.source_col for edge in relations if edge.source == table.name}
        # What somebody described is more worth asking about.
        measures = sorted(filter(_is_measure, table.columns), key=lambda column: column.comment is None)
        for column in [one for one in measures if one.name not in keys][:_AVERAGES]:
            name = self.quote(column.name)
            sql = f"SELECT avg({name}) AS average FROM {self.quote(table.name)}"
            yield self._example("average", sql, (table.name,), table=table, column=column)

    def _example(
        self,
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
                table=self.names.of_table(table, language),
                target=self.names.of_table(target, language) if target else "",
                column=self.names.of_column(table, column, language) if column else "",
            )
            for language in languages
        )
        return Example(sql, tables, questions)


def _label(table: TableDescription) -> str | None:
    """The column that people know a row by."""
    return next((column.name for column in table.columns if _is_text(column) and _LABEL.search(column.name)), None)


def _key(table: TableDescription) -> str | None:
    """The column that tells rows apart, when it is a single one."""
    keys = [column.name for column in table.columns if column.primary_key]
    return keys[0] if len(keys) == 1 else None


def _is_text(column: ColumnDescription) -> bool:
    return any(word in column.type.upper() for word in ("CHAR", "TEXT", "CLOB"))


def _is_kind(column: ColumnDescription) -> bool:
    """Whether it says of what kind a row is, and several rows are of one kind."""
    own = column.primary_key or column.foreign_key or _LABEL.search(column.name) or _NO_GROUP.search(column.name)
    return len(column.values) > 1 and not own


def _is_measure(column: ColumnDescription) -> bool:
    number = any(word in column.type.upper() for word in _NUMBERS)
    return number and not (column.primary_key or column.foreign_key or _NO_MEASURE.search(column.name))
