"""Reads a question as it was received, and waits for what it needs to be known."""

import time
from typing import Any

import asyncpg

from libs.events.catalog import QuestionAsked
from libs.events.envelope import Received
from libs.leases.claim import WorkGone
from libs.postgres.listen import Listener
from services.query.knowledge.recall import met

_POLL_SECONDS = 0.2
_QUESTION = """
SELECT event_id, correlation_id, traceparent, asked,
    extract(epoch FROM (asked ->> 'deadline')::timestamptz - clock_timestamp())::float8 AS seconds
FROM questions WHERE question_id = $1
"""


async def read_question(pool: "asyncpg.Pool[Any]", question_id: str) -> tuple[Received[QuestionAsked], float]:
    """The question, and the seconds to its deadline by the database's clock.

    Raises `WorkGone` for an unknown question.
    """
    row = await pool.fetchrow(_QUESTION, question_id)
    if row is None or row["asked"] is None:
        raise WorkGone(f"no question {question_id} in the read models")
    return received(row), row["seconds"]


def received(row: asyncpg.Record) -> Received[QuestionAsked]:
    """The question of a row of `questions`, as its answer names it as its cause."""
    event = QuestionAsked.model_validate(row["asked"])
    return Received(event, row["event_id"], row["correlation_id"], row["traceparent"], QuestionAsked.__name__, -1, -1)


async def needs_met(pool: "asyncpg.Pool[Any]", listener: Listener, asked: QuestionAsked, seconds: float) -> bool:
    """Wait up to `seconds` until the read models have what the question needs; False when they do not get there."""
    ends = time.monotonic() + seconds
    async with listener.subscribed("read") as wake:
        while True:
            async with pool.acquire() as connection:
                if await met(connection, asked.dataset_id, asked.needs):
                    return True
            if time.monotonic() > ends:
                return False
            await wake.wait(_POLL_SECONDS)
