"""A name that nothing learned explains is looked for in the database, where that is allowed and cheap."""

import sqlite3
from dataclasses import replace

import pytest

from libs.datasources.gate import admit
from libs.events.catalog import ColumnDescription, IndexDescription, TableDescription
from services.query.composer.compose import SURE, compose
from services.query.composer.linking.lookup import lookup_of, phrases_of, with_values
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table

_SCHEMA = Schema(
    (
        Table("artists", (Column("id", "INTEGER", primary_key=True), Column("name", "TEXT")), None, 3),
        Table(
            "albums",
            (
                Column("id", "INTEGER", primary_key=True), Column("title", "TEXT"),
                Column("artist_id", "INTEGER", foreign_key="artists.id"),
                Column("kind", "TEXT", values=("Live", "Best")),
            ),
            None,
            4,
        ),
    ),
    (Relation("albums", "artist_id", "artists", "id"),),
    "sqlite",
)  # fmt: skip
_KNOWN = Scope(_SCHEMA)
_TABLES = tuple(
    TableDescription(
        name=table.name,
        row_estimate=table.row_estimate,
        columns=tuple(ColumnDescription(name=c.name, type=c.type, values=c.values) for c in table.columns),
    )
    for table in _SCHEMA.tables
)


def _music() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE artists (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE albums (id, title, artist_id, kind);"
        "INSERT INTO artists VALUES (1, 'Led Zeppelin'), (2, 'Lead'), (3, 'O''Brien''s Band');"
        "INSERT INTO albums VALUES (1, 'Presence', 1, 'Live'), (2, 'Coda', 1, 'Best'), (3, 'Home', 2, 'Live')"
    )
    return connection


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ("Show the titles of all albums by Led Zeppelin", ("Led Zeppelin",)),
        ("有多少“Led Zeppelin”的专辑", ("Led Zeppelin",)),
        ("List the Live albums", ()),
        ("How many albums are there?", ()),
        ("albums by led zeppelin", ()),
        ("Albums by O'Brien's Band", ("O'Brien's Band",)),
    ],
)
def test_what_is_written_like_a_name_and_means_nothing_is_looked_for(question: str, phrases: tuple[str, ...]) -> None:
    assert phrases_of(question, _KNOWN) == phrases


def test_what_is_found_is_a_value_as_the_database_writes_it() -> None:
    question = "Show the titles of all albums by LED ZEPPELIN"
    assert compose(question, _KNOWN).score < SURE
    sql = lookup_of(phrases_of(question, _KNOWN), _TABLES, _KNOWN)
    assert sql is not None
    tables = {table.name: table.column_names for table in _TABLES}
    rows = _music().execute(admit(sql, "sqlite", tables=tables, limit=50).running).fetchall()
    assert [value for _, value in rows] == ["Led Zeppelin"]
    composed = compose(question, with_values(_KNOWN, _TABLES, rows))
    assert composed.sql and composed.score >= SURE
    assert sorted(_music().execute(composed.sql).fetchall()) == [("Coda",), ("Presence",)]


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mariadb"])
def test_the_gate_takes_it_in_every_dialect_whatever_is_quoted(dialect: str) -> None:
    known = replace(_KNOWN, schema=replace(_SCHEMA, dialect=dialect))  # type: ignore[arg-type]
    sql = lookup_of(("x'); DROP TABLE artists; --", "a\\"), _TABLES, known)
    assert sql is not None
    admitted = admit(sql, dialect, tables={table.name: table.column_names for table in _TABLES}, limit=50)  # type: ignore[arg-type]
    assert set(admitted.tables) == {"albums", "artists"}


def test_large_tables_are_looked_through_only_by_an_index() -> None:
    large = tuple(table.model_copy(update={"row_estimate": 10_000_000}) for table in _TABLES)
    assert lookup_of(("Lead",), large, _KNOWN) is None
    by_name = (IndexDescription(name="by_name", columns=("name",)),)
    indexed = tuple(table.model_copy(update={"indexes": by_name if table.name == "artists" else ()}) for table in large)
    sql = lookup_of(("Lead",), indexed, _KNOWN)
    assert sql is not None and "artists" in sql and "albums" not in sql


@pytest.mark.parametrize("kind", ["BOOLEAN", "UUID", "JSONB", "BYTEA"])
def test_only_texts_are_looked_through(kind: str) -> None:
    """PostgreSQL has no LOWER of anything else: one such column would refuse the whole search."""
    artists, albums = _SCHEMA.tables
    odd = replace(artists, columns=(*artists.columns, Column("odd", kind)))
    described = _TABLES[0].model_copy(
        update={"columns": (*_TABLES[0].columns, ColumnDescription(name="odd", type=kind))}
    )
    known = Scope(replace(_SCHEMA, tables=(odd, albums)))
    sql = lookup_of(("Lead",), (described, _TABLES[1]), known)
    assert sql is not None and '"title"' in sql and "odd" not in sql
