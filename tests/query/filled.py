"""A database of rows that a test made up, and what composed SQL tells of them."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Schema, Scope

Rows = Sequence[tuple[Any, ...]]


def filled(schema: Schema, rows: Mapping[str, Rows]) -> sqlite3.Connection:
    """Give a database with the tables of `schema`, and in each its `rows`."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    for table in schema.tables:
        connection.execute(f"CREATE TABLE {table.name} ({', '.join(f'{c.name} {c.type}' for c in table.columns)})")
        marks = ", ".join("?" * len(table.columns))
        connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows[table.name])
    return connection


def told_by(connection: sqlite3.Connection, question: str, known: Scope) -> list[tuple[Any, ...]] | None:
    """The rows of a question, in their order; None where it is asked back."""
    composed = compose(question, known)
    if composed.sql is None or composed.score < SURE:
        return None
    return connection.execute(composed.sql).fetchall()
