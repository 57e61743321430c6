"""What rows lack can be asked for, and what was done by its verb; what is said of a column is no lack of it."""

import sqlite3
from functools import cache

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term

_SCHEMA = Schema(
    (
        Table(
            "branches",
            (
                Column("id", "INTEGER", primary_key=True), Column("name", "TEXT", values=("North", "South")),
                Column("name_zh", "TEXT", values=("北店",)),
            ),
            None,
            2,
        ),
        Table(
            "workers",
            (
                Column("id", "INTEGER", primary_key=True), Column("branch_id", "INTEGER", foreign_key="branches.id"),
                Column("full_name", "TEXT"), Column("email", "TEXT"), Column("bonus", "NUMERIC"),
                Column("left_on", "DATE"), Column("nationality", "TEXT", values=("China", "France")),
            ),
            None,
            5,
        ),
    ),
    (Relation("workers", "branch_id", "branches", "id"),),
    "sqlite",
)  # fmt: skip
_KNOWN = Scope(_SCHEMA, (Term("workers", "", ("staff", "员工"), None), Term("branches", "", ("门店",), None)))


@cache
def _rows() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.executescript(
        "CREATE TABLE branches (id, name, name_zh);"
        "INSERT INTO branches VALUES (1, 'North', '北店'), (2, 'South', NULL);"
        "CREATE TABLE workers (id, branch_id, full_name, email, bonus, left_on, nationality);"
        "INSERT INTO workers VALUES (1, 1, 'Ann', NULL, 5, NULL, 'China'), (2, 1, 'Bob', 'b@x', 0, '2024-01-05', NULL),"
        "(3, 2, 'Cai', NULL, NULL, '2023-01-05', 'France'), (4, 2, 'Dan', 'd@x', 7, NULL, 'France'),"
        "(5, 2, 'Eve', 'e@x', 7, NULL, NULL)"
    )
    return connection


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("workers without email", "email IS NULL"),
        ("Which staff have no email?", "email IS NULL"),
        ("List workers who don't have an email", "email IS NULL"),
        ("没有邮箱的员工", "email IS NULL"),
        ("邮箱为空的员工", "email IS NULL"),
        ("workers without a nationality", "nationality IS NULL"),
        ("workers from France without email", "nationality = 'France' AND email IS NULL"),
        ("workers with no bonus", "bonus IS NULL OR bonus = 0"),
        ("Which staff have not left?", "left_on IS NULL"),
        ("Which staff have left?", "left_on IS NOT NULL"),
        ("Which staff left?", "left_on IS NOT NULL"),
        ("workers left South", "left_on IS NOT NULL AND branch_id = 2"),
        ("workers ordered by name", "TRUE"),
        ("Which staff have not left South?", "left_on IS NULL AND branch_id = 2"),
    ],
)
def test_rows_that_lack_something_are_found(question: str, where: str) -> None:
    composed = compose(question, _KNOWN)
    assert composed.sql and composed.score >= SURE, (question, composed)
    expected = _rows().execute(f"SELECT full_name FROM workers WHERE {where}").fetchall()
    assert sorted(_rows().execute(composed.sql).fetchall()) == sorted(expected)


@pytest.mark.parametrize("question", ["branches without a Chinese name", "中文名为空的门店有哪些"])
def test_a_name_in_another_language_may_be_lacking(question: str) -> None:
    composed = compose(question, _KNOWN)
    assert composed.sql and composed.score >= SURE, (question, composed)
    assert _rows().execute(composed.sql).fetchall() == [("South",)]


@pytest.mark.parametrize(
    "question",
    ["workers without a nationality of China", "Which staff have not left in 2023?", "When have staff left?"],
)
def test_what_is_said_of_a_column_is_no_lack_of_it(question: str) -> None:
    assert "left_on IS NULL" not in (compose(question, _KNOWN).sql or "")
    assert "nationality IS NULL" not in (compose(question, _KNOWN).sql or "")


def test_how_many_with_something_have_it() -> None:
    composed = compose("How many workers with email?", _KNOWN)
    assert composed.score >= SURE and _rows().execute(composed.sql or "").fetchall() == [(3,)]
