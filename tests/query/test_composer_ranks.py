"""Things are ranked by what is named, and the latest are the latest by their date."""

from dataclasses import replace

import pytest

from services.query.composer.compose import compose
from services.query.conversation.turns import Turn
from services.query.conversation.whole import made_whole
from services.query.knowledge.schema import Pair
from services.query.reasoning.propose import proposed
from tests.query.clinic import CLINIC, told
from tests.query.hotels import said_of_hotels
from tests.query.shop import SHOP, answered, asked_back, shop

_BY_REVENUE = (
    "SELECT city FROM orders JOIN customers c ON c.id = customer_id GROUP BY city ORDER BY sum(paid) DESC LIMIT 1"
)
_BY_ORDERS = (
    "SELECT name FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id, name ORDER BY count(*) DESC LIMIT 2"
)
_BY_QUANTITY = (
    "SELECT name FROM order_lines l JOIN orders o ON o.id = order_id JOIN customers c ON c.id = customer_id "
    "GROUP BY c.id ORDER BY sum(quantity) DESC LIMIT 1"
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
        ("Which customer bought the most quantity?", _BY_QUANTITY),
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
    ("question", "sql"),
    [
        ("Which city has the second highest revenue?", f"{_BY_REVENUE} OFFSET 1"),
        ("销售额第二高的城市", f"{_BY_REVENUE} OFFSET 1"),
        ("哪个城市的销售额排名第三", f"{_BY_REVENUE} OFFSET 2"),
        ("the customer with the 2nd most orders", _BY_ORDERS.replace("LIMIT 2", "LIMIT 1 OFFSET 1")),
        ("third most expensive product", "SELECT name FROM products ORDER BY price DESC LIMIT 1 OFFSET 2"),
        ("第二便宜的商品", "SELECT name FROM products ORDER BY price LIMIT 1 OFFSET 1"),
        ("What is the second highest price?",
         "SELECT max(price) FROM products WHERE price < (SELECT max(price) FROM products)"),
    ],
)  # fmt: skip
def test_so_many_that_come_before_are_passed_by(question: str, sql: str) -> None:
    assert answered(question) == shop().execute(sql).fetchall()


def test_the_second_is_not_the_first_in_other_words() -> None:
    taught = Pair("Which product is the most expensive?", "SELECT name FROM products ORDER BY price DESC LIMIT 1", 0.99)
    sql = proposed("Which product is the second most expensive?", "en", replace(SHOP, pairs=(taught,))).sql
    assert "OFFSET 1" in (sql or "")
    assert made_whole("and the lowest?", [Turn("q", "q", "answered", sql)], SHOP).sql is None


def test_a_group_has_no_price() -> None:
    assert asked_back("Top 3 categories by price")


@pytest.mark.parametrize("question", ["the most expensive product of each category", "每个类别里最贵的商品"])
def test_the_first_of_each_is_not_the_first_of_all(question: str) -> None:
    assert asked_back(question)


def test_an_order_that_is_told_by_both_ends_looks_at_what_they_speak_of() -> None:
    dearest = shop().execute("SELECT name FROM products ORDER BY price DESC").fetchall()
    assert answered("products from most expensive to cheapest") == dearest
    assert answered("按单价排序的商品") == dearest[::-1]
    assert (said_of_hotels("guests from youngest to oldest") or [])[:2] == [("Ann Weber",), ("Bo Li",)]


@pytest.mark.parametrize("question", ["last 30 days orders", "orders of the last 30 days", "最近30天的订单"])
def test_a_span_of_time_is_no_limit(question: str) -> None:
    assert "limit" not in (compose(question, SHOP).sql or "").lower()
    assert answered(question) == [], "the shop has closed long ago"


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which 2 products are ordered most often?", {("手机",), ("键盘",)}),
        ("最受欢迎的2个商品", {("手机",), ("键盘",)}),
        ("the most popular product category", {("电子",)}),
        ("revenue per customer, top 1", {("Ann", 1280)}),
        ("每个客户的销售额，前1名", {("Ann", 1280)}),
        ("In which year was revenue highest?", {("2023",)}),
        ("哪一年的销售额最高？", {("2023",)}),
        ("销售额最低的年份", {("2024",)}),
        ("What was the busiest year for orders over 290?", {("2023",)}),
        ("哪一年超过290的订单最多", {("2023",)}),
    ],
)
def test_what_is_told_of_groups_ranks_them(question: str, rows: set[tuple[object, ...]]) -> None:
    assert set(answered(question)) == rows


def test_those_whose_rows_are_most_are_the_busiest_and_of_several_rows_it_asks() -> None:
    assert told("Who is the busiest vet?") == told("最忙的兽医") == [("Adler",)]
    draft = proposed("Which species is treated most often?", "en", CLINIC)
    assert draft.kind == "clarification" and "animals, appointments" in draft.text
    assert told(draft.choices[0]) and "appointments" in (proposed(draft.choices[1], "en", CLINIC).sql or "")
    assert told("What was the busiest month?") is None


def test_of_two_superlatives_neither_is_forgotten() -> None:
    assert asked_back("Which product has the highest price? Show the name, latest first.")
