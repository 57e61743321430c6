"""The composer answers simple questions in both languages, and asks back where it does not understand."""

from typing import Any

import pytest

from deploy.demo.asking import QUESTIONS
from services.query.composer.compose import SURE, compose
from services.query.reasoning.propose import proposed
from tests.query.flights import flights


def _answer(question: str) -> list[tuple[Any, ...]]:
    connection, known = flights()
    composed = compose(question, known)
    assert composed.sql and composed.score >= SURE, (question, composed.score, composed.sql)
    return connection.execute(composed.sql).fetchall()


@pytest.mark.parametrize(("question", "expected"), [pair for pair in QUESTIONS if pair[1] is not None])
def test_the_demonstrations_questions_are_answered_right(question: str, expected: Any) -> None:
    first = _answer(question)[0]
    assert expected in first


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("每个月有多少航班？", "SELECT month, count(*) FROM flights GROUP BY 1 ORDER BY 1"),
        ("Which manufacturers have more than 100 planes?",
         "SELECT manufacturer FROM planes GROUP BY 1 HAVING count(*) > 100"),
        ("Which airline has the most flights?",
         "SELECT a.name FROM flights JOIN airlines a USING (carrier) GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"),
        ("How many different manufacturers are there?", "SELECT count(DISTINCT manufacturer) FROM planes"),
        ("total distance per carrier",
         "SELECT a.name, sum(distance) FROM flights JOIN airlines a USING (carrier) GROUP BY 1"),
        ("2013年有多少航班", "SELECT count(*) FROM flights WHERE year = 2013"),
        ("average temperature by month at JFK",
         "SELECT month, avg(temp) FROM weather WHERE origin = 'JFK' GROUP BY 1"),
        ("Show the names of airports with altitude above 5000", "SELECT name FROM airports WHERE alt > 5000"),
    ],
)  # fmt: skip
def test_counts_groups_filters_and_joins(question: str, sql: str) -> None:
    connection, _ = flights()
    assert sorted(_answer(question)) == sorted(connection.execute(sql).fetchall())


@pytest.mark.parametrize(
    "question", ["Which airport is the busiest?", "flights to LAX in month 3", "How happy are the passengers?"]
)
async def test_a_question_that_is_not_understood_is_asked_back(question: str) -> None:
    _, known = flights()
    draft = proposed(question, "en", known)
    assert draft.kind != "sql" and draft.text


@pytest.mark.parametrize("question", ["Predict the weather of next week", "谁写了《红楼梦》？"])
async def test_what_the_data_does_not_hold_is_unanswerable(question: str) -> None:
    _, known = flights()
    assert proposed(question, "en", known).kind == "unanswerable"
