"""Every phrase that means something in one database: names of tables and columns, comments, terms, stored values."""

import re
from functools import lru_cache

from services.query.composer.language.abbreviations import written_out
from services.query.composer.language.codes import said_for, yes_of
from services.query.composer.language.states import states_like
from services.query.composer.language.synonyms import synonyms
from services.query.composer.language.units import TIME_WORDS
from services.query.composer.language.words import keys
from services.query.composer.linking.affixes import short_names, table_names
from services.query.composer.linking.dated import date_phrases
from services.query.composer.linking.explained import explained
from services.query.composer.linking.lexicon import Lexicon, Meant, Phrase
from services.query.composer.linking.names import name_column
from services.query.composer.linking.rates import add_rates
from services.query.composer.linking.terms import add_term
from services.query.knowledge.schema import Column, Schema, Table, Term

_COMMENT_END = re.compile(r"[;；，,。.（(:：]| in | of | at | for | where | when | between ")
_LONGEST_COMMENT = 12
_LONGEST_NAME, _SYNONYM, _DATE, _OF_ANOTHER = 4, 0.85, 0.9, 0.9
_NUMBERED = ("id", "number", "num", "code", "no")
"""Words at the end of a column's name that people say for one another."""


@lru_cache(maxsize=16)
def lexicon(schema: Schema, terms: tuple[Term, ...]) -> Lexicon:
    """The phrases of a database and its terms."""
    built, called = Lexicon(), table_names(schema)
    for table in schema.tables:
        _add_table(built, table, called[table.name])
        for column in table.columns:
            _add_column(built, table, column)
            _add_codes(built, table, column)
            for phrase in short_names(table, column):
                built.add(phrase, Meant(table.name, column.name, weight=0.95))
            for phrase in date_phrases(table, column) if column.holds_dates else ():
                built.add(phrase, Meant(table.name, column.name, weight=_DATE))
        if label := name_column(table):
            for word in ("name", "名称", "名字"):
                built.add(keys(word), Meant(table.name, label.name, weight=0.7))
        if (key := table.primary_key) and key.name.lower().endswith("id"):
            built.add(("id",), Meant(table.name, key.name, weight=0.8))
    _add_comments_of_others(built, schema)
    _add_synonyms(built)
    for term in terms:
        add_term(built, schema, term)
    add_rates(built)
    return built


def _add_synonyms(built: Lexicon) -> None:
    """Other words for tables and columns, where the database uses them for nothing else."""
    named = {phrase: found for phrase, found in built if len(phrase) <= _LONGEST_NAME}
    same = synonyms()
    for phrase, meanings in named.items():
        things = [meant for meant in meanings if meant.kind in ("table", "column")]
        for at in range(len(phrase)) if things else ():
            for other in same.get((phrase[at],), ()):
                said = (*phrase[:at], *other, *phrase[at + 1 :])
                if said in named:
                    continue
                for meant in things:
                    built.add(said, meant.weaker(_SYNONYM))


def _add_comments_of_others(built: Lexicon, schema: Schema) -> None:
    """What the comment of a column calls it, for those of the same name in other tables that have no comment."""
    called: dict[str, set[Phrase]] = {}
    for table in schema.tables:
        for column in table.columns:
            called.setdefault(column.name.lower(), set()).add(_short(column.comment))
    for table in schema.tables:
        for column in table.columns:
            for phrase in sorted(called[column.name.lower()]) if not column.comment else ():
                built.add(phrase, Meant(table.name, column.name, weight=_OF_ANOTHER))


def _add_table(built: Lexicon, table: Table, called: Phrase) -> None:
    for phrase, weight in _parts(called, head=0.75, tail=0.0):
        built.add(phrase, Meant(table.name, weight=weight))
    built.add(keys(table.name), Meant(table.name))
    if comment := _short(table.comment):
        built.add(comment, Meant(table.name, weight=0.95))


def _add_column(built: Lexicon, table: Table, column: Column) -> None:
    name, owner = keys(column.name), keys(table.name)
    spoken = [*_parts(name, head=0.6, tail=0.45), *_parts(written_out(name), head=0.6, tail=0.45)]
    for phrase, weight in spoken:
        built.add(phrase, Meant(table.name, column.name, weight=weight))
    if name[-1:] and name[-1] in _NUMBERED and len(name) > 1:
        for other in _NUMBERED:
            built.add((*name[:-1], other), Meant(table.name, column.name, weight=0.85))
    for length in range(len(owner), 0, -1):
        for own in (owner[:length], owner[-length:]):
            if len(name) > length and name[:length] == own:
                built.add(name[length:], Meant(table.name, column.name, weight=0.95))
    if comment := _short(column.comment):
        built.add(comment, Meant(table.name, column.name, weight=0.95))
    for unit, words in TIME_WORDS.items():
        if name == (unit,):
            for word in words:
                built.add(keys(word), Meant(table.name, column.name, weight=0.9))
    for value in column.values:
        phrase = keys(value)
        numeric = len(phrase) == 1 and phrase[0].replace(".", "").isdecimal()
        if phrase and not numeric:
            built.add(phrase, Meant(table.name, column.name, value=value))


def _add_codes(built: Lexicon, table: Table, column: Column) -> None:
    """Words for values that are codes, and for the rows of which a column says yes."""
    for value in column.values:
        for word in (*said_for(column, value), *states_like(value)):
            built.add(keys(word), Meant(table.name, column.name, value=value, weight=0.95))
    for code, words in explained(column).items():
        for word in (words, *states_like(words)):
            built.add(keys(word), Meant(table.name, column.name, value=code, weight=0.95))
    if yes := yes_of(column):
        for said in yes[0]:
            built.add(keys(said), Meant(table.name, column.name, value=yes[1], weight=0.95))


def _parts(name: Phrase, *, head: float, tail: float) -> list[tuple[Phrase, float]]:
    """A name and the parts of it that people say for it."""
    found: list[tuple[Phrase, float]] = [(name, 1.0)]
    count = len(name)
    for length in range(count - 1, 1, -1):
        found += [(name[at : at + length], 0.8) for at in range(count - length + 1)]
    if count > 1:
        found.append((name[-1:], head))
        if tail:
            found.append((name[:1], tail))
    return found


def _short(comment: str | None) -> Phrase:
    """The beginning of a comment when it is a name rather than a sentence."""
    first = _COMMENT_END.split(comment or "", maxsplit=1)[0]
    phrase = keys(first)
    limit = _LONGEST_COMMENT if any("\u4e00" <= key[0] <= "\u9fff" for key in phrase) else 4
    return phrase if len(phrase) <= limit else ()
