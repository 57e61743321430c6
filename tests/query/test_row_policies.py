"""Whoever asks sees what the row policies of the dataset show to their role, however the answer is come by."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from libs.events.catalog import ColumnDescription, DataSourceSettings, RowPolicy, TableDescription
from libs.knowledge.databases import KnownDatabase
from libs.knowledge.items import pair_id
from services.query.knowledge.recall import Knowledge
from services.query.knowledge.schema import Pair
from services.query.model.client import Model
from services.query.questions.withheld import without_values
from tests.query.knowledge_events import checkpoint, dataset, ddl, structure
from tests.query.scripted_model import ScriptedModel, scripted_model
from tests.query.test_questions import COUNT, FLIGHTS, HOW_MANY, Asking, asking

__all__ = ["asking"]

FROM_JFK, OF_JFK = "How many flights leave from JFK?", "SELECT count(*) AS n FROM flights WHERE origin = 'JFK'"
LATE, OF_LATE = "How many flights are more than 60 minutes late?", "SELECT count(*) AS n FROM flights WHERE delay > 60"

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


@pytest_asyncio.fixture(loop_scope="session")
async def scripted(asking: Asking) -> AsyncIterator[ScriptedModel]:
    """The model of questions."""
    async with scripted_model() as running:
        model = Model(f"{running.url}/v1", "scripted")
        asking.answerer = replace(asking.answerer, finder=replace(asking.answerer.finder, model=model))
        yield running
        await model.close()


async def test_verified_questions_that_may_hold_a_hidden_value_are_not_told(
    asking: Asking, scripted: ScriptedModel
) -> None:
    await asking.learn(FROM_JFK, OF_JFK)
    await asking.learn(HOW_MANY, COUNT, training="t2")
    await _restrict(asking, RowPolicy(table="flights", role="member", filter="origin = 'EWR'"))
    for number, role in enumerate(("admin", "member")):
        await scripted.will("Which airport do you mean?")
        answer = await asking.ask("How many flights leave from that?", number, role=role, conversation_id=role)
        [prompt] = await scripted.told()
        assert answer["outcome"] == "clarification" and HOW_MANY in answer["choices"] and COUNT in prompt
        told = (repr(answer["choices"]), repr(answer["steps"]), prompt)
        assert [("JFK" in each) for each in told] == [role == "admin"] * 3
    await asking.learn("How many flights have a number over 60?", f"{OF_JFK} AND rowid > 60", training="t3")
    failed = await asking.ask("How many flights have a number over 4?", 2, role="member", conversation_id="failed")
    [prompt] = (await scripted.told())[1:]
    assert [step["name"] for step in failed["steps"]][:4] == ["retrieve", "adapted", "run", "model"]
    assert "JFK" not in prompt, "nor is SQL that failed"


async def test_verified_questions_that_are_not_told_answer_their_own(asking: Asking) -> None:
    await asking.learn(FROM_JFK, OF_JFK)
    await asking.learn(LATE, OF_LATE, training="t2")
    await _restrict(asking, *POLICIES)
    for number, (question, strategy, rows) in enumerate(
        (
            (FROM_JFK, "exact", 0),
            ("How many flights leave from the JFK?", "paraphrased", 0),
            ("How many flights are more than 4 minutes late?", "adapted", 1),
        )
    ):
        answer = await asking.ask(question, number, role="member", conversation_id=strategy)
        assert (answer["outcome"], answer["sources"]["strategy"]) == ("answered", strategy)
        assert await _rows(asking, number) == [[rows]]


def test_words_are_taught_by_what_holds_no_hidden_value() -> None:
    plain = (COUNT, f"{COUNT} LIMIT 5 OFFSET 2", "SELECT name FROM airports WHERE name = 'JFK'")
    secret = (OF_JFK, OF_LATE, "SELECT 1 FROM airports JOIN Flights ON x'4A' = origin", "SELECT ((")
    taught = tuple(Pair(f"Which of {sql}?", sql, 0.0) for sql in (*plain, *secret))
    settings = DataSourceSettings(kind="sqlite", database="flights.db")
    database = KnownDatabase("d1", "s1", 1, 1, 1, settings, (FLIGHTS,), (), frozenset())
    known = Knowledge("copy", 1, database, (FLIGHTS,), (), (), {}, taught)
    assert {pair.sql for pair in without_values(known, {"flights": ("true",)}).taught} == set(plain)
    assert without_values(known, {"other": ("true",)}) is known
