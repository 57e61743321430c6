"""An old question asked again, with what is known today or was known earlier, from a real log."""

import asyncio
import sqlite3
import time
from argparse import ArgumentTypeError, Namespace
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import TopicPartition

from libs.embeddings.encoding import encode_vector
from libs.embeddings.local import LocalEmbedder
from libs.events.catalog import LearnedItem, QuestionAnswered, QuestionAsked, RowPolicy
from libs.events.command import Refused
from libs.runtime.clock import now
from libs.runtime.settings import Settings
from services.query.replay.again import Replay
from services.query.replay.as_of import NeverReached, mark_of, marks_after
from services.query.replay.before import answer_of, same_rows
from services.query.replay.command import replay, version_or_time
from services.query.wiring import replaying_with
from tests.query.knowledge_events import THEN, checkpoint, dataset, datasource, ddl, pair, removed, structure, term
from tests.query.on_log import SECONDS, OnLog, log_settings
from tests.query.test_questions import COUNT, FLIGHTS, HOW_MANY

__all__ = ["log_settings"]

_LATE = "SELECT count(*) FROM flights WHERE delay > 60"


@dataclass
class Past(OnLog):
    """A log of two parts, the query service's state of it, and the names of the copies that were dropped."""

    replay: Replay
    between: datetime
    dropped: list[str] = field(default_factory=list)

    async def same_rows(self, asked: QuestionAsked, sql: str, seconds: float = SECONDS) -> bool | None:
        return await same_rows(self.replay.finder, asked, COUNT, sql, time.monotonic() + seconds)

    async def trace(self) -> tuple[int, ...]:
        """What would be more if a replay left something."""
        counts = ("core.outbox", "core.cached", "questions", "pg_namespace")
        return tuple([await self.service.pool.fetchval(f"SELECT count(*) FROM {table}") for table in counts])


@pytest_asyncio.fixture(loop_scope="session")
async def past(log_settings: Settings, tmp_path: Path) -> AsyncIterator[Past]:
    with sqlite3.connect(tmp_path / "flights.db") as made:
        made.execute("CREATE TABLE flights (origin TEXT, delay INTEGER)")
        made.executemany("INSERT INTO flights VALUES (?, ?)", [("EWR", 5), ("JFK", 70), ("EWR", 0)])
    async with AsyncExitStack() as stack:
        service, replaying = await replaying_with(log_settings, stack)
        past = Past(service, replaying, now())
        past.run(replaying.rebuild, stack)
        retired = replaying.rebuild.retired
        assert retired

        async def dropped(copy: str) -> None:
            past.dropped.append(copy)
            await retired(copy)

        past.replay = replace(replaying, rebuild=replace(replaying.rebuild, retired=dropped))
        [vector] = await LocalEmbedder().passages([HOW_MANY])
        known = [_pair(COUNT, vector), _pair(_LATE, vector, "feedback")]
        await past.say(
            datasource(1, str(tmp_path / "flights.db")), dataset(), structure(1, [FLIGHTS]),
            checkpoint(1, [ddl(FLIGHTS)], training_id="t0"), checkpoint(1, [known[0]], training_id="t1"),
            *_answered("q1"),
        )  # fmt: skip
        await past.until("SELECT count(*) = 2 FROM checkpoints")
        await past.until("SELECT count(*) = 1 FROM questions WHERE outcome IS NOT NULL AND asked IS NOT NULL")
        past.between = now() + timedelta(milliseconds=5)
        while now() <= past.between:
            await asyncio.sleep(0)
        policy = RowPolicy(table="flights", filter="origin = 'JFK'")
        await past.say(checkpoint(1, [known[1]], training_id="f1"))  # Between topics there is no order.
        await past.until("SELECT count(*) = 3 FROM checkpoints")
        await past.say(term(1), dataset(2).model_copy(update={"policies": (policy,)}))
        await past.until("SELECT (SELECT count(*) FROM terms) = 1 AND (SELECT version FROM datasets) = 2")
        yield past
        await retired(await service.pool.fetchval("SELECT name FROM copy"))


