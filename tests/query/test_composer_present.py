"""That rows have something in a column is asked of what is there, and never for each value of it."""

from typing import Any

import pytest

from tests.query.clinic import told
from tests.query.hotels import said_of_hotels
from tests.query.shop import asked_back


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How many guests have an email?", [(2,)]), ("有邮箱的客人有多少？", [(2,)]), ("有多少客人有邮箱？", [(2,)]),
        ("How many guests from Germany have an email?", [(1,)]), ("How many guests with an email are there?", [(2,)]),
        ("Which guests have an email?", [("Ann Weber",), ("Zoe Petit",)]),
        ("How many guests with email?", [(2,)]), ("How many guests have no email?", [(2,)]),
        ("How many guests have an email and a nationality?", [(2,)]), ("有邮箱和国籍的客人有多少？", [(2,)]),
        ("没有邮箱的客人有多少？", [(2,)]), ("How many guests do not have an email?", [(2,)]),
    ],
)  # fmt: skip
def test_to_have_an_email_is_that_one_is_there(question: str, rows: list[tuple[Any, ...]]) -> None:
    assert said_of_hotels(question) == rows


@pytest.mark.parametrize("question", ["Which products have a stock?", "有库存的商品有哪些"])
def test_whether_no_amount_is_something_is_asked(question: str) -> None:
    assert asked_back(question)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many invoices of Clara were paid?", 1), ("How many invoices were not paid by Ann?", 1),
        ("How many invoices were issued to Clara?", 1), ("How many invoices were paid by Ann?", 0),
    ],
)  # fmt: skip
def test_what_happened_has_a_date_of_it(question: str, count: int) -> None:
    assert told(question) == [(count,)]


@pytest.mark.parametrize("question", ["How many vets have a new salary?", "How many vets have a good name?"])
def test_how_many_is_not_how_many_for_each_value(question: str) -> None:
    assert told(question) is None
