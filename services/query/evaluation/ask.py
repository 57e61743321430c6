"""Asks questions through the log, a few at a time, and tells of each answer as it comes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg

from libs.events.catalog import QuestionAsked
from libs.events.ids import new_id
from libs.events.transaction import transaction
from libs.postgres.listen import Listener
from libs.runtime.clock import now
from services.query.evaluation.questions import Question

_AT_ONCE = 4
_GRACE_SECONDS = 30.0
"""After its deadline a question has still to be ended, by a process that is there again."""
_POLL_SECONDS = 0.2
_ANSWER = "SELECT outcome, sql FROM questions WHERE question_id = $1 AND outcome IS NOT NULL"
_WORDS = {"timed_out": "failed"}
"""The scorer's words for ours, where they differ."""


class NotAnswered(Exception):
    """A question got no answer, not even an honest failure."""


@dataclass(frozen=True)
class Asker:
    """Asks a dataset as nobody in particular: all its row policies hold. A question may take `seconds`."""

    pool: "asyncpg.Pool[Any]"
    listener: Listener
    dataset_id: str
    seconds: float

    async def ask_all(self, questions: Sequence[Question], tell: Callable[[dict[str, Any]], None]) -> None:
        """Ask `questions`, and `tell` each answer as a line for the scorer; raises `NotAnswered`."""
        few, failed = asyncio.Semaphore(_AT_ONCE), None

        async def one(question: Question) -> None:
            async with few:
                tell(await self._ask(question))

        try:
            async with asyncio.TaskGroup() as group:
                for question in questions:
                    group.create_task(one(question))
        except* NotAnswered as found:
            failed = found.exceptions[0]
        if failed:
            raise failed

    async def _ask(self, question: Question) -> dict[str, Any]:
        began, asked = time.monotonic(), self._asked(question)
        async with self.listener.subscribed("read") as wake:
            async with transaction(self.pool, "query") as opened:
                opened.publish(asked)
            while not (answer := await self.pool.fetchrow(_ANSWER, asked.question_id)):
                if time.monotonic() - began > self.seconds + _GRACE_SECONDS:
                    raise NotAnswered(f"question {question.id}")
                await wake.wait(_POLL_SECONDS)
        outcome = _WORDS.get(answer["outcome"], answer["outcome"])
        return {
            "id": question.id,
            "sql": answer["sql"] if outcome == "answered" else None,
            "outcome": outcome,
            "seconds": round(time.monotonic() - began, 3),
        }

    def _asked(self, question: Question) -> QuestionAsked:
        moment = now()
        return QuestionAsked(
            question_id=new_id(),
            dataset_id=self.dataset_id,
            question=question.text,
            conversation_id=new_id(),
            language=question.language,
            who="system",
            purpose="evaluate",
            asked_at=moment,
            deadline=moment + timedelta(seconds=self.seconds),
        )
