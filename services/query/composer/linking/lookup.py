"""Names in a question that no learned value explains are looked for in the database: `albums by Led Zeppelin`.

Of a text column with many values none were learned. Columns are looked through that an index leads to, or of tables
that are not large. Pure: what to look for, the SQL that does it, and what is known afterwards.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from libs.events.catalog import ColumnDescription, TableDescription
from services.query.composer.language.stop_words import stop_keys
from services.query.composer.language.words import Text
from services.query.composer.linking.identifiers import identifiers
from services.query.composer.linking.link import link
from services.query.knowledge.schema import Column, Scope, Table

_MOST_PHRASES, _MOST_COLUMNS, _LARGE = 4, 40, 200_000
"""Rows of a table that is looked through without an index, at most."""
_LONGEST = 80


def phrases_of(question: str, known: Scope) -> tuple[str, ...]:
    """What may be names of rows: quoted texts, and capitalised words with at least one that means nothing here."""
    linked = link(question, known.schema, known.terms, known.taught)
    text, unknown = linked.text, set(linked.unexplained)
    explained = {i for mark in linked.marks if mark.meanings for i in range(mark.first, mark.last)}
    found = [
        text.between(first, last)
        for first, last in (*text.quoted, *identifiers(text))
        if not set(range(first, last)) <= explained
    ]
    for first, last in _capitalised(text):
        if unknown & {token.text for token in text.tokens[first:last]}:
            found.append(text.between(first, last))
    return tuple(dict.fromkeys(phrase for phrase in found if len(phrase) <= _LONGEST))[:_MOST_PHRASES]


def _capitalised(text: Text) -> Iterator[tuple[int, int]]:
    """Runs of words that begin with a capital or hold a digit; the first word of a sentence only with another."""
    names = [token.text[:1].isupper() or (token.number and bool(place)) for place, token in enumerate(text.tokens)]
    place = 0
    while place < len(names):
        last = place
        while last < len(names) and names[last] and (last == place or _beside(text, last)):
            last += 1
        first = place + 1 if place < last and text.tokens[place].key in stop_keys() else place
        if first < last and any(not token.number for token in text.tokens[first:last]):
            yield first, last
        place = max(last, place + 1)


def _beside(text: Text, place: int) -> bool:
    return text.text[text.tokens[place - 1].end : text.tokens[place].start] in ("", " ", "-", "'", ". ", "/")


def lookup_of(phrases: Sequence[str], tables: Iterable[TableDescription], known: Scope) -> str | None:
    """SQL that tells which columns hold one of `phrases`, and how it is written there; None without any column."""
    places = _places(tables, known)
    if not phrases or not places:
        return None
    parts = [_part(number, table, column, phrases) for number, (table, column) in enumerate(places)]
    whole: exp.Query = parts[0]
    for part in parts[1:]:
        whole = exp.union(whole, part, distinct=False)
    return whole.sql(dialect=known.schema.dialect)


def _places(tables: Iterable[TableDescription], known: Scope) -> list[tuple[str, str]]:
    """(table, column) of what is looked through."""
    return [
        (table.name, column.name)
        for table in tables
        for column in table.columns
        if _is_worth_it(table, column, known.schema.table(table.name).column(column.name))
    ][:_MOST_COLUMNS]


def _is_worth_it(table: TableDescription, column: ColumnDescription, kept: Column | None) -> bool:
    if kept is None or kept.values or not kept.is_text or kept.foreign_key:
        return False
    indexed = any(index.columns[:1] == (column.name,) for index in table.indexes)
    return indexed or (table.row_estimate or 0) <= _LARGE


def _part(number: int, table: str, column: str, phrases: Sequence[str]) -> exp.Select:
    """Where a column is, and its values that are one of `phrases`, in small or capital letters."""
    name = exp.column(exp.to_identifier(column, quoted=True))
    same = exp.func("LOWER", name).isin(*(phrase.lower() for phrase in phrases))
    place = exp.alias_(exp.Literal.string(str(number)), "place")
    rows = exp.select(place, exp.alias_(name.copy(), "value")).distinct()
    rows = rows.from_(exp.Table(this=exp.to_identifier(table, quoted=True))).where(same).limit(3)
    return exp.select("place", "value").from_(rows.subquery(f"of_{number}"))


def with_values(known: Scope, tables: Iterable[TableDescription], rows: Iterable[Sequence[object]]) -> Scope:
    """`known` with the values that were found (place as `lookup_of` numbers it, value)."""
    places = _places(tables, known)
    found: dict[tuple[str, str], list[str]] = {}
    for place, value in rows:
        found.setdefault(places[int(str(place))], []).append(str(value))
    if not found:
        return known
    changed = tuple(_with(table, found) for table in known.schema.tables)
    return replace(known, schema=replace(known.schema, tables=changed))


def _with(table: Table, found: dict[tuple[str, str], list[str]]) -> Table:
    columns = tuple(
        replace(column, values=tuple(found[table.name, column.name])) if (table.name, column.name) in found else column
        for column in table.columns
    )
    return replace(table, columns=columns)
