"""A term that is a condition names its rows: they are grouped, ranked, counted, excluded as any other thing is."""

from dataclasses import replace

import pytest

from libs.datasources.dialect import Dialect
from libs.datasources.gate import admit
from services.query.composer.compose import compose
from services.query.knowledge.schema import Scope, Term
from tests.query.shop import SHOP, answered, shop

_KNOWN: Scope = replace(
    SHOP,
    terms=(
        Term("settled order", "", ("settled", "结清", "已结清的订单"), "orders.status = 'paid'"),
        Term("VIP customer", "", ("VIP", "贵宾"), "customers.level = 'gold'"),
        Term("dear", "", (), "NULLIF(price, 3999.0) > 100"),
    ),
)
_OF_CUSTOMERS = "FROM orders o JOIN customers c ON c.id = customer_id"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("settled orders by city", f"SELECT city, count(*) {_OF_CUSTOMERS} WHERE o.status = 'paid' GROUP BY city"),
        ("每个城市已结清的订单", f"SELECT city, count(*) {_OF_CUSTOMERS} WHERE o.status = 'paid' GROUP BY city"),
        ("VIP customers by city", "SELECT city, count(*) FROM customers WHERE level = 'gold' GROUP BY city"),
        ("各城市的贵宾", "SELECT city, count(*) FROM customers WHERE level = 'gold' GROUP BY city"),
        ("How many VIPs are there?", "SELECT count(*) FROM customers WHERE level = 'gold'"),
        ("How many VIPs in Berlin?", "SELECT count(*) FROM customers WHERE level = 'gold' AND city = 'Berlin'"),
        (
            "How many settled orders from Bob?",
            f"SELECT count(*) {_OF_CUSTOMERS} WHERE o.status = 'paid' AND name = 'Bob'",
        ),
        (
            "Which city has the most settled orders?",
            f"SELECT city {_OF_CUSTOMERS} WHERE o.status = 'paid' GROUP BY city ORDER BY count(*) DESC LIMIT 1",
        ),
        (
            "已结清的订单最多的城市",
            f"SELECT city {_OF_CUSTOMERS} WHERE o.status = 'paid' GROUP BY city ORDER BY count(*) DESC LIMIT 1",
        ),
        (
            "customers with more than 5 settled orders",
            f"SELECT name {_OF_CUSTOMERS} WHERE o.status = 'paid' GROUP BY c.id HAVING count(*) > 5",
        ),
        (
            "customers without settled orders",
            "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE status = 'paid')",
        ),
        ("How many orders are not settled?", "SELECT count(*) FROM orders WHERE status <> 'paid'"),
        ("没有结清的订单有多少", "SELECT count(*) FROM orders WHERE status <> 'paid'"),
    ],
)
def test_its_rows_combine_with_what_other_things_combine_with(question: str, sql: str) -> None:
    assert sorted(answered(question, _KNOWN)) == sorted(shop().execute(sql).fetchall())


def test_what_is_not_known_to_be_so_is_not_so() -> None:
    counted = [answered(f"How many products are {said}?", _KNOWN)[0][0] for said in ("dear", "not dear")]
    assert counted == [2, 2]


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mariadb"])
def test_its_contrary_passes_the_gate(dialect: Dialect) -> None:
    known = replace(_KNOWN, schema=replace(SHOP.schema, dialect=dialect))
    sql = compose("How many orders are not settled?", known).sql
    tables = {table.name: [column.name for column in table.columns] for table in SHOP.schema.tables}
    assert sql is not None and admit(sql, dialect, tables=tables, limit=50).running
