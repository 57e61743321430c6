"""What two conditions hold for is a row, and not the name that another row has too."""

from tests.query.clinic import told


def test_two_people_of_one_name_have_not_both() -> None:
    assert told("Which owners have both a cat and a rabbit?") == [("Ben", "Braun")]


def test_their_number_is_that_of_rows() -> None:
    assert told("How many owners have both a cat and a rabbit?") == [(1,)]


def test_an_average_of_both_is_asked_back() -> None:
    assert told("average weight of animals of owners that have both a cat and a rabbit") is None
