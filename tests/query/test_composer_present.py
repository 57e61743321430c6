"""That rows have something in a column is asked of what is there, and never for each value of it."""

from typing import Any

import pytest

from tests.query.hotels import said_of_hotels
from tests.query.shop import asked_back


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How many guests have an email?", [(2,)]), ("有邮箱的客人有多少？", [(2,)]), ("有多少客人有邮箱？", [(2,)]),
        ("How many guests from Germany have an email?", [(1,)]), ("How many guests with an email are there?", [(2,)]),
        ("Which guests have an email?", [("Ann Weber",), ("Zoe Petit",)]),
        ("How many guests have no email?", [(2,)]), ("没有邮箱的客人有多少？", [(2,)]),
        ("How many guests do not have an email?", [(2,)]),
    ],
)  # fmt: skip
def test_to_have_an_email_is_that_one_is_there(question: str, rows: list[tuple[Any, ...]]) -> None:
    assert said_of_hotels(question) == rows


@pytest.mark.parametrize("question", ["Which products have a stock?", "有库存的商品有哪些"])
def test_whether_no_amount_is_something_is_asked(question: str) -> None:
    assert asked_back(question)
