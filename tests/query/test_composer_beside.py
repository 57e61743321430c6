"""What is told beside other things is shown with them and of its own thing, or asked back, and never dropped."""

from dataclasses import replace
from typing import Any

import pytest

from services.query.composer.compose import compose
from services.query.knowledge.schema import Term
from tests.query.hotels import HOTELS, said_of_hotels

_VIP = replace(HOTELS, terms=(*HOTELS.terms, Term("VIP guests", "", ("贵宾",), "guests.nationality = 'Germany'")))
_EMAILS = [("Ann Weber", "ann@mail"), ("Max Braun", None)]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Names and emails of VIP guests", _EMAILS), ("贵宾的名字和邮箱", _EMAILS),
        ("List VIP guests with email", _EMAILS),
        ("List hotels with city and country", [("Spree Palace", "Berlin", "DE"), ("Riverside", "上海", "CN"),
                                               ("Hudson Corner", "New York", "US")]),
        ("Show repairs with cost", [("R-01", 55), ("R-02", 1300)]),
        ("Show payments with guest name and method", [(1, "Ann Weber", "card"), (2, "Bo Li", "cash"),
                                                      (3, "Bo Li", "card"), (4, "Ann Weber", "card"),
                                                      (5, "Bo Li", "cash")]),
        ("员工的名字和酒店名称", [("Eva", "Spree Palace"), ("Tom", "Spree Palace"), ("Liu", "Riverside"),
                        ("Kay", "Hudson Corner"), ("Ida", "Riverside")]),
    ],
)  # fmt: skip
def test_what_is_told_beside_a_thing_is_its_own(question: str, rows: list[tuple[Any, ...]]) -> None:
    assert said_of_hotels(question, _VIP) == rows


@pytest.mark.parametrize(
    "question", ["Names of staff and their hotel", "names of staff and hotels", "员工的名字和酒店"]
)
def test_the_one_hotel_of_each_is_shown_by_name(question: str) -> None:
    assert said_of_hotels(question) == said_of_hotels("员工的名字和酒店名称")


@pytest.mark.parametrize(
    "question",
    [
        "List hotels with their rooms", "List the names of guests and their bookings", "酒店和员工数",
        "staff and rooms by hotel", "each hotel's staff and rooms count",
    ],
)  # fmt: skip
def test_the_many_rows_of_each_are_not_left_out(question: str) -> None:
    assert said_of_hotels(question) is None


def test_what_is_averaged_with_something_has_it() -> None:
    assert "NOT channel IS NULL" in (compose("Average total amt of bookings with channel", HOTELS).sql or "")
