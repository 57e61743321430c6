"""States are called by words of either language; what is done says which rows are meant, and is never passed over."""

from functools import cache
from sqlite3 import Connection
from typing import Any

import pytest

from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term
from tests.query.clinic import told
from tests.query.filled import filled, told_by
from tests.query.shop import answered, asked_back, shop

_SCHEMA = Schema(
    (
        Table(
            "ports", (Column("port_id", "INTEGER", primary_key=True), Column("town", "TEXT", values=("宁波", "青岛")))
        ),
        Table(
            "boats",
            (
                Column("plate", "TEXT", primary_key=True),
                Column("boat_type", "TEXT", values=("冷藏船", "渔船")),
                Column("is_insured", "INTEGER", comment="是否投保"),
                Column("port_id", "INTEGER", foreign_key="ports.port_id"),
                Column("crew_state", "CHAR(1)", comment="A=active, R=resigned", values=("A", "R")),
            ),
            comment="船只",
            row_estimate=4,
        ),
        Table("tours", (Column("tour_id", "INTEGER", primary_key=True), Column("plate", "TEXT"))),
        Table("repairs", (Column("repair_id", "INTEGER", primary_key=True), Column("plate", "TEXT"))),
    ),
    (
        Relation("boats", "port_id", "ports", "port_id"), Relation("tours", "plate", "boats", "plate"),
        Relation("repairs", "plate", "boats", "plate"),
    ),
    "sqlite",
)  # fmt: skip
_ROWS: dict[str, list[tuple[Any, ...]]] = {
    "ports": [(1, "宁波"), (2, "青岛")],
    "boats": [
        ("N1", "冷藏船", 1, 1, "A"),
        ("N2", "冷藏船", 0, 2, "R"),
        ("N3", "渔船", 1, 1, "A"),
        ("N4", "冷藏船", 0, 1, "A"),
    ],
    "tours": [],
    "repairs": [],
}
_BOATS = Scope(_SCHEMA, (Term("boats", "", ("船", "船只")),))


@cache
def _connection() -> Connection:
    return filled(_SCHEMA, _ROWS)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("冷藏船有多少艘？", 3), ("冷藏船有多少", 3), ("宁波有几辆冷藏船", 2), ("投保的船有多少", 2),
        ("未投保的船有多少", 2),
        ("how many insured boats", 2), ("how many non-insured boats", 2), ("投保类船只有多少", 2),
        ("离职的船有多少", 1),
    ],
)  # fmt: skip
def test_kinds_and_flags_are_counted_by_their_own_words(question: str, count: int) -> None:
    assert told_by(_connection(), question, _BOATS) == [(count,)]


def test_a_state_is_called_so_in_the_other_language() -> None:
    paid = shop().execute("SELECT count(*) FROM orders WHERE status = 'paid'").fetchall()
    assert answered("已支付的订单有多少") == answered("已付款的订单有多少") == paid
    assert told("已取消的appointments有多少") == told("取消的appointments有多少") == [(1,)]


@pytest.mark.parametrize(
    "question",
    [
        "已完成的订单有多少",
        "已完成订单有多少",
        "支付的订单有多少",
        "未完成的订单有多少",
        "How many orders of Ann were damaged?",
    ],
)
def test_what_is_done_is_not_passed_over(question: str) -> None:
    assert asked_back(question)


@pytest.mark.parametrize("question", ["已付款的invoices有多少", "已经付款的invoices有多少"])
def test_what_has_happened_has_a_date(question: str) -> None:
    assert told(question) == [(2,)]
