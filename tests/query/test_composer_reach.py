"""What has nothing to do with each other is not joined; a country is that of what is asked for, else it is asked."""

from typing import Any

import pytest

from services.query.reasoning.propose import proposed
from tests.query.hotels import HOTELS, said_of_hotels


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How many hotels are in Germany?", [(1,)]), ("德国有几家酒店？", [(1,)]),
        ("Which hotels are in the USA?", [("Hudson Corner",)]), ("How many rooms are in Germany?", [(2,)]),
        ("How many staff work in China?", [(2,)]), ("How many guests are from Germany?", [(2,)]),
        ("How many bookings of guests from Germany?", [(2,)]), ("How many German guests are there?", [(2,)]),
    ],
)  # fmt: skip
def test_a_country_is_a_code_of_the_table_itself_before_it_is_that_of_people(
    question: str, rows: list[tuple[Any, ...]]
) -> None:
    assert said_of_hotels(question) == rows


@pytest.mark.parametrize("question", ["How many hotels are in France?", "Which hotels are in France?"])
def test_a_hotel_is_not_in_the_country_of_those_who_booked_there(question: str) -> None:
    assert said_of_hotels(question) is None


@pytest.mark.parametrize("question", ["How many bookings in Germany?", "德国的订单有多少？"])
def test_a_value_of_two_columns_that_are_as_near_is_asked_and_the_chosen_one_is_taken(question: str) -> None:
    asked = proposed(question, "en", HOTELS)
    assert (asked.kind, len(asked.choices)) == ("clarification", 2)
    assert [said_of_hotels(choice) for choice in sorted(asked.choices)] == [[(3,)], [(2,)]]


@pytest.mark.parametrize("question", ["How many bookings cost more than 1000?", "Which guests have a cost over 50?"])
def test_bookings_and_repairs_of_one_room_have_nothing_to_do_with_each_other(question: str) -> None:
    assert said_of_hotels(question) is None


def test_over_a_room_that_is_spoken_of_they_have() -> None:
    assert said_of_hotels("How many bookings are there for rooms with a repair?") == [(4,)]
