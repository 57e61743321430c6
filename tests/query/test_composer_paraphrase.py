"""A verified pair answers the same question in other words, and no other question."""

import pytest

from services.query.composer.paraphrase import NEAR, paraphrased
from services.query.knowledge.schema import Column, Pair, Schema, Scope, Table, Term

SHOP = Schema(
    (
        Table(
            "customers",
            (
                Column("id", "INTEGER", True), Column("name", "TEXT"), Column("birthday", "DATE"),
                Column("joined", "DATE"), Column("city", "TEXT", values=("Paris", "Berlin", "上海")),
                Column("left_on", "DATE"), Column("country", "TEXT", values=("Germany", "France")),
            ),
        ),
        Table("orders", (Column("id", "INTEGER", True), Column("amount", "NUMERIC"), Column("status", "TEXT"))),
    ),
    (),
    "sqlite",
)  # fmt: skip
REGULAR = Term("regular customer", "has been one for long", (), "customers.joined < '2020-01-01'")
OLDEST = ("Who is the customer with the earliest birthday?", "SELECT name FROM customers ORDER BY birthday LIMIT 1")
PARIS = ("How many customers live in Paris?", "SELECT count(*) FROM customers WHERE city = 'Paris'")
BIG = ("Show the status of orders with an amount above 50", "SELECT status FROM orders WHERE amount > 50")
SHANGHAI = ("上海有多少客户？", "SELECT count(*) FROM customers WHERE city = '上海'")
ALL = ("How many customers are there?", "SELECT count(*) FROM customers")
STAYING = ("How many customers are still with us?", "SELECT count(*) FROM customers WHERE left_on IS NULL")
MOVED = (
    "What is the number of customers that moved from Paris to Berlin?",
    "SELECT count(*) FROM customers WHERE city = 'Paris' AND name = 'Berlin'",
)
FIRST_TEN = ("How many customers are there per city?", "SELECT city, count(*) FROM customers GROUP BY city LIMIT 10")


def found(question: str, taught: tuple[str, str], similarity: float = 0.93) -> str | None:
    pair = paraphrased(question, Scope(SHOP, (REGULAR,), (Pair(*taught, similarity),)))
    return pair.sql if pair else None


@pytest.mark.parametrize(
    ("question", "taught"),
    [
        ("Which customer has the earliest birthday?", OLDEST),
        ("What is the number of customers that live in Paris?", PARIS),
        ("List the status of the orders whose amount is more than 50", BIG),
        ("统计上海的客户数量", SHANGHAI),
        ("How many customers live in the town of Paris?", PARIS),
        ("客户有多少？", ("客户的数量是多少？", ALL[1])),
    ],
)
def test_the_same_question_in_other_words_is_answered_by_its_pair(question: str, taught: tuple[str, str]) -> None:
    assert found(question, taught) == taught[1]


@pytest.mark.parametrize(
    ("question", "taught"),
    [
        ("Which customer has the latest birthday?", OLDEST),
        ("How many customers moved from Berlin to Paris?", MOVED),
        ("Who is the customer that joined earliest, by birthday?", OLDEST),
        ("How many customers live in Berlin?", PARIS),
        ("How many customers do we have?", PARIS),
        ("What is the average number of customers in Paris?", PARIS),
        ("Show the status of orders with an amount below 50", BIG),
        ("Show the status of orders with an amount above 500", BIG),
        ("北京有多少客户？", SHANGHAI),
        ("How many customers live in Paris today?", PARIS),
        ("How many rich customers live in Paris?", PARIS),
        ("How many regular customers live in Paris?", PARIS),
        ("How many German customers are there?", ALL),
        ("What is the number of German customers?", ALL),
        ("How many customers joined?", ALL),
        ("How many A customers are there?", ALL),
        ("How many available customers are there?", ALL),
        ("How many current customers are there?", ALL),
        ("德国客户有多少？", ("客户有多少？", ALL[1])),
        ("How many customers are there with us?", ("How many loyal customers are there with us?", STAYING[1])),
        ("How many customers does each city have?", FIRST_TEN),
    ],
)
def test_another_question_is_not_however_near_it_is(question: str, taught: tuple[str, str]) -> None:
    assert found(question, taught, 0.99) is None


def test_what_is_not_near_is_not_the_same() -> None:
    assert found("Which customer has the earliest birthday?", OLDEST, NEAR - 0.01) is None


MOVED = ("Which customers moved to Paris?", "SELECT name FROM customers WHERE city = 'Paris'")
SPAN = (
    "What is the average time between birthday and joined of customers?",
    "SELECT avg(julianday(joined) - julianday(birthday)) FROM customers",
)


@pytest.mark.parametrize(
    ("question", "taught"),
    [
        ("Which customers moved from Paris?", MOVED),
        ("What is the average time between joined and leaving date of customers?", SPAN),
    ],
)
def test_another_way_and_another_date_are_not_the_same(question: str, taught: tuple[str, str]) -> None:
    assert found(taught[0].replace("Which", "What"), taught)
    assert found(question, taught) is None
