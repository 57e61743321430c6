"""A verb alone leads to no column, a date to no table that nobody speaks of; a term may be just a table's name."""

from dataclasses import replace

import pytest

from services.query.knowledge.schema import Term
from tests.query.clinic import CLINIC, told


@pytest.mark.parametrize(
    "question",
    [
        "How much did Clara Weber pay in 2026?",
        "How much did we earn yesterday?",
        "How much did we earn?",
        "average salary in 2025",
    ],
)
def test_what_nobody_speaks_of_is_not_the_answer(question: str) -> None:
    assert told(question) is None


def test_what_somebody_earns_is_their_pay() -> None:
    assert told("How much does Jung earn?") == [(90000.0,)]
    assert told("average salary of vets hired in 2025") == [(90000.0,)]


def test_a_term_of_a_table_s_name_is_a_name_of_it() -> None:
    pets = Term("pets", "", ("宠物",), "animals")
    assert told("有多少只宠物？", replace(CLINIC, terms=(*CLINIC.terms, pets))) == [(7,)]
