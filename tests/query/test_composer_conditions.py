"""Which rows are meant, as people say it in both languages: excluded, compared, counted, spelt."""

from dataclasses import replace

import pytest

from libs.events.catalog import Language
from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Pair, Scope
from services.query.reasoning.propose import proposed
from tests.query.shop import SHOP, answered, asked_back, shop
from tests.query.test_composer_instructions import _SHOP as BIKES

_WITHOUT_RED = "NOT shop_id IN (SELECT shop_id FROM bikes WHERE colour = 'red' AND NOT shop_id IS NULL)"
_BOUGHT = "FROM orders o JOIN customers c ON c.id = customer_id"


def _bikes(question: str) -> str | None:
    composed = compose(question, Scope(BIKES))
    return composed.sql if composed.score >= SURE else None


@pytest.mark.parametrize(
    "question", ["customers that have no orders", "customers without any orders", "customers who have never had orders"]
)
def test_those_that_have_none_are_those_that_nothing_points_at(question: str) -> None:
    assert answered(question) == [("Dan",)]


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("cities of the shops that have no red bikes", f"SELECT city FROM shops WHERE {_WITHOUT_RED}"),
        ("names of bikes that are not red", "SELECT name FROM bikes WHERE colour <> 'red'"),
        ("bikes with a price lower than all white bikes",
         "SELECT name FROM bikes WHERE price < (SELECT MIN(price) AS min_price FROM bikes WHERE colour = 'white')"),
        ("bikes with a price more than some white bikes",
         "SELECT name FROM bikes WHERE price > (SELECT MIN(price) AS min_price FROM bikes WHERE colour = 'white')"),
        ("bikes with a price more than the price of Comet",
         "SELECT name FROM bikes WHERE price > (SELECT price FROM bikes WHERE name = 'Comet')"),
        ("bikes with a higher price than the bike with weight 9",
         "SELECT name FROM bikes WHERE price > (SELECT price FROM bikes WHERE weight = 9)"),
        ("bikes with a higher price than 720", "SELECT name FROM bikes WHERE price > 720"),
        ("name of bikes with the letter A in their name", "SELECT name FROM bikes WHERE name LIKE '%A%'"),
        ('bike names that end with "et"', "SELECT name FROM bikes WHERE name LIKE '%et'"),
        ('bike names that start with "Co"', "SELECT name FROM bikes WHERE name LIKE 'Co%'"),
        ("bikes without the letter M in their name", "SELECT name FROM bikes WHERE name NOT LIKE '%M%'"),
        ("name of the shop in the city 'Lund'", "SELECT shop_name FROM shops WHERE city = 'Lund'"),
    ],
)  # fmt: skip
def test_rows_are_excluded_compared_and_spelt(question: str, sql: str) -> None:
    assert (_bikes(question) or "").replace("NOT name LIKE", "name NOT LIKE") == sql


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("products with a price above the average price", "price > (SELECT avg(price) FROM products)"),
        ("单价高于平均单价的商品", "price > (SELECT avg(price) FROM products)"),
        ("products with a higher price than Lamp", "price > 30"),
        ("products with a price lower than any of the 电子 products", "price < 30"),
        ("products with price between 100 and 1000", "price BETWEEN 100 AND 1000"),
        ("products in 家具 or 配件", "category IN ('家具', '配件')"),
        ("库存不超过3的商品有哪些", "stock <= 3"),
        ("Which products have stock of at most 3", "stock <= 3"),
        ("products with a price of 30 or 199", "price IN (30, 199)"),
    ],
)
def test_products_are_found_by_what_is_said_of_them(question: str, sql: str) -> None:
    assert sorted(answered(question)) == sorted(shop().execute(f"SELECT name FROM products WHERE {sql}").fetchall())


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("Which customers have at least 8 orders?",
         "SELECT name FROM customers JOIN orders ON customers.id = customer_id GROUP BY customers.id "
         "HAVING count(*) >= 8"),
        ("订单超过7个的客户",
         "SELECT name FROM customers JOIN orders ON customers.id = customer_id GROUP BY customers.id "
         "HAVING count(*) > 7"),
        ("cities with more than 1 customer", "SELECT city FROM customers GROUP BY city HAVING count(*) > 1"),
        ("平均单价大于500的类别", "SELECT category FROM products GROUP BY category HAVING avg(price) > 500"),
        ("categories whose average price is above 500",
         "SELECT category FROM products GROUP BY category HAVING avg(price) > 500"),
    ],
)  # fmt: skip
def test_groups_are_found_by_how_many_and_how_much_they_have(question: str, sql: str) -> None:
    assert sorted(answered(question)) == sorted(shop().execute(sql).fetchall())


