"""How much without an amount is the one money of what is spoken of; of several it is asked back. Nothing is listed."""

from typing import Any

import pytest

from tests.query.clinic import told
from tests.query.hotels import said_of_hotels


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How much was paid by card in 上海?", [(300,)]), ("How much did guests from China pay?", [(3200,)]),
        ("How much did guests pay per method?", [("card", 1600), ("cash", 2600)]),
        ("How much does the repair R-02 cost?", [(1300,)]), ("维修R-02多少钱？", [(1300,)]),
        ("How much was spent on repairs?", [(1355,)]),
    ],
)  # fmt: skip
def test_it_is_the_one_money_there_is(question: str, rows: list[tuple[Any, ...]]) -> None:
    assert said_of_hotels(question) == rows


@pytest.mark.parametrize(
    "question",
    ["How much did the guests get?", "How much was paid for staff and bookings?", "How much did we earn yesterday?"],
)
def test_nothing_else_is_listed(question: str) -> None:
    assert said_of_hotels(question) is None


def test_money_of_whom_nobody_speaks_is_not_meant() -> None:
    assert told("How much did Clara Weber pay in 2026?") is None
