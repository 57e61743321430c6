"""Every word with a meaning finds its place in the SQL, as it is stored, or the composer asks back."""

from dataclasses import replace

import pytest

from services.query.composer.compose import compose
from services.query.composer.language.words import han_number, number_at, read
from services.query.composer.linking.spelling import alike
from services.query.knowledge.schema import Column, Pair, Schema, Scope, Table
from tests.query.shop import SHOP, answered, asked_back, shop


@pytest.mark.parametrize(
    ("question", "conditions"),
    [
        ("how many paid orders are there in Berlin from gold customers",
         "o.status = 'paid' AND city = 'Berlin' AND level = 'gold'"),
        ("how many paid orders are there in Berlin", "o.status = 'paid' AND city = 'Berlin'"),
        ("how many orders are paid", "o.status = 'paid'"),
    ],
)  # fmt: skip
def test_a_word_that_says_of_what_kind_things_are_is_the_stored_value(question: str, conditions: str) -> None:
    sql = f"SELECT count(*) FROM orders o JOIN customers c ON c.id = customer_id WHERE {conditions}"
    assert answered(question) == shop().execute(sql).fetchall()


def test_the_same_word_is_a_column_where_something_is_added() -> None:
    assert answered("total paid") == shop().execute("SELECT sum(paid) FROM orders").fetchall()


@pytest.mark.parametrize(
    "question",
    [
        "How many shiny customers are there?",
        "how many refunded orders are there in Berlin from gold customers",
        "how many orders are there in Berlin from gold customers who complained",
        "revenue of 42",
        "how many available products are there",
        "average price of the current products",
        "how many A customers are there",
        "当前商品有多少",
        "how many customers have only orders of 手机",
        "只在2023年下单的客户有哪些",
    ],
)
def test_a_word_without_a_place_is_asked_back(question: str) -> None:
    assert asked_back(question)


def test_what_is_shown_alone_is_no_condition() -> None:
    assert answered("show only the customers in Paris") == answered("只看Paris的客户") == [("Dan",)]


def test_the_word_beside_a_value_may_name_its_column() -> None:
    assert answered("类别为电子的商品有哪些") == [("Lamp",), ("手机",)]
    assert answered("电子类别有多少商品") == [(2,)]


@pytest.mark.parametrize("value", ["电子", "電子", "ｶﾒﾗ", "⽹络", "Ⅳ号", "ﬁne", "Café", "İstanbul"])
@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mariadb"])
def test_a_value_is_written_as_it_is_stored(value: str, dialect: str) -> None:
    table = Table("things", (Column("name", "TEXT"), Column("kind", "TEXT", values=("other", value))), "东西")
    known = Scope(replace(Schema((table,), (), "sqlite"), dialect=dialect))  # type: ignore[arg-type]
    sql = compose(f"有多少{value}东西", known).sql
    assert sql is not None and sql.endswith(f"WHERE kind = '{value}'")


def test_a_value_in_other_characters_is_another_value() -> None:
    assert "電子" not in (compose("有多少電子商品", SHOP).sql or "")
    assert asked_back("有多少電子商品")


def test_a_word_that_is_taught_to_mean_different_things_is_not_passed_over() -> None:
    wheres = ("level = 'gold'", "level = 'silver'", "city = 'Paris'")
    said = ("How many premium customers?", "number of premium customers", "count the premium customers")
    taught = tuple(
        Pair(question, f"SELECT count(*) FROM customers WHERE {where}", 0.0, question)
        for question, where in zip(said, wheres, strict=True)
    )
    assert asked_back("How many premium customers are there in Berlin?", replace(SHOP, taught=taught))
    idle = tuple(replace(pair, sql="SELECT count(*) FROM customers") for pair in taught)
    assert answered("How many premium customers are there in Berlin?", replace(SHOP, taught=idle)) == [(2,)]


@pytest.mark.parametrize(
    "question", ["List the names of 5 customers", "categories of 2 products", "customers in city 5", "城市5的客户"]
)
def test_a_number_is_no_text_that_a_column_does_not_hold(question: str) -> None:
    assert asked_back(question)


def test_whoever_carries_has_no_car() -> None:
    assert not alike("carried", {"car"}, ["car"], []) and alike("cars", {"car"}, ["car"], [])


def test_what_begins_like_an_abbreviation_may_be_misspelt() -> None:
    assert ("customer", 0.8) in alike("custmer", {"cust", "customer"}, ["cust"], [])


def test_k_behind_a_number_is_a_thousand() -> None:
    assert number_at(read("a limit of 2.5k"), 3) == ("2500", 5) and number_at(read("5 km"), 0) == ("5", 1)


@pytest.mark.parametrize(
    ("said", "number"), [("一万二", 12_000), ("三千五", 3_500), ("两百五", 250), ("一百零五", 105), ("二十三", 23)]
)
def test_the_last_digit_is_of_the_next_lower_unit(said: str, number: int) -> None:
    assert han_number(said) == number
