"""A name that several tables have is that of what is spoken of; one that only ends so is no unit of time."""

from typing import Any

import pytest

from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term
from tests.query.filled import filled, told_by

_SCHEMA = Schema(
    (
        Table(
            "depots",
            (
                Column("depot_id", "INTEGER", primary_key=True),
                Column("city", "TEXT", comment="城市", values=("Berlin", "上海")),
                Column("opened_year", "INTEGER"),
            ),
            comment="网点",
        ),
        Table(
            "clients",
            (
                Column("client_no", "INTEGER", primary_key=True),
                Column("full_name", "TEXT"),
                Column("city", "TEXT", values=("Berlin", "上海")),
                Column("credit_limit", "NUMERIC"),
            ),
            comment="客户",
        ),
        Table(
            "parcels",
            (
                Column("parcel_id", "INTEGER", primary_key=True),
                Column("client_no", "INTEGER", foreign_key="clients.client_no"),
                Column("depot_id", "INTEGER", foreign_key="depots.depot_id"),
                Column("sent_on", "DATE"),
            ),
            comment="包裹",
        ),
    ),
    (Relation("parcels", "client_no", "clients", "client_no"), Relation("parcels", "depot_id", "depots", "depot_id")),
    "sqlite",
)
_ROWS: dict[str, list[tuple[Any, ...]]] = {
    "depots": [(1, "Berlin", 2002), (2, "上海", 2003)],
    "clients": [(1, "Ann", "上海", 900), (2, "Bo", "上海", 20), (3, "Cai", "Berlin", 60)],
    "parcels": [(1, 1, 1, "2025-01-04"), (2, 1, 2, "2026-02-04"), (3, 2, 1, "2026-02-05")],
}
_PARCELS = Scope(_SCHEMA, (Term("parcels", "", ("包裹",)),))


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("各城市客户数量", [("Berlin", 1), ("上海", 2)]), ("每个城市有多少客户？", [("Berlin", 1), ("上海", 2)]),
        ("各城市网点数量", [("Berlin", 1), ("上海", 1)]), ("parcels per year", [("2025", 1), ("2026", 2)]),
        ("How many clients have a credit limit over 50?", [(2,)]),
    ],
)  # fmt: skip
def test_a_name_is_that_of_what_is_spoken_of(question: str, rows: list[tuple[Any, ...]]) -> None:
    assert sorted(told_by(filled(_SCHEMA, _ROWS), question, _PARCELS) or []) == rows


@pytest.mark.parametrize(
    "question", ["How many clients are over 50?", "50岁以上的客户有多少", "How many clients are under 30?"]
)
def test_a_bare_number_of_people_may_be_their_age(question: str) -> None:
    assert told_by(filled(_SCHEMA, _ROWS), question, _PARCELS) is None


@pytest.mark.parametrize("question", ["parcels of clients in Berlin and 上海", "How many parcels from Berlin to 上海?"])
def test_nobody_lives_in_two_cities(question: str) -> None:
    assert told_by(filled(_SCHEMA, _ROWS), question, _PARCELS) is None
