"""The average of what each has, such as its number of things, is one figure; whether those with none count is told."""

from dataclasses import replace

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Term
from services.query.reasoning.propose import proposed
from tests.query.clinic import told as told_in_clinic
from tests.query.shop import SHOP, answered, shop

_REVENUE = "SELECT avg(n) FROM (SELECT sum(paid) AS n FROM orders GROUP BY {})"
_PER = "SELECT avg(n) FROM (SELECT count(*) AS n FROM orders{} GROUP BY {})"


@pytest.mark.parametrize(
    ("question", "sql", "told"),
    [
        ("average number of orders per customer", "SELECT 30.0 / 5", "count as 0"),
        ("What is the average number of orders per customer?", "SELECT 30.0 / 5", "count as 0"),
        ("average orders per customer", "SELECT 30.0 / 5", "count as 0"),
        ("每位客户的平均订单数", "SELECT 30.0 / 5", "按 0 计入"),
        ("平均每位客户有多少订单", "SELECT 30.0 / 5", "按 0 计入"),
        (
            "average number of orders per customer in 2024",
            _PER.format(" WHERE placed LIKE '2024%'", "customer_id"),
            "not in the average",
        ),
        ("average number of orders per month", _PER.format("", "substr(placed, 1, 7)"), "not in the average"),
        ("average number of customers per city", "SELECT 5 / 4.0", ""),
        ("average revenue per customer", _REVENUE.format("customer_id"), "not in the average"),
        ("每个客户的平均销售额", _REVENUE.format("customer_id"), "不含"),
        ("average monthly revenue", _REVENUE.format("substr(placed, 1, 7)"), "not in the average"),
        ("average price per product", "SELECT avg(price) FROM products", ""),
        ("每个商品的平均单价", "SELECT avg(price) FROM products", ""),
        ("average price per product by category", "SELECT category, avg(price) FROM products GROUP BY category", ""),
    ],
)
def test_the_average_of_what_each_has_is_one_figure(question: str, sql: str, told: str) -> None:
    assert answered(question) == shop().execute(sql).fetchall()
    said = proposed(question, "en" if question.isascii() else "zh", SHOP).text
    assert told in said if told else not said


@pytest.mark.parametrize(
    ("question", "comparison"),
    [
        ("customers with more than the average number of orders", ">"),
        ("Which customers have fewer than the average number of orders?", "<"),
        ("订单数超过平均值的客户有哪些", ">"),
    ],
)
def test_who_has_more_than_the_average_is_compared_with_all(question: str, comparison: str) -> None:
    each = "SELECT c.name, count(o.id) AS n FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id"
    expected = shop().execute(f"SELECT name FROM ({each}) WHERE n {comparison} 30.0 / 5").fetchall()
    assert sorted(answered(question)) == sorted(expected) != []


@pytest.mark.parametrize(
    "question", ["average number of customers per order", "平均价格和订单数", "average revenue by city"]
)
def test_what_is_no_such_average_is_asked_back(question: str) -> None:
    assert compose(question, SHOP).score < SURE


@pytest.mark.parametrize(
    "question", ["products whose price is above the average price of their category", "单价高于同类平均单价的商品"]
)
def test_the_average_of_those_that_are_like_a_row_is_not_that_of_all(question: str) -> None:
    assert compose(question, SHOP).score < SURE
    assert compose("products whose price is above the average price", SHOP).score >= SURE


def test_what_is_told_per_unit_is_no_group() -> None:
    assert told_in_clinic("revenue per kg") is None and told_in_clinic("average amount of invoices per kg") is None


def test_the_average_of_a_column_is_told_of_each_group() -> None:
    assert "AVG(price)" in (compose("average price per category", SHOP).sql or "")


@pytest.mark.parametrize("question", ["average order value per customer", "percentage of order value by status"])
def test_what_is_divided_does_not_add_up(question: str) -> None:
    ratio = Term("order value", "", (), "SUM(orders.paid) / COUNT(orders.paid)")
    sql = compose(question, replace(SHOP, terms=(*SHOP.terms, ratio))).sql or ""
    assert "100.0" not in sql and "SELECT AVG(" not in sql
