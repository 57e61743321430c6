"""What rows must not have, in both languages; whoever has none of it at all has not what is excluded either."""

from dataclasses import replace
from typing import Any

import pytest

from services.query.composer.compose import compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table
from tests.query.clinic import told
from tests.query.filled import filled, told_by
from tests.query.hotels import said_of_hotels
from tests.query.shop import SHOP, answered, asked_back, shop

_BOUGHT = (
    "SELECT customer_id FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id"
)
_NEVER = "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("customers who never ordered products in category 家具",
         f"SELECT name FROM customers WHERE id NOT IN ({_BOUGHT} WHERE p.category = '家具')"),
        ("customers who have paid orders but no open orders",
         "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'paid') "
         "AND id NOT IN (SELECT customer_id FROM orders WHERE status = 'open')"),
        ("customers who ordered Lamp but not Desk",
         f"SELECT name FROM customers WHERE id IN ({_BOUGHT} WHERE p.name = 'Lamp') "
         f"AND id NOT IN ({_BOUGHT} WHERE p.name = 'Desk')"),
        ("customers that do not have any order", _NEVER),
        ("没有订单的客户", _NEVER),
        ("哪些客户没有订单", _NEVER),
        ("哪个客户一个订单都没有", _NEVER),
        ("没有下过订单的客户有哪些", _NEVER),
        ("没有下过单的客户", _NEVER),
        ("从未下单的客户", _NEVER),
        ("customers who never bought anything", _NEVER),
        ("unpaid orders", "SELECT * FROM orders WHERE status <> 'paid'"),
        ("customers who are neither gold nor silver",
         "SELECT name FROM customers WHERE level NOT IN ('gold', 'silver')"),
        ("customers outside Berlin", "SELECT name FROM customers WHERE city <> 'Berlin'"),
        ("除了Berlin以外的客户", "SELECT name FROM customers WHERE city <> 'Berlin'"),
        ("除了Berlin和Paris以外的客户", "SELECT name FROM customers WHERE city NOT IN ('Berlin', 'Paris')"),
        ("customers except Berlin and Paris", "SELECT name FROM customers WHERE city NOT IN ('Berlin', 'Paris')"),
        ("既不是Berlin也不是Paris的客户", "SELECT name FROM customers WHERE city NOT IN ('Berlin', 'Paris')"),
    ],
)  # fmt: skip
def test_those_that_have_none_of_it_are_found(question: str, sql: str) -> None:
    assert sorted(answered(question)) == sorted(shop().execute(sql).fetchall())


def test_groups_that_are_not_shown_are_asked_back() -> None:
    assert asked_back("paid and open orders per customer")


@pytest.mark.parametrize(
    "question",
    [
        "products not in 电子 with a price above 500",
        "products that are not 电子 with price over 500",
        "不是电子且单价超过500的商品",
    ],
)
def test_what_is_not_so_is_what_stands_next_to_it(question: str) -> None:
    assert answered(question) == [("Desk",)]


@pytest.mark.parametrize("question", ["unretired gold customers", "Which customers have the same name?"])
def test_what_says_which_of_them_is_asked(question: str) -> None:
    assert asked_back(question)


def test_what_is_excluded_is_of_the_kind_of_what_is_not() -> None:
    """Where two columns have the word: of the goods, and not of the customers."""
    known = replace(SHOP, schema=replace(SHOP.schema, tables=tuple(map(_with_level, SHOP.schema.tables))))
    sql = compose("customers who ordered 电子 but not 配件", known).sql or ""
    assert "NOT customers.id IN" in sql and "level" not in sql


def _with_level(table: Table) -> Table:
    columns = (replace(one, values=("gold", "silver", "配件")) if one.name == "level" else one for one in table.columns)
    return replace(table, columns=tuple(columns))


_STAFF = Schema(
    (
        Table("offices", (Column("office_id", "INTEGER", primary_key=True), Column("name", "TEXT")), "办公室"),
        Table("desks", (Column("desk_id", "INTEGER", primary_key=True), Column("office_id", "INTEGER"))),
        Table(
            "clerks",
            (
                Column("clerk_id", "INTEGER", primary_key=True), Column("name", "TEXT"), Column("office_id", "INTEGER"),
                Column("reviewed_on", "DATE"), Column("skill", "TEXT", values=("maps", "songs")),
            ),
            "职员",
        ),
        Table(
            "reviews",
            (
                Column("review_id", "INTEGER", primary_key=True), Column("clerk_id", "INTEGER"),
                Column("filed_on", "DATE"), Column("topic", "TEXT", values=("ink", "maps")),
            ),
        ),
    ),
    (
        Relation("clerks", "office_id", "offices", "office_id"), Relation("desks", "office_id", "offices", "office_id"),
        Relation("reviews", "clerk_id", "clerks", "clerk_id"),
    ),
    "sqlite",
)  # fmt: skip
_STAFF_ROWS: dict[str, list[tuple[Any, ...]]] = {
    "offices": [(1, "North"), (2, "South"), (3, "West")],
    "desks": [(1, 1)],
    "clerks": [(1, "Ann", 1, "2026-01-01", "songs"), (2, "Bob", 2, None, "maps"), (3, "Cai", None, None, None)],
    "reviews": [(1, 1, "2026-02-01", "ink"), (2, 1, None, "maps")],
}


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which clerks are not assigned to an office?", [("Cai",)]), ("clerks without an office", [("Cai",)]),
        ("没有办公室的职员", [("Cai",)]), ("未分配办公室的职员有多少", [(1,)]),
        ("offices that have neither desks nor clerks", [("West",)]),
        ("clerks that never filed a review", [("Bob",), ("Cai",)]),
        ("clerks without a review in 2026", [("Bob",), ("Cai",)]),
        ("clerks without reviews in 2025", [("Ann",), ("Bob",), ("Cai",)]),
        ("clerks that have reviews of ink but not maps", []),
    ],
)  # fmt: skip
def test_what_points_at_nothing_has_none_and_what_nobody_did_is_not_undone(
    question: str, rows: list[tuple[Any, ...]]
) -> None:
    assert told_by(filled(_STAFF, _STAFF_ROWS), question, Scope(_STAFF)) == rows


def test_neither_of_two_kinds_of_rows_is_had() -> None:
    assert told("owners that have neither a cat nor a rabbit") == [("Clara", "Weber")]
    assert said_of_hotels("既没有房间也没有员工的酒店") == []


@pytest.mark.parametrize("question", ["unpaid invoices", "未付款的invoices", "invoices that are not paid"])
def test_what_has_not_happened_has_no_date(question: str) -> None:
    paid = told("invoices")
    assert told(question) == [row for row in paid or [] if row[-1] is None] != paid


@pytest.mark.parametrize("question", ["guests not in Berlin", "guests outside Berlin"])
def test_to_be_elsewhere_is_not_to_have_something_elsewhere(question: str) -> None:
    assert said_of_hotels(question) is None
