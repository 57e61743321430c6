"""What has happened or not: `unpaid`, 未付款, 已付款; and what nobody did: `never shipped anything`, 没有下过单."""

import re
from collections.abc import Iterator
from functools import lru_cache

from services.query.composer.language.happenings import CREATION, UNDONE, joined, told_by
from services.query.composer.language.words import Text, is_han, lemma
from services.query.composer.linking.dated import happenings_of, of_rows
from services.query.composer.linking.lexicon import Lexicon, Meant
from services.query.composer.linking.marks import Mark
from services.query.knowledge.schema import Schema

_UNDONE = re.compile(rf"\bun(?P<done>{'|'.join(UNDONE)})\b", re.IGNORECASE)
_NEVER = frozenset({"never", "not", "t", "nor"})
_HAPPENED = ("未", "没", "没有", "未曾", "尚未", "已", "已经")
_ANYTHING = frozenset({"anything", "something"})
_PASSED = "过"
_WEIGHT = 0.9


def spelled_out(question: str, known: Lexicon) -> str:
    """`not paid` for `unpaid`, where the database has no such word."""
    return _UNDONE.sub(lambda found: found[0] if known.knows(lemma(found[0])) else f"not {found['done']}", question)


def undone(text: Text, schema: Schema) -> Iterator[Mark]:
    """What stands right behind a `not` or an 已 and happens at dates, or makes rows."""
    tokens = [token.key for token in text.tokens]
    for first in range(1, len(tokens)):
        for last, said in _said(tokens, first):
            found = {meant for at in told_by(said) - {CREATION} for meant in _happenings(schema).get(at, ())}
            if found:
                yield Mark(first, last, meanings=tuple(sorted(found, key=lambda one: (one.table, one.column or ""))))


def _said(tokens: list[str], first: int) -> Iterator[tuple[int, str]]:
    """Words that such a word stands before, in their stems, each with the token behind it."""
    if "".join(tokens[max(first - 2, 0) : first]).endswith(_HAPPENED):
        for last in range(first + 2, min(first + 4, len(tokens)) + 1):
            if all(map(is_han, tokens[first:last])):
                yield last, "".join(tokens[first:last]).replace(_PASSED, "")
    elif tokens[first - 1] in _NEVER and tokens[first : first + 1] and tokens[first].isascii():
        behind = first + 1
        if tokens[behind : behind + 1] and tokens[behind] in _ANYTHING:
            yield behind + 1, joined((tokens[first],))


@lru_cache(maxsize=16)
def _happenings(schema: Schema) -> dict[int, tuple[Meant, ...]]:
    """What each happening is in a database: a date of rows, or the rows themselves."""
    found: dict[int, tuple[Meant, ...]] = {}
    for table in schema.tables:
        for at in of_rows(table):
            found[at] = (*found.get(at, ()), Meant(table.name, weight=_WEIGHT))
        for column in table.columns:
            for at in happenings_of(table, column) if column.holds_dates else ():
                found[at] = (*found.get(at, ()), Meant(table.name, column.name, weight=_WEIGHT))
    return found
