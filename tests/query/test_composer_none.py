"""Those that have none of what is counted belong to those that have few."""

import pytest

from tests.query.clinic import told


@pytest.mark.parametrize("question", ["Which vet has the fewest appointments?", "预约最少的兽医"])
def test_the_fewest_may_be_none(question: str) -> None:
    assert told(question.replace("预约", "appointments")) == [("Lang",)]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which 2 vets have the fewest appointments?", [("Lang",), ("Jung",)]),
        ("Which vets have fewer than 2 appointments?", [("Jung",), ("Lang",)]),
        ("How many vets have fewer than 2 appointments?", [(2,)]),
        ("Which vet has the most appointments?", [("Adler",)]),
        ("Which status has the fewest appointments?", [("cancelled",)]),
    ],
)
def test_what_is_few_counts_from_nothing(question: str, rows: list[tuple[object, ...]]) -> None:
    assert told(question) == rows


def test_the_fewest_of_some_of_them_are_asked_back() -> None:
    assert told("Which vet has the fewest cancelled appointments?") is None
