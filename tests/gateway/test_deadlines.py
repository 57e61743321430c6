"""A question that nobody answered has timed out: wherever one looks, and as soon as nothing else can come."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest
from aiokafka.errors import KafkaConnectionError

from libs.events.catalog import AnswerAdvanced, QuestionAnswered, QuestionAsked, RowsFetched, Step
from libs.events.ids import new_id
from libs.questions.deadline import GRACE, is_over, is_settled, timed_out
from libs.runtime.clock import now
from services.gateway.chat.heard import Heard
from tests.gateway.conftest import API, Running

_STREAM = {"Accept": "text/event-stream", "Accept-Language": "zh"}


def test_a_question_is_over_at_its_deadline_and_settled_when_nothing_is_on_the_way_any_more() -> None:
    moment = now()
    asked = QuestionAsked(
        question_id="q", dataset_id="d", question="?", conversation_id="c", asked_at=moment, deadline=moment
    )
    tick = timedelta(microseconds=1)
    assert [is_over(asked, moment + after) for after in (-tick, 0 * tick)] == [False, True]
    assert [is_settled(asked, moment + GRACE + after) for after in (-tick, 0 * tick)] == [False, True]
    assert timed_out(asked) == timed_out(asked)  # Whoever says it, and whenever.


async def _asked(running: Running, ago: timedelta) -> QuestionAsked:
    """A question of Anna's whose deadline was `ago`; one step of its answer was made."""
    who = (await running.anna.get(f"{API}/auth/me")).json()["account_id"]
    asked = QuestionAsked(
        question_id=new_id(), dataset_id=await running.dataset(), question="有多少订单？", conversation_id=new_id(),
        language="zh", who=who, asked_at=now() - ago - timedelta(seconds=30), deadline=now() - ago,
    )  # fmt: skip
    step = Step(name="retrieve", status="done")
    about: dict[str, Any] = {"question_id": asked.question_id, "dataset_id": asked.dataset_id}
    await running.hear(asked, AnswerAdvanced(**about, number=1, step=step, advanced_at=now()))
    return asked


async def _shown(running: Running, asked: QuestionAsked) -> dict[str, Any]:
    """The question as it is shown alone, which is as it is shown in its conversation."""
    [alone, among] = [
        (await running.anna.get(f"{API}/chat/{path}")).json()
        for path in (f"questions/{asked.question_id}", f"conversations/{asked.conversation_id}")
    ]
    assert among["questions"] == [alone]
    return dict(alone)


async def test_whoever_asks_and_whoever_looks_is_told_the_same_end_and_the_log_may_say_it_too(running: Running) -> None:
    body = {"dataset_id": await running.dataset(), "question": "有多少订单？"}
    key = {"Idempotency-Key": new_id()}
    waiting = asyncio.create_task(running.anna.post(f"{API}/chat/", json=body, headers=key))
    stream = asyncio.create_task(running.anna.post(f"{API}/chat/", json=body, headers=_STREAM))
    asked = await _asked(running, GRACE)
    shown = await _shown(running, asked)
    assert (shown["outcome"], shown["rows"], len(shown["steps"])) == ("timed_out", None, 1)
    assert "请再问一次" in shown["answer_text"]
    kept = "SELECT count(*) FROM answers WHERE question_id = $1"
    assert await running.gateway.pool.fetchval(kept, asked.question_id) == 0
    told = await asyncio.gather(waiting, stream)
    name, data = told[1].text.strip().splitlines()
    assert (told[0].status_code, name) == (200, "event: answer")
    for one in (told[0].json(), orjson.loads(data.removeprefix("data: "))):
        assert (one.keys(), one["answer_text"]) == (shown.keys(), shown["answer_text"])
        assert (await running.anna.get(f"{API}/chat/questions/{one['question_id']}")).json() == one
    assert (await running.anna.post(f"{API}/chat/", json=body, headers=key)).json() == told[0].json()
    # The end that comes onto the log later is this one. Rows that were sent just before it are not shown.
    about: dict[str, Any] = {"question_id": asked.question_id, "dataset_id": asked.dataset_id}
    late = timed_out(asked, (Step(name="retrieve", status="done"),))
    await running.hear(late, RowsFetched(**about, columns=(), rows=((7,),), fetched_at=now()))
    assert await _shown(running, asked) == shown


async def test_an_end_that_may_be_on_the_way_or_on_the_log_is_waited_for(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateway.chat.heard._SECONDS", 0.05)
    assert (await _shown(running, await _asked(running, timedelta(0))))["outcome"] is None  # Sent just in time?
    asked = await _asked(running, GRACE)
    about: dict[str, Any] = {"question_id": asked.question_id, "dataset_id": asked.dataset_id}

    async def away(_topic: str) -> tuple[str, ...]:
        raise KafkaConnectionError("no Kafka")

    async def behind(_topic: str) -> tuple[str, ...]:
        return ("QuestionAnswered/0/1000000",)

    async def caught_up(_topic: str) -> tuple[str, ...]:
        await running.hear(QuestionAnswered(**about, outcome="clarification", answered_at=asked.deadline))
        return ()

    for log, outcome in ((away, None), (behind, None), (caught_up, "clarification")):
        heard = Heard(log, running.gateway.has_read)
        monkeypatch.setitem(running.gateway.__dict__, "heard", heard)
        assert (await _shown(running, asked))["outcome"] == outcome