def _pair(sql: str, vector: object, origin: str = "training") -> LearnedItem:
    embedding = encode_vector(LocalEmbedder().model, vector)  # type: ignore[arg-type]
    return pair(HOW_MANY, sql).model_copy(update={"embedding": embedding, "origin": origin})


def _answered(question_id: str) -> tuple[QuestionAsked, QuestionAnswered]:
    asked = QuestionAsked(
        question_id=question_id, dataset_id="d1", question=HOW_MANY, conversation_id="c1", role="member",
        asked_at=THEN, deadline=THEN + timedelta(seconds=30),
    )  # fmt: skip
    return asked, QuestionAnswered(
        question_id=question_id, dataset_id="d1", outcome="answered", sql=COUNT, knowledge_version=2, answered_at=THEN
    )


async def test_an_old_question_is_answered_with_what_was_known_then_and_leaves_no_trace(past: Past) -> None:
    before, trace = await answer_of(past.service.pool, "q1"), await past.trace()
    assert before is not None and (before.sql, before.knowledge_version) == (COUNT, 2)
    asked = before.asked
    expected: tuple[tuple[int | datetime | None, str, str, int], ...] = (
        (None, "answered", _LATE, 4),
        (3, "answered", _LATE, 3),
        (2, "answered", COUNT, 2),
        (past.between, "answered", COUNT, 2),
        (0, "unanswerable", "", 0),
    )
    for as_of, outcome, sql, version in expected:
        after = await (past.replay.today(asked) if as_of is None else past.replay.earlier(asked, as_of))
        assert (after.outcome, after.knowledge_version) == (outcome, version), as_of
        assert (after.sql or "").removesuffix(" LIMIT 1000").lower() == sql.lower(), as_of
        assert after.rows == (((1,),) if sql else ()), "the row policies of today hold"
    assert await past.same_rows(asked, _LATE) is True, "among the rows that a member may see"
    assert await past.same_rows(asked, "SELECT 7 FROM flights") is False
    assert await past.same_rows(asked, "SELECT gone FROM flights") is None
    assert await past.same_rows(asked, COUNT, seconds=0) is None
    with pytest.raises(NeverReached) as never:
        await past.replay.earlier(asked, 5)
    assert never.value.newest == 4
    assert await answer_of(past.service.pool, "q2") is None
    told = await replay(past.replay, Namespace(question="q1", as_of=3))
    assert (told["before"]["sql"], told["after"]["knowledge_version"], told["same_rows"]) == (COUNT, 3, True)
    for question_id, said in (("q2", "no question q2 that was answered"), ("q1", "never had .* 5; its newest is 4")):
        with pytest.raises(Refused, match=said):
            await replay(past.replay, Namespace(question=question_id, as_of=5))
    assert await past.trace() == trace
    empty = await past.replay.finder.vectors.digest("no such copy")
    assert len(past.dropped) == 5
    assert [await past.replay.finder.vectors.digest(copy) for copy in past.dropped] == [empty] * 5


def test_a_version_ends_before_the_event_that_makes_the_next_one() -> None:
    place = TopicPartition("CheckpointReached", 0)
    one = checkpoint(1, [ddl(FLIGHTS)])
    events = (one, checkpoint(2), one, term(1), removed(1), checkpoint(3, forgotten=["x"]))
    marks = [mark_of(event, 10 + number // 2, place, number) for number, event in enumerate(events)]
    after = {version: [mark.offset for mark in marks_after(version, reversed(marks))] for version in range(5)}
    assert after == {0: [0, 1, 2, 3, 4, 5], 1: [3, 4, 5], 2: [4, 5], 3: [5], 4: []}
    with pytest.raises(NeverReached):
        marks_after(5, marks)


def test_as_of_is_a_version_or_a_time_in_some_zone() -> None:
    assert version_or_time("12") == 12
    assert version_or_time("2026-11-21T10:00") == version_or_time("2026-11-21T12:00+02:00")
    assert version_or_time("2026-11-21") == datetime(2026, 11, 21, tzinfo=UTC)
    with pytest.raises(ArgumentTypeError, match="neither a version nor a time"):
        version_or_time("yesterday")
