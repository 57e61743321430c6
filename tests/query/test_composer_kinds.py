"""What is counted are things, and not the table that says of what kinds they are."""

import pytest

from tests.query.clinic import told


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many rabbits are there?", 3),
        ("How many cat?", 2),
        ("How many rabbits does Ben Braun have?", 2),
        ("How many species are there?", 3),
    ],
)
def test_a_kind_is_counted_by_what_is_of_it(question: str, number: int) -> None:
    assert told(question) == [(number,)]


def test_a_name_of_somebody_is_no_kind() -> None:
    assert told("How many Lang are there?") is None


@pytest.mark.parametrize(
    "question", ["How many invoices are above the average amount?", "金额高于平均值的账单有多少？"]
)
def test_those_above_the_average_are_counted_in_both_languages(question: str) -> None:
    assert told(question) == [(1,)]


@pytest.mark.parametrize(
    ("question", "number"),
    [("How many owners have more than one animal?", 2), ("total amount of invoices", 150), ("total amount", 150)],
)
def test_one_is_a_number_and_an_amount_a_column_of_that_name(question: str, number: int) -> None:
    assert told(question) == [(number,)]
