"""Whoever asks sees what the row policies of the dataset show to their role, however the answer is come by."""

from typing import Any

import pytest

from libs.events.catalog import ColumnDescription, RowPolicy, TableDescription
from libs.knowledge.items import pair_id
from tests.query.knowledge_events import checkpoint, dataset, ddl, structure
from tests.query.test_questions import COUNT, HOW_MANY, Asking, asking

__all__ = ["asking"]

POLICIES = (
    RowPolicy(table="flights", role="member", filter="origin = 'EWR'"),
    RowPolicy(table="flights", role="admin", filter="delay < 60 OR origin = 'JFK'"),
)


async def _rows(asking: Asking, number: int) -> Any:
    [fetched] = [sent for sent in await asking.sent("RowsFetched") if sent["question_id"] == f"q{number}"]
    return fetched["rows"]


async def _restrict(asking: Asking, *policies: RowPolicy, version: int = 2) -> None:
    await asking.consume(dataset(version).model_copy(update={"policies": policies}))


async def test_a_verified_pair_gives_each_role_its_own_rows_and_shows_the_sql_as_it_was_learned(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    await _restrict(asking, *POLICIES)
    for number, (role, count) in enumerate(
        (("member", 2), ("admin", 3), (None, 2), ("member", 2), ("admin", 3)), start=1
    ):
        answer = await asking.ask(HOW_MANY, number, role=role)
        assert await _rows(asking, number) == [[count]]
        assert answer["cached"] is (number > 3)
        assert "flights" in answer["sql"] and "EWR" not in answer["sql"] and "delay" not in answer["sql"]
        assert answer["sources"]["items"] == [pair_id(HOW_MANY, COUNT)]
        assert "Row policies apply" in answer["answer_text"]
    said = [step["step"]["detail"] for step in await asking.sent("AnswerAdvanced") if step["step"]["name"] == "run"]
    assert said and all("row policies show your role only some rows" in each for each in said)


async def test_sql_that_was_cached_is_run_within_the_policy_as_often_as_it_is_used(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    await _restrict(asking, *POLICIES)
    first = await asking.ask(HOW_MANY, 1, role="member")
    for number in (2, 3, 4):
        await asking.query.pool.execute("DELETE FROM cached WHERE kind = 'result'")
        again = await asking.ask(HOW_MANY, number, role="member")
        assert (again["cached"], again["sql"]) == (True, first["sql"])
        assert await _rows(asking, number) == [[2]]


async def test_another_policy_holds_for_the_next_question_though_the_answer_was_cached(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    await asking.ask(HOW_MANY, 1, role="member")
    assert await _rows(asking, 1) == [[3]]
    await _restrict(asking, RowPolicy(table="flights", role="any", filter="delay = 70"))
    await asking.ask(HOW_MANY, 2, role="member")
    assert await _rows(asking, 2) == [[1]]
    await _restrict(asking, version=3)
    await asking.ask(HOW_MANY, 3, role="member")
    assert await _rows(asking, 3) == [[3]]


async def test_a_policy_that_cannot_be_kept_any_more_shows_nothing(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    await _restrict(asking, RowPolicy(table="flights", filter="colour = 'red'"))
    answer = await asking.ask(HOW_MANY, 1, role="admin")
    assert (answer["outcome"], await asking.sent("RowsFetched")) == ("clarification", [])


@pytest.mark.parametrize(("role", "outcome"), [("admin", "answered"), ("member", "clarification")])
async def test_values_of_a_table_are_not_known_to_whom_a_policy_hides_some_of_its_rows(
    asking: Asking, role: str, outcome: str
) -> None:
    flights = TableDescription(
        name="flights",
        columns=(
            ColumnDescription(name="origin", type="TEXT", values=("EWR", "JFK")),
            ColumnDescription(name="delay", type="INTEGER"),
        ),
        row_estimate=3,
    )
    await asking.consume(structure(2, [flights]), checkpoint(1, [ddl(flights)], training_id="t2"))
    await _restrict(asking, RowPolicy(table="flights", role="member", filter="origin = 'EWR'"))
    answer = await asking.ask("How many flights from JFK?", 1, role=role)
    assert answer["outcome"] == outcome
    assert role == "admin" or "EWR" not in repr(answer)
