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
                Column("opened_year", "INTEGER", comment="开业年份"),
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
                Column("birth_date", "DATE"),
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
                Column("is_fragile", "TINYINT(1)", comment="是否易碎"),
            ),
            comment="包裹",
        ),
    ),
    (Relation("parcels", "client_no", "clients", "client_no"), Relation("parcels", "depot_id", "depots", "depot_id")),
    "sqlite",
)
_ROWS: dict[str, list[tuple[Any, ...]]] = {
    "depots": [(1, "Berlin", 2002), (2, "上海", 2003)],
    "clients": [
        (1, "Ann", "上海", 900, "1990-01-01"), (2, "Bo", "上海", 20, None), (3, "Cai", "Berlin", 60, "1999-01-01"),
    ],
    "parcels": [(1, 1, 1, "2025-01-04", 0), (2, 1, 2, "2026-02-04", 0), (3, 2, 1, "2026-02-05", 1),
                (4, 2, None, "2026-03-01", 0)],
}  # fmt: skip
_PARCELS = Scope(_SCHEMA, (Term("parcels", "", ("包裹",)),))


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("各城市客户数量", [("Berlin", 1), ("上海", 2)]), ("每个城市有多少客户？", [("Berlin", 1), ("上海", 2)]),
        ("各城市网点数量", [("Berlin", 1), ("上海", 1)]), ("parcels per year", [("2025", 1), ("2026", 3)]),
        ("parcels sent each year", [("2025", 1), ("2026", 3)]), ("每年寄出的包裹数", [("2025", 1), ("2026", 3)]),
        ("How many clients have a credit limit over 50?", [(2,)]),
        ("Berlin和上海的客户一共有多少", [(3,)]), ("Berlin和上海的客户各有多少", [("Berlin", 1), ("上海", 2)]),
        ("# clients in 上海", [(2,)]), ("各开业年份的数量", [(2002, 1), (2003, 1)]),
        ("How many parcels of clients in Berlin and 上海?", [(4,)]),
    ],
)  # fmt: skip
def test_a_name_is_that_of_what_is_spoken_of(question: str, rows: list[tuple[Any, ...]]) -> None:
    assert sorted(told_by(filled(_SCHEMA, _ROWS), question, _PARCELS) or []) == rows


@pytest.mark.parametrize(
    "question", ["How many clients are over 50?", "50岁以上的客户有多少", "How many clients are under 30?"]
)
def test_a_bare_number_of_people_may_be_their_age(question: str) -> None:
    assert told_by(filled(_SCHEMA, _ROWS), question, _PARCELS) is None


@pytest.mark.parametrize(
    "question", ["各城市的数量", "Berlin和上海哪个客户多", "Of Berlin and 上海, which has more clients?"]
)
def test_which_of_two_cities_is_asked(question: str) -> None:
    assert told_by(filled(_SCHEMA, _ROWS), question, _PARCELS) is None


@pytest.mark.parametrize("question", ["How many parcels are without a depot?", "没有网点的包裹有多少？",
                                      "How many parcels are not assigned to a depot?"])  # fmt: skip
def test_what_points_at_none_has_none(question: str) -> None:
    assert told_by(filled(_SCHEMA, _ROWS), question, _PARCELS) == [(1,)]


def test_a_date_is_not_that_of_what_nobody_speaks_of() -> None:
    assert told_by(filled(_SCHEMA, _ROWS), "latest date in parcels", _PARCELS) is None


@pytest.mark.parametrize("question", ["How many fragile parcels?", "易碎包裹有多少？", "how many parcels are fragile"])
def test_a_flag_is_called_by_its_name_and_by_its_comment(question: str) -> None:
    assert told_by(filled(_SCHEMA, _ROWS), question, _PARCELS) == [(1,)]


@pytest.mark.parametrize("question", ["clients who moved to Berlin", "Which clients shipped to Berlin?"])
def test_whoever_does_something_to_a_place_is_not_of_it(question: str) -> None:
    assert told_by(filled(_SCHEMA, _ROWS), question, _PARCELS) is None
