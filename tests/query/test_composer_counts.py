"""How many there are of something is a count; how much a named thing has of it is a value."""

import pytest

from services.query.composer.compose import compose
from services.query.reasoning.propose import proposed
from tests.query.clinic import CLINIC, told
from tests.query.hotels import said_of_hotels
from tests.query.shop import SHOP, answered, asked_back, shop


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("手机的单价是多少", "SELECT price FROM products WHERE name = '手机'"),
        ("键盘的单价多少", "SELECT price FROM products WHERE name = '键盘'"),
        ("手机有多少库存", "SELECT stock FROM products WHERE name = '手机'"),
        ("电子商品的单价是多少", "SELECT name, price FROM products WHERE category = '电子'"),
        ("有多少客户", "SELECT count(*) FROM customers"),
        ("北京的客户有多少", "SELECT count(*) FROM customers WHERE city = '北京'"),
        ("有多少电子商品", "SELECT count(*) FROM products WHERE category = '电子'"),
    ],
)
def test_how_much_of_a_thing_is_its_value_and_how_many_things_is_a_count(question: str, sql: str) -> None:
    assert answered(question) == shop().execute(sql).fetchall()


@pytest.mark.parametrize(
    "question", ["有几个城市", "how many cities", "How many cities are there?", "城市有多少个", "客户有多少种城市"]
)
def test_a_city_in_many_rows_is_one_city(question: str) -> None:
    assert answered(question) == [(4,)]


@pytest.mark.parametrize("question", ["list all cities", "城市有哪些", "Which cities are there?"])
def test_a_list_of_cities_has_each_once(question: str) -> None:
    assert sorted(answered(question)) == [("Berlin",), ("Paris",), ("上海",), ("北京",)]


def test_their_number_is_told_of_each() -> None:
    sql = "SELECT name, count(*) FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id, name"
    assert sorted(answered("List customers and their number of orders.")) == sorted(shop().execute(sql).fetchall())


@pytest.mark.parametrize("question", ["谁的订单最多", "Who placed the most orders?"])
def test_who_is_not_a_row_of_something_else(question: str) -> None:
    assert asked_back(question)


def test_how_many_of_a_quantity_is_asked_back() -> None:
    assert asked_back("how many stock")


def test_what_is_said_to_be_done_is_not_left_out() -> None:
    assert told("How many invoices with an amount above 20 are paid?") == [(1,)]


@pytest.mark.parametrize("word", ["2000北京有多少客户", "Berlin customers and ", "gold " * 3 + "2 "])
async def test_a_text_that_repeats_itself_is_asked_back(word: str) -> None:
    draft = proposed((word * 700)[:2000], "zh", SHOP)
    assert draft.kind == "clarification"


@pytest.mark.parametrize(
    ("question", "comparison"),
    [
        ("customers with at least one order", ">= 1"),
        ("Which customers placed more than one order?", "> 1"),
        ("customers with only 7 orders", "= 7"),
        ("仅有7个订单的客户", "= 7"),
    ],
)
def test_numbers_in_words_count_what_each_has(question: str, comparison: str) -> None:
    sql = (
        f"SELECT name FROM customers WHERE (SELECT count(*) FROM orders WHERE customer_id = customers.id) {comparison}"
    )
    assert sorted(answered(question)) == sorted(shop().execute(sql).fetchall())


def test_only_one_is_not_at_least_one() -> None:
    assert answered("how many orders did Bob place") == [(8,)]
    assert told("owners who have only one animal") == [("Ann", "Weber"), ("Ann", "Weber")]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What percentage of customers are gold?", [(60.0,)]),
        ("gold客户占所有客户的比例是多少", [(60.0,)]),
        ("the share of orders over 150", [(50.0,)]),
        ("2024年的订单占比", [(50.0,)]),
        ("percentage of gold customers per city", [("Berlin", 50.0), ("Paris", 100.0), ("上海", 100.0), ("北京", 0.0)]),
    ],
)
def test_a_share_of_rows_is_counted_in_percent(question: str, rows: list[tuple[object, ...]]) -> None:
    assert sorted(answered(question)) == rows


def test_a_share_counts_those_that_belong_to_nothing_and_is_asked_back_where_the_whole_is_not_plain() -> None:
    composed = compose("What percentage of animals are rabbits?", CLINIC)
    assert composed.sql and " AS percentage FROM animals LEFT JOIN species" in composed.sql
    unclear = ("What percentage of gold customers are in Berlin?", "What percentage of customers have no orders?")
    assert all(map(asked_back, unclear))


@pytest.mark.parametrize(
    "question",
    [
        "How many staff and how many rooms are there?", "有多少员工和多少房间？", "How many staff and rooms are there?",
        "有多少员工和房间？",
    ],
)  # fmt: skip
def test_two_things_that_are_counted_are_not_joined(question: str) -> None:
    assert said_of_hotels(question) == [(5, 4)]


def test_three_things_are_counted_each_by_itself() -> None:
    assert said_of_hotels("How many staff, rooms and hotels are there?") == [(5, 4, 3)]


@pytest.mark.parametrize(
    "question",
    [
        "How many staff and rooms are in Berlin?",
        "How many bookings and payments per channel?",
        "staff per room by hotel",
    ],
)
def test_of_two_counts_it_is_asked_what_belongs_to_which(question: str) -> None:
    assert said_of_hotels(question) is None


@pytest.mark.parametrize(
    "question", ["员工和房间各有多少", "员工、房间各有多少个？", "How many staff and rooms are there?"]
)
def test_of_each_that_is_named_its_number_is_told(question: str) -> None:
    assert said_of_hotels(question) == [(5, 4)]
