"""A month may be asked for as a thing is; a word that is not known is shown whole."""

import pytest

from services.query.reasoning.propose import proposed
from tests.query.clinic import CLINIC, told


@pytest.mark.parametrize("question", ["Which month has the most vets?", "哪个月的兽医最多？"])
def test_the_month_with_the_most_is_a_group(question: str) -> None:
    assert told(f"{question[:-1]} (hired_on)") == told(question)
    rows = told(question)
    assert rows is not None and len(rows) == 1 and str(rows[0][0]).endswith("-02")


def test_characters_that_stand_together_are_one_unknown_word() -> None:
    assert "项目" in proposed("哪个项目的账单最多", "zh", CLINIC).text
    assert "frobnic, quux" in proposed("How many frobnic vets quux", "en", CLINIC).text
