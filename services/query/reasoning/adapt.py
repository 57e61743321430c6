"""Answers by a verified pair whose question is the same but for values: the SQL is kept, its literals are replaced."""

import re
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from libs.knowledge.items import normalised_question
from services.query.reasoning.schema import Knowledge, Pair, Schema

_NUMBER = r"(\d+(?:\.\d+)?)"
_TEXT = r"(.{1,80}?)"
_JOINS = r"[^\W\u4e00-\u9fff]"
"""Letters and digits, which make one word with their neighbours; Han characters do not."""


@dataclass(frozen=True)
class Adapted:
    """The SQL of `pair` with the values of another question."""

    pair: Pair
    sql: str


def adapt(question: str, known: Knowledge) -> Adapted | None:
    """The first of the nearest pairs that fits; None when words differ in other ways than by values."""
    for pair in known.pairs:
        if sql := _adapted(normalised_question(question), pair, known.schema):
            return Adapted(pair, sql)
    return None


def _adapted(question: str, pair: Pair, schema: Schema) -> str | None:
    taught = normalised_question(pair.question)
    if question == taught:
        return pair.sql
    try:
        tree = sqlglot.parse_one(pair.sql, dialect=schema.dialect)
    except SqlglotError:
        return None
    literals = [literal for literal in tree.find_all(exp.Literal) if len(_spans(literal.this, taught)) == 1]
    literals.sort(key=lambda literal: _spans(literal.this, taught)[0])
    if not literals or len({literal.this for literal in literals}) < len(literals):
        return None
    match = re.fullmatch(_pattern(taught, literals), question)
    if match is None:
        return None
    for literal, said in zip(literals, match.groups(), strict=True):
        value = _stored(literal, said, schema) if literal.is_string else said
        if value is None:
            return None
        literal.set("this", value)
    return tree.sql(dialect=schema.dialect)


def _pattern(taught: str, literals: list[exp.Literal]) -> str:
    """The taught question with a slot in the place of each literal; `literals` in the order of the question."""
    pattern, done = "", 0
    for literal in literals:
        first, last = _spans(literal.this, taught)[0]
        pattern += re.escape(taught[done:first]) + (_TEXT if literal.is_string else _NUMBER)
        done = last
    return pattern + re.escape(taught[done:])


def _spans(value: str, question: str) -> list[tuple[int, int]]:
    """Where `value` stands on its own: the 5 of 2015, of 2.5 or of 2015-1-5 is another number."""
    if not value:
        return []
    whole = rf"(?<!{_JOINS})(?<![.-]){re.escape(value.casefold())}(?!{_JOINS}|-|\.\d)"
    return [match.span() for match in re.finditer(whole, question)]


def _stored(literal: exp.Literal, said: str, schema: Schema) -> str | None:
    """The stored value that is meant, as it is written in the column that the literal is compared with."""
    comparison = literal.parent
    column = comparison.find(exp.Column) if comparison is not None else None
    for table in schema.tables:
        found = table.column(column.name) if column is not None else None
        for value in found.values if found else ():
            if value.casefold() == said:
                return value
    return None
