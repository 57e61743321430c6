"""Things are ranked by what is named, and the latest are the latest by their date."""

import pytest

from services.query.composer.compose import compose
from tests.query.shop import SHOP, answered, asked_back, shop

_BY_REVENUE = (
    "SELECT city FROM orders JOIN customers c ON c.id = customer_id GROUP BY city ORDER BY sum(paid) DESC LIMIT 1"
)
_BY_ORDERS = (
    "SELECT name FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id, name ORDER BY count(*) DESC LIMIT 2"
)
_LATEST = "SELECT * FROM orders ORDER BY placed DESC LIMIT"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Top 3 products by price", "SELECT name FROM products ORDER BY price DESC LIMIT 3"),
        ("top product by price", "SELECT name FROM products ORDER BY price DESC LIMIT 1"),
        ("库存最多的商品是什么", "SELECT name FROM products ORDER BY stock DESC LIMIT 1"),
        ("Top 2 customers by paid",
         "SELECT name FROM orders JOIN customers c ON c.id = customer_id "
         "GROUP BY c.id, name ORDER BY sum(paid) DESC LIMIT 2"),
        ("the city with the highest revenue", _BY_REVENUE),
        ("哪个城市的销售额最高", _BY_REVENUE),
        ("销售额最高的城市", _BY_REVENUE),
        ("订单最多的2个客户", _BY_ORDERS),
        ("订单数最多的2个客户", _BY_ORDERS),
        ("last 10 orders", f"{_LATEST} 10"),
        ("the latest order", f"{_LATEST} 1"),
        ("最近10个订单", f"{_LATEST} 10"),
        ("最新的5个订单", f"{_LATEST} 5"),
        ("first 2 orders", "SELECT * FROM orders ORDER BY placed LIMIT 2"),
    ],
)  # fmt: skip
def test_things_are_ranked_by_what_is_named(question: str, sql: str) -> None:
    assert answered(question) == shop().execute(sql).fetchall()


def test_a_group_has_no_price() -> None:
    assert asked_back("Top 3 categories by price")


@pytest.mark.parametrize("question", ["last 30 days orders", "orders of the last 30 days", "最近30天的订单"])
def test_a_span_of_time_is_no_limit(question: str) -> None:
    assert "limit" not in (compose(question, SHOP).sql or "").lower()
    assert answered(question) == [], "the shop has closed long ago"
