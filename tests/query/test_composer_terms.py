"""A business term is used as what it is: an aggregate as a measure, a condition as a filter."""

from dataclasses import replace

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Term
from tests.query.shop import SHOP, answered, asked_back, shop


@pytest.mark.parametrize(
    "question",
    ["What is the revenue?", "total revenue", "销售额是多少", "销售额有多少", "营业额多少", "总销售额是多少"],
)
def test_a_term_that_is_an_aggregate_is_not_aggregated_again(question: str) -> None:
    assert answered(question) == shop().execute("SELECT sum(paid) FROM orders").fetchall()


_BASKET = replace(SHOP, terms=(*SHOP.terms, Term("basket size", "", ("客单价", "bonus"), "avg(orders.paid)")))


@pytest.mark.parametrize(
    ("question", "group"),
    [("average basket size", None), ("What is the average of basket sizes?", None), ("平均客单价", None),
     ("客单价的平均值", None), ("average bonuses", None), ("average basket size by status", "status"),
     ("平均客单价按订单状态", "status")],
)  # fmt: skip
def test_the_average_of_what_is_an_average_is_that_average(question: str, group: str | None) -> None:
    sql = f"SELECT {group}, avg(paid) FROM orders GROUP BY 1" if group else "SELECT avg(paid) FROM orders"
    assert answered(question, _BASKET) == shop().execute(sql).fetchall()


@pytest.mark.parametrize("question", ["total basket size", "maximum basket size", "average revenue", "平均销售额"])
def test_what_a_term_does_not_compute_is_asked_back(question: str) -> None:
    assert asked_back(question, _BASKET)


@pytest.mark.parametrize("question", ["revenue per city", "每个城市的销售额"])
def test_a_term_is_measured_for_each_group_through_a_join(question: str) -> None:
    sql = "SELECT city, sum(paid) FROM orders JOIN customers c ON c.id = customer_id GROUP BY city"
    assert sorted(answered(question)) == sorted(shop().execute(sql).fetchall())


def test_things_are_ranked_by_a_term() -> None:
    sql = (
        "SELECT name FROM orders JOIN customers c ON c.id = customer_id "
        "GROUP BY c.id, name ORDER BY sum(paid) DESC LIMIT 3"
    )
    assert answered("Top 3 customers by revenue") == shop().execute(sql).fetchall()


def test_a_term_that_is_no_aggregate_still_gets_one() -> None:
    assert answered("total doubled pay") == shop().execute("SELECT sum(paid * 2) FROM orders").fetchall()
    assert answered("average doubled pay") == shop().execute("SELECT avg(paid * 2) FROM orders").fetchall()


def test_a_term_that_is_a_condition_still_filters() -> None:
    composed = compose("how many settled orders are there", SHOP)
    assert composed.score >= SURE
    assert composed.sql == "SELECT COUNT(*) AS count FROM orders WHERE status = 'paid'"


def test_an_aggregate_of_an_aggregate_is_asked_back() -> None:
    assert asked_back("average revenue")


OPEN = replace(SHOP, terms=(Term("open order", "", ("未完成的订单",), "orders.status = 'open'"),))


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many open Berlin orders are there?", "SELECT count(*) FROM {both} WHERE o.status = 'open' AND {berlin}"),
        ("未完成的Berlin订单有多少？", "SELECT count(*) FROM {both} WHERE o.status = 'open' AND {berlin}"),
        ("未完成Berlin的订单有多少？", "SELECT count(*) FROM {both} WHERE o.status = 'open' AND {berlin}"),
        ("有未完成订单的客户有多少？", "SELECT count(DISTINCT c.id) FROM {both} WHERE o.status = 'open'"),
    ],
)
def test_a_term_is_found_though_a_value_parts_it(question: str, sql: str) -> None:
    composed = compose(question, OPEN)
    known = {"both": "orders o JOIN customers c ON c.id = o.customer_id", "berlin": "c.city = 'Berlin'"}
    assert composed.score >= SURE and composed.sql
    assert shop().execute(composed.sql).fetchall() == shop().execute(sql.format(**known)).fetchall()


@pytest.mark.parametrize(
    "question", ["未完成的Berlin订单有多少？", "未支付Berlin的订单有多少？", "有未完成订单的客户有多少？"]
)
def test_what_is_not_done_is_not_said_of_a_value_behind_it(question: str) -> None:
    assert asked_back(question)


_MEASURED = replace(SHOP, terms=(Term("doubled pay", "", ("双倍金额", "credits"), "orders.paid * 2"),))


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many orders have more than 300 credits?", "SELECT count(*) FROM orders WHERE paid * 2 > 300"),
        ("How many orders with a doubled pay of at least 300?", "SELECT count(*) FROM orders WHERE paid * 2 >= 300"),
        ("How many orders have not more than 300 credits?", "SELECT count(*) FROM orders WHERE paid * 2 <= 300"),
        ("双倍金额超过300的订单有多少", "SELECT count(*) FROM orders WHERE paid * 2 > 300"),
        ("What is the highest doubled pay?", "SELECT max(paid * 2) FROM orders"),
        ("最低的双倍金额是多少", "SELECT min(paid * 2) FROM orders"),
        (
            "cities with an average doubled pay above 300",
            "SELECT city FROM orders JOIN customers c ON c.id = customer_id GROUP BY city HAVING avg(paid * 2) > 300",
        ),
    ],
)
def test_a_term_that_is_computed_of_each_row_is_compared(question: str, sql: str) -> None:
    assert sorted(answered(question, _MEASURED)) == sorted(shop().execute(sql).fetchall())


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What is the revenue?", "revenue"),
        ("销售额是多少", "销售额"),
        ("average doubled pay", "avg_doubled_pay"),
        ("revenue per city", "revenue"),
    ],
)
def test_the_measure_of_a_term_is_called_as_it_is_said(question: str, name: str) -> None:
    cursor = shop().execute(compose(question, SHOP).sql or "")
    assert cursor.description[-1][0] == name
