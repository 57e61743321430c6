"""A measure is that of the thing named behind `of`, or before 的, and not of one far off."""

from typing import Any

import pytest

from tests.query.hotels import said_of_hotels
from tests.query.shop import answered, shop


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What is the total amt of payments by card?", [(1600,)]),
        ("total amt of the payments in Berlin", [(1900,)]),
        ("付款的total amt", [(4200,)]),
        ("total amt of payments per method", [("card", 1600), ("cash", 2600)]),
    ],
)
def test_a_total_of_payments_is_of_their_own_amounts(question: str, rows: list[tuple[Any, ...]]) -> None:
    assert said_of_hotels(question) == rows


def test_a_column_of_the_whole_name_is_still_that_of_its_table() -> None:
    assert said_of_hotels("What is the total amt of booking BK2402?") == [(1200,)]


@pytest.mark.parametrize("question", ["What is the cost of Spree Palace?", "上海的cost是多少？"])
def test_what_only_something_far_off_has_is_not_what_a_thing_has(question: str) -> None:
    assert said_of_hotels(question) is None


@pytest.mark.parametrize("question", ["What is the price of the Lamp?", "Lamp的单价是多少"])
def test_what_a_thing_has_itself_is(question: str) -> None:
    assert answered(question) == [(30,)]


@pytest.mark.parametrize(
    "question",
    ["the name of the customer with the smallest order", "Name the customer of the order with the smallest paid"],
)
def test_a_superlative_of_a_thing_is_of_one_of_them(question: str) -> None:
    smallest = "SELECT c.name FROM orders JOIN customers c ON c.id = customer_id ORDER BY paid LIMIT 1"
    assert answered(question) == shop().execute(smallest).fetchall()
