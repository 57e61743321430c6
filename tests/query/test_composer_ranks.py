"""Things are ranked by what is named, and the latest are the latest by their date."""

import pytest

from tests.query.shop import answered, asked_back, shop

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
        ("last 10 orders", f"{_LATEST} 10"),
        ("the latest order", f"{_LATEST} 1"),
        ("最近10个订单", f"{_LATEST} 10"),
        ("最新的5个订单", f"{_LATEST} 5"),
        ("first 2 orders", "SELECT * FROM orders ORDER BY placed LIMIT 2"),
    ],
)  # fmt: skip
def test_things_are_ranked_by_what_is_named(question: str, sql: str) -> None:
    assert answered(question) == shop().execute(sql).fetchall()


@pytest.mark.parametrize(
    "question", ["last 30 days orders", "orders of the last 30 days", "最近30天的订单", "Top 3 categories by price"]
)
def test_a_span_of_time_is_no_limit_and_a_group_has_no_price(question: str) -> None:
    assert asked_back(question)
