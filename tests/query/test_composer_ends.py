"""From A to B: each place goes over the relation of its end; what cannot be told apart is asked back."""

from dataclasses import replace
from functools import cache
from sqlite3 import Connection
from typing import Any

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table
from tests.query.filled import filled, told_by
from tests.query.flights import flights

_TOWNS = ("Bergen", "Oslo", "上海", "宁波")
_SCHEMA = Schema(
    (
        Table("owners", (Column("owner_id", "INTEGER", primary_key=True), Column("town", "TEXT", values=_TOWNS))),
        Table(
            "harbours",
            (
                Column("harbour_id", "INTEGER", primary_key=True),
                Column("name", "TEXT", values=("East Quay", "North Quay")),
                Column("town", "TEXT", values=_TOWNS),
            ),
            comment="港口",
        ),
        Table(
            "voyages",
            (
                Column("voyage_id", "INTEGER", primary_key=True),
                Column("owner_id", "INTEGER", foreign_key="owners.owner_id"),
                Column("origin_harbour_id", "INTEGER", foreign_key="harbours.harbour_id"),
                Column("dest_harbour_id", "INTEGER"),
            ),
            comment="航次",
        ),
    ),
    (
        Relation("voyages", "owner_id", "owners", "owner_id"),
        Relation("voyages", "origin_harbour_id", "harbours", "harbour_id"),
        Relation("voyages", "dest_harbour_id", "harbours", "harbour_id"),
    ),
    "sqlite",
)
_ROWS: dict[str, list[tuple[Any, ...]]] = {
    "owners": [(1, "Oslo"), (2, "上海")],
    "harbours": [(1, "East Quay", "Oslo"), (2, "North Quay", "Bergen"), (3, "Pudong", "上海"), (4, "Beilun", "宁波")],
    "voyages": [(1, 1, 1, 2), (2, 1, 2, 1), (3, 2, 1, 2), (4, 2, 3, 4), (5, 2, 4, 3), (6, 1, 3, 1)],
}
_ONE_KNOWN = replace(_SCHEMA, relations=_SCHEMA.relations[:2])


@cache
def _connection() -> Connection:
    return filled(_SCHEMA, _ROWS)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many voyages went from Oslo to Bergen?", 2), ("How many voyages to Oslo?", 2),
        ("How many voyages left from Oslo?", 2), ("How many voyages from harbour East Quay to harbour North Quay?", 2),
        ("How many voyages not from Oslo?", 4), ("上海到宁波的航次有多少", 1), ("从上海发往Oslo的航次有多少", 1),
        ("从上海发出的航次有多少", 2), ("发往宁波的航次有多少", 1), ("Oslo出发的航次有多少", 2),
    ],
)  # fmt: skip
def test_each_place_goes_over_its_own_relation(question: str, count: int) -> None:
    assert told_by(_connection(), question, Scope(_SCHEMA)) == [(count,)]


@pytest.mark.parametrize(
    "question",
    ["How many voyages went from Oslo to Bergen?", "上海到宁波的航次有多少", "How many voyages to Oslo?",
     "How many voyages of owners from Oslo to Bergen?"],
)  # fmt: skip
def test_an_end_that_no_relation_leads_to_is_asked_back(question: str) -> None:
    assert told_by(_connection(), question, Scope(_ONE_KNOWN)) is None


def test_what_is_asked_for_beside_one_end_is_the_other() -> None:
    asked = told_by(_connection(), "Which harbour sends the most voyages to Oslo?", Scope(_SCHEMA))
    assert asked in ([("North Quay",)], [("Pudong",)])
    assert told_by(_connection(), "number of voyages from Oslo to each town", Scope(_SCHEMA)) is None
    assert told_by(_connection(), "number of voyages from Oslo by harbour", Scope(_SCHEMA)) is None


@pytest.mark.parametrize("question", ["How many flights to JFK?", "到达JFK的航班有多少"])
def test_a_place_where_rows_only_begin_is_not_where_they_end(question: str) -> None:
    composed = compose(question, flights()[1])
    assert composed.score < SURE, composed.sql
