"""A column of yes and no says which rows are meant; a column that is named beside its thing is told with its name."""

import pytest

from tests.query.clinic import told


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many animals are neutered?", 4),
        ("How many animals are not neutered?", 2),
        ("How many neutered animals are there?", 4),
        ("how many rabbits are neutered", 1),
    ],
)
def test_a_flag_is_a_condition(question: str, number: int) -> None:
    assert told(question) == [(number,)]


def test_yes_and_no_are_not_counted() -> None:
    assert told("How many neutered rabbits are there?") is None


@pytest.mark.parametrize("question", ["工资最高的2位兽医及其工资", "Top 2 vets by salary and their salary"])
def test_whose_it_is_is_told_beside_it(question: str) -> None:
    assert told(question) == [("Jung", 90000.0), ("Lang", 80000.0)]
