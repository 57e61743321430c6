"""Answers by a verified pair whose question is the same but for values and times: literals of its SQL are replaced.

Every other character is the same, so nothing of the question has to be understood; `transfer` needs that, as it also
changes columns and instructions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse
from libs.knowledge.items import normalised_question
from services.query.composer.language.periods import Period, periods, year
from services.query.composer.language.words import read
from services.query.composer.redate import redate
from services.query.knowledge.schema import Pair, Schema, Scope

_NUMBERS = (re.compile(r"\d+"), re.compile(r"\d+\.\d+"))
_JOINED_BEFORE = re.compile(r"[^\W\u4e00-\u9fff]|[.-]")
_JOINED_BEHIND = re.compile(r"[^\W\u4e00-\u9fff]|-|\.\d")
"""Letters and digits make one word with their neighbours; Han characters do not."""


@dataclass(frozen=True)
class Adapted:
    """The SQL of `pair` with the values of another question."""

    pair: Pair
    sql: str


def adapt(question: str, known: Scope) -> Adapted | None:
    """The first of the nearest pairs that fits; None when words differ in other ways than by values."""
    asked = normalised_question(question)
    for pair in known.pairs:
        if sql := _adapted(asked, pair, known.schema) or _at_another_time(asked, pair, known.schema):
            return Adapted(pair, sql)
    return None


def _at_another_time(question: str, pair: Pair, schema: Schema) -> str | None:
    """The SQL of a pair that asks the same of another year or month, whose days are in it."""
    taught = normalised_question(pair.question)
    (text, mine), (their_text, theirs) = _time(question), _time(taught)
    if mine is None or theirs is None or text == their_text:
        return None
    sql = _adapted(question.replace(text, their_text), pair, schema)
    tree = parse(sql, schema.dialect) if sql else None
    return tree.sql(dialect=schema.dialect) if tree is not None and redate(tree, theirs, mine) else None


def _time(question: str) -> tuple[str, Period | None]:
    """The one time that a question tells, as it is said; None where there are several, or it is told twice."""
    text = read(question)
    found = {(first, last): period for first, last, period in periods(text)}
    found |= {(at, at + 1): told for at, token in enumerate(text.tokens) if (told := year(token.key))}
    longest = [one for one in found if not any(_inside(one, other) for other in found)]
    said = text.between(*longest[0]) if len(longest) == 1 else ""
    return (said, found[longest[0]]) if said and question.count(said) == 1 else ("", None)


def _inside(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one != other and other[0] <= one[0] and one[1] <= other[1]


def _adapted(question: str, pair: Pair, schema: Schema) -> str | None:
    taught = normalised_question(pair.question)
    if question == taught:
        return pair.sql
    try:
        tree = parse(pair.sql, schema.dialect)
    except RefusedByGate:
        return None
    literals = [literal for literal in tree.find_all(exp.Literal) if len(_spans(literal.this, taught)) == 1]
    literals.sort(key=lambda literal: _spans(literal.this, taught)[0])
    if not literals or len({literal.this for literal in literals}) < len(literals):
        return None
    values = _values(question, _pieces(taught, literals), literals, schema)
    if values is None:
        return None
    for literal, value in zip(literals, values, strict=True):
        literal.set("this", value)
    return tree.sql(dialect=schema.dialect)


def _pieces(taught: str, literals: list[exp.Literal]) -> list[str]:
    """What stands before, between and after the literals; they are in the order of the question."""
    pieces, done = [], 0
    for literal in literals:
        first, last = _spans(literal.this, taught)[0]
        pieces.append(taught[done:first])
        done = last
    return [*pieces, taught[done:]]


def _values(question: str, pieces: list[str], literals: list[exp.Literal], schema: Schema) -> tuple[str, ...] | None:
    """The values that stand in the places of `literals`; every place is reached once, so that no question is costly."""
    if not question.startswith(pieces[0]):
        return None
    reached: dict[int, tuple[str, ...]] = {len(pieces[0]): ()}
    for literal, piece in zip(literals, pieces[1:], strict=True):
        further: dict[int, tuple[str, ...]] = {}
        for place, values in reached.items():
            for said, value in _candidates(literal, question, place, schema):
                end = place + len(said)
                if question.startswith(piece, end):
                    further.setdefault(end + len(piece), (*values, value))
        reached = further
    return reached.get(len(question))


def _spans(value: str, question: str) -> list[tuple[int, int]]:
    """Where `value` stands on its own: the 5 of 2015, of 2.5 or of 2015-1-5 is another number."""
    wanted, found = value.casefold(), list[tuple[int, int]]()
    place = question.find(wanted) if wanted else -1
    while place >= 0:
        end = place + len(wanted)
        joined = _JOINED_BEFORE.search(question, max(0, place - 1), place) or _JOINED_BEHIND.match(question, end)
        found += [] if joined else [(place, end)]
        place = question.find(wanted, place + 1 if joined else end)
    return found


def _candidates(literal: exp.Literal, question: str, place: int, schema: Schema) -> Iterator[tuple[str, str]]:
    """What may be said from `place` on instead of `literal`: a number, or a value of the column it is compared with,
    as it is said and as it is stored."""
    if not literal.is_string:
        for number in _NUMBERS:
            if match := number.match(question, place):
                yield match[0], match[0]
        return
    column = literal.parent.find(exp.Column) if literal.parent is not None else None
    for table in schema.tables:
        found = table.column(column.name) if column is not None else None
        for value in found.values if found else ():
            if value and question.startswith(value.casefold(), place):
                yield value.casefold(), value