def test_two_values_of_one_thing_are_those_that_have_both() -> None:
    sql = _bikes("Which cities have shops with both red and black bikes?")
    assert sql is not None and sql.count("INTERSECT") == 1
    assert "colour = 'red'" in sql.split("INTERSECT")[0] and "colour = 'black'" in sql.split("INTERSECT")[1]


def test_a_row_that_a_join_repeats_is_shown_once() -> None:
    names = "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'paid')"
    assert sorted(answered("names of customers with paid orders")) == sorted(shop().execute(names).fetchall())


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("list products sorted by category and price", "category, price"),
        ("list the names of products in descending order of price", "price DESC"),
    ],
)
def test_things_are_ordered_by_what_is_named(question: str, columns: str) -> None:
    assert answered(question) == shop().execute(f"SELECT name FROM products ORDER BY {columns}").fetchall()


@pytest.mark.parametrize("question", ["what is the lowest and highest price of the products", "最低和最高的单价是多少"])
def test_both_ends_are_asked_for_at_once(question: str) -> None:
    assert answered(question) == [(30.0, 3999.0)]


@pytest.mark.parametrize("question", ["how many clients are there", "how many buyers are there", "顾客有多少"])
def test_a_table_is_known_by_what_people_call_its_things(question: str) -> None:
    assert answered(question) == [(5,)]


def _taught(*questions: tuple[str, str]) -> Scope:
    return replace(SHOP, taught=tuple(Pair(question, sql, 0.0) for question, sql in questions))


def test_a_word_means_what_verified_questions_say_with_it() -> None:
    gold = "SELECT count(*) FROM customers WHERE level = 'gold'"
    assert asked_back("how many premium customers are there")
    known = _taught(
        ("how many premium customers in Berlin", f"{gold} AND city = 'Berlin'"),
        ("count the premium customers", gold),
        ("list all customers", "SELECT name FROM customers"),
        ("list all products", "SELECT name FROM products"),
        ("silver customers", "SELECT name FROM customers WHERE level = 'silver'"),
        ("orders that are open", "SELECT id FROM orders WHERE status = 'open'"),
    )
    assert answered("how many premium customers are there", known) == shop().execute(gold).fetchall()


def test_a_word_that_verified_questions_say_for_nothing_says_nothing() -> None:
    assert asked_back("how many customers overhere are there")
    known = _taught(("how many products overhere", "SELECT count(*) FROM products"))
    assert answered("how many customers overhere are there", known) == [(5,)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many orders were placed after 2023?", "placed >= '2024-01-01'"),
        ("2023年有多少订单", "placed < '2024-01-01'"),
    ],
)
def test_a_year_is_a_range_of_a_date(question: str, expected: str) -> None:
    assert answered(question) == shop().execute(f"SELECT count(*) FROM orders WHERE {expected}").fetchall()


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("orders over 100", "SELECT * FROM orders WHERE paid > 100"),
        ("超过100元的订单", "SELECT * FROM orders WHERE paid > 100"),
        ("订单超过100的有哪些", "SELECT * FROM orders WHERE paid > 100"),
        ("How many orders are over 100?", "SELECT count(*) FROM orders WHERE paid > 100"),
        ("100元以上的商品", "SELECT name FROM products WHERE price >= 100"),
        ("products over 100 (stock)", "SELECT name FROM products WHERE stock > 100"),
        ("orders over 100 in Berlin",
         f"SELECT o.* {_BOUGHT} WHERE paid > 100 AND city = 'Berlin'"),
        ("customers with revenue over 1150", f"SELECT name {_BOUGHT} GROUP BY c.id HAVING sum(paid) > 1150"),
        ("销售额超过1150的城市", f"SELECT city {_BOUGHT} GROUP BY city HAVING sum(paid) > 1150"),
    ],
)  # fmt: skip
def test_a_comparison_that_names_no_column_is_of_the_one_measure(question: str, sql: str) -> None:
    assert sorted(answered(question)) == sorted(shop().execute(sql).fetchall())


def test_of_several_measures_it_asks_which_is_compared() -> None:
    cases: tuple[tuple[str, Language], ...] = (("products over 100", "en"), ("超过100的商品", "zh"))
    for question, language in cases:
        draft = proposed(question, language, SHOP)
        assert draft.kind == "clarification" and "price, stock" in draft.text
        assert "price > 100" in (proposed(draft.choices[0], language, SHOP).sql or "")
    assert all(map(asked_back, ("orders over 30 days", "orders over 50 %", "customers over 3")))
