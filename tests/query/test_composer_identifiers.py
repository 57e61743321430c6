"""A token of letters and digits is one thing, and what no sample holds is looked up, else compared whole."""

from typing import Any

import pytest

from services.query.composer.linking.lookup import phrases_of
from tests.query.hotels import HOTELS, said_of_hotels


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Show booking BK2402", [("BK2402", 2, "BE1", 1, "phone", 1200)]),
        ("Which guest made booking BK2402?", [("Bo Li",)]),
        ("订单BK2402的客人是谁？", [("Bo Li",)]),
        ("What is the cost of repair R-02?", [(1300,)]),
        ("How many bookings does BE1 have?", [(3,)]),
        ("Show booking BK9999", []),
    ],
)
def test_an_identifier_is_compared_whole(question: str, rows: list[tuple[Any, ...]]) -> None:
    assert said_of_hotels(question) == rows


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ("who made BK2402?", ("BK2402",)), ("BK2402的客人", ("BK2402",)), ("who made bk2402", ("bk2402",)),
        ("top10 hotels", ()), ("bookings in Q3 2025", ()), ("hotels within 5km", ()), ("rooms of BE1", ()),
    ],
)  # fmt: skip
def test_an_identifier_that_no_sample_holds_is_looked_up(question: str, phrases: tuple[str, ...]) -> None:
    assert phrases_of(question, HOTELS) == phrases
