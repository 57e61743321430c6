"""Following trainings live, questions answered by the other services, and what becomes of feedback."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson

from libs.events.catalog import (
    AnswerAdvanced,
    CheckpointReached,
    FeedbackReviewed,
    LearnedItem,
    LogLine,
    Problem,
    QuestionAnswered,
    Relation,
    RowsFetched,
    SchemaInspected,
    Step,
    TableDescription,
    TrainingLogged,
    TrainingStatus,
)
from libs.events.ids import new_id
from libs.runtime.clock import now
from services.gateway.live.follow import Line, follow
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem


def reached(training_id: str, dataset_id: str, sequence: int, status: TrainingStatus = "training", **more: Any) -> Any:
    return CheckpointReached(
        training_id=training_id, dataset_id=dataset_id, sequence=sequence, status=status, reached_at=now(), **more
    )


async def take(events: AsyncIterator[list[Line]], count: int) -> list[Line]:
    """At least `count` lines of those that come."""
    taken: list[Line] = []
    async with asyncio.timeout(20):
        while len(taken) < count:
            taken += await anext(events)
    return taken


def token_of(client: httpx.AsyncClient) -> str:
    return client.headers["authorization"].partition(" ")[2]


async def eventually_asked(running: Running, dataset_id: str) -> str:
    """Give the id of the question that is being asked."""
    query = "SELECT question_id FROM questions WHERE dataset_id = $1"
    async with asyncio.timeout(10):
        while (found := await running.gateway.pool.fetchval(query, dataset_id)) is None:
            await asyncio.sleep(0.01)
    return str(found)


async def test_a_follower_sees_every_checkpoint_and_line_and_misses_nothing_when_it_comes_back(
    running: Running,
) -> None:
    dataset_id = await running.dataset()
    training_id = (await running.anna.post(f"{API}/datasets/{dataset_id}/train")).json()["training_id"]
    token = token_of(running.anna)
    first = follow(running.gateway, dataset_id, token, None)
    await running.hear(reached(training_id, dataset_id, 1, "pending"))
    (seen,) = await take(first, 1)
    assert (seen.event, orjson.loads(seen.data)["sequence"]) == ("checkpoint", 1)
    await first.aclose()
    line = LogLine(number=1, content="Learning tables", created_at=now())
    await running.hear(
        reached(training_id, dataset_id, 2),
        TrainingLogged(training_id=training_id, dataset_id=dataset_id, lines=(line,)),
        reached(training_id, dataset_id, 3, "completed"),
    )
    again = follow(running.gateway, dataset_id, token, seen.event_id)
    events = await take(again, 3)
    checkpoints = [orjson.loads(e.data)["sequence"] for e in events if e.event == "checkpoint"]
    lines = [orjson.loads(e.data)["content"] for e in events if e.event == "log"]
    assert (checkpoints, lines) == ([2, 3], ["Learning tables"])
    await again.aclose()


async def test_a_question_is_answered_with_its_rows_and_shows_again_in_its_conversation(running: Running) -> None:
    dataset_id = await running.dataset()
    body = {"dataset_id": dataset_id, "question": "How many orders?"}
    asking = asyncio.create_task(running.anna.post(f"{API}/chat/", json=body))
    question: dict[str, Any] = {"question_id": await eventually_asked(running, dataset_id), "dataset_id": dataset_id}
    ended = QuestionAnswered(**question, outcome="answered", sql="SELECT 7", row_count=1, answered_at=now())
    await running.hear(ended, RowsFetched(**question, columns=(), rows=((7,),), fetched_at=now()))
    answered = await asking
    assert answered.status_code == 200
    assert (answered.json()["rows"], answered.json()["outcome"]) == ([[7]], "answered")
    conversation = await running.anna.get(f"{API}/chat/conversations/{answered.json()['conversation_id']}")
    assert [turn["sql"] for turn in conversation.json()["questions"]] == ["SELECT 7"]
    assert_problem(await running.ben.get(f"{API}/chat/questions/{question['question_id']}"), 404)


async def test_a_verdict_on_a_follow_up_is_about_the_whole_question_it_was_understood_as(running: Running) -> None:
    dataset_id = await running.dataset()
    asking = asyncio.create_task(
        running.anna.post(f"{API}/chat/", json={"dataset_id": dataset_id, "question": "and by month?"})
    )
    question: dict[str, Any] = {"question_id": await eventually_asked(running, dataset_id), "dataset_id": dataset_id}
    whole = "How many orders, by month"
    ended = QuestionAnswered(**question, outcome="answered", sql="SELECT 7", understood=whole, answered_at=now())
    await running.hear(ended, RowsFetched(**question, columns=(), rows=((7,),), fetched_at=now()))
    shown = (await asking).json()
    assert (shown["question"], shown["understood"]) == ("and by month?", whole)
    given = await running.anna.post(f"{API}/chat/feedback", json={"question_id": question["question_id"], "rating": 1})
    assert (await running.anna.get(given.headers["location"])).json()["question"] == whole


async def test_a_reader_of_events_gets_the_steps_and_then_the_answer(running: Running) -> None:
    dataset_id = await running.dataset()
    body = {"dataset_id": dataset_id, "question": "有多少订单？"}
    headers = {"Accept": "text/event-stream"}
    asking = asyncio.create_task(running.anna.post(f"{API}/chat/", json=body, headers=headers))
    question: dict[str, Any] = {"question_id": await eventually_asked(running, dataset_id), "dataset_id": dataset_id}
    step = AnswerAdvanced(**question, number=1, step=Step(name="find", status="done"), advanced_at=now())
    ended = QuestionAnswered(**question, outcome="clarification", answer_text="哪一年？", answered_at=now())
    await running.hear(step, ended)
    told = (await asking).text
    assert told.index("event: step") < told.index("event: answer") and "哪一年？" in told


async def test_feedback_goes_from_received_by_accepted_to_learned(running: Running) -> None:
    dataset_id = await running.dataset()
    verdict = {"dataset_id": dataset_id, "question": "How many?", "rating": -1, "corrected_sql": "SELECT 8"}
    given = await running.anna.post(f"{API}/chat/feedback", json=verdict)
    assert (given.status_code, given.json()["status"]) == (201, "received")
    feedback_id, training_id = given.json()["feedback_id"], new_id()
    path = given.headers["location"]
    review: dict[str, Any] = {"feedback_id": feedback_id, "dataset_id": dataset_id, "sequence": 1, "reviewed_at": now()}
    await running.hear(FeedbackReviewed(**review, verdict="accepted", training_id=training_id))
    assert (await running.anna.get(path)).json()["status"] == "accepted"
    await running.hear(reached(training_id, dataset_id, 1, "completed", source="feedback"))
    assert (await running.anna.get(path)).json()["status"] == "learned"
    assert_problem(await running.ben.get(path), 404)


async def test_removed_knowledge_is_not_shown_whichever_event_comes_first(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}/training-data"
    old, new = LearnedItem(item_id="o", kind="ddl", text="old"), LearnedItem(item_id="n", kind="pair", text="new")
    training_id = (await running.anna.post(f"{API}/datasets/{dataset_id}/train")).json()["training_id"]
    await running.hear(reached(training_id, dataset_id, 1, "completed", items=(old,)))
    assert (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["status"] == "completed"
    assert [item["text"] for item in (await running.anna.get(path)).json()["items"]] == ["old"]
    assert (await running.anna.delete(f"{API}/datasets/{dataset_id}/training")).status_code == 200
    assert (await running.anna.get(path)).json()["total"] == 0
    assert (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["status"] == "pending"
    await running.hear(
        reached(training_id, dataset_id, 2, "completed", items=(old,)),
        reached("u", dataset_id, 1, "completed", items=(new,), generation=1),
    )
    assert [item["text"] for item in (await running.anna.get(path)).json()["items"]] == ["new"]


async def test_the_tables_and_relations_that_were_found_are_shown_and_an_error_carries_its_hint(
    running: Running,
) -> None:
    dataset_id = await running.dataset()
    datasource_id = (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["datasource_id"]
    tables = (TableDescription(name="orders"), TableDescription(name="people"))
    relation = Relation(source="orders", target="people", source_col="person", target_col="id", confidence=0.9)
    inspected: dict[str, Any] = {"datasource_id": datasource_id, "inspected_at": now(), "ok": True}
    await running.hear(
        SchemaInspected(inspection_id=new_id(), sequence=1, tables=tables, relations=(relation,), **inspected)
    )
    suggested = (await running.anna.get(f"{API}/datasets/{dataset_id}/modeling/suggestions")).json()
    assert [node["table_name"] for node in suggested["nodes"]] == ["orders", "people"]
    assert suggested["edges"][0]["confidence"] == 0.9
    testing = asyncio.create_task(running.anna.post(f"{API}/datasources/{datasource_id}/test"))
    async with asyncio.timeout(10):
        query = "SELECT value FROM outbox WHERE topic = 'SchemaInspectionRequested' AND key = $1 ORDER BY id DESC"
        while not (asked := orjson.loads(await running.gateway.pool.fetchval(query, datasource_id)))["only_test"]:
            await asyncio.sleep(0.01)
    problem = Problem(code="login", detail="The login failed", hint="Check the password")
    inspected |= {"ok": False, "problem": problem, "only_test": True}
    await running.hear(SchemaInspected(inspection_id=asked["inspection_id"], sequence=2, **inspected))
    shown = assert_problem(await testing, 422)
    assert (shown["reason"], shown["hint"]) == ("login", "Check the password")
