"""The feedback service with its workers; trainer and query service are played by the test."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest_asyncio

from libs.embeddings.encoding import encode_vector
from libs.events.catalog import (
    CheckpointReached,
    LearnedItem,
    LearningDecided,
    QuestionAnswered,
    QuestionAsked,
    Sources,
    TrainingRequested,
)
from libs.knowledge.items import pair_id
from libs.leases.claim import claim
from libs.leases.worker import Held
from libs.postgres.listen import Listener
from services.feedback.learning.compare import Comparison
from services.feedback.learning.measure import MEASURE, Measurer
from services.feedback.learning.settle import SETTLE, Settler
from tests.feedback.test_reviews import Feedback, feedback, said

__all__ = ["feedback"]

THEN = datetime(2026, 1, 1, tzinfo=UTC)
MANY, OTHER_WORDS = "How many flights?", "What is the number of flights?"
ONE, TWO, THREE = (f"SELECT count(*) + {number} FROM flights" for number in (1, 2, 3))
Answering = Callable[[QuestionAsked], tuple[str | None, *tuple[str, ...]]]
_VECTOR = encode_vector("test", np.ones(4, np.float32))


@dataclass
class Learning:
    """The service with its workers; what it asks of others is answered by `play` and `answer`."""

    service: Feedback
    settler: Settler
    measurer: Measurer
    played: dict[str, None] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    decisions: int = 0
    by_terms: dict[str | None, str] = field(default_factory=dict)
    """The terms that SQL was composed through."""

    @property
    def trainings(self) -> list[str]:
        """What was learned or taken back, in order."""
        return list(self.played)

    async def teach(self, sequence: int, sql: str, question: str = MANY) -> str:
        """Say that `sql` is right, and let it be learned; gives the id of the verdict."""
        await self.service.reviewed(said(sequence, question, sql="SELECT 1", rating=-1, corrected_sql=sql))
        await self.play()
        return f"f{sequence}"

    async def imports(self, training_id: str, pairs: dict[str, str], generation: int = 0) -> None:
        """Import questions with their SQL."""
        items = tuple(
            LearnedItem(item_id=pair_id(question, sql), kind="pair", text=question, question=question, sql=sql,
                        origin="feedback", embedding=_VECTOR)
            for question, sql in pairs.items()
        )  # fmt: skip
        asked = TrainingRequested(
            training_id=training_id, dataset_id="d1", items=items, generation=generation, requested_at=THEN
        )
        self.played[training_id] = None
        learned = CheckpointReached(
            training_id=training_id, dataset_id="d1", sequence=1, requested_offset=len(self.played),
            generation=generation, status="completed", items=items, reached_at=THEN,
        )  # fmt: skip
        await self.service.consume(asked, learned)

    async def play(self) -> None:
        """Do as the trainer what was asked of it."""
        for sent in await self.service.sent("TrainingRequested"):
            request = TrainingRequested.model_validate(sent)
            if request.training_id in self.played:
                continue
            self.played[request.training_id] = None
            items = tuple(item.model_copy(update={"embedding": _VECTOR}) for item in request.items)
            learned = CheckpointReached(
                training_id=request.training_id, dataset_id=request.dataset_id, sequence=1, source="feedback",
                requested_offset=len(self.played), generation=request.generation, status="completed", items=items,
                forgotten=request.forgets, reached_at=THEN,
            )  # fmt: skip
            await self.service.consume(request, learned)

    async def decide(self, subject_id: str, decision: Any) -> dict[str, Any]:
        """Decide as a person, and let it be carried out; gives what became of the verdict."""
        self.decisions += 1
        event = LearningDecided(
            subject_id=subject_id, dataset_id="d1", decision_sequence=self.decisions, decision=decision, who="ann",
            decided_at=THEN,
        )  # fmt: skip
        await self.service.consume(event)
        await self.work(SETTLE, self.settler.settle)
        await self.play()
        return (await self.service.sent("FeedbackReviewed"))[-1]

    async def work(self, kind: str, run: Any) -> None:
        async with self.service.pool.acquire() as connection:
            leases = await claim(connection, kind, "test", 20.0, 10)
        for lease in leases:
            await run(lease, Held(lease))

    async def measure(self, answer: Answering) -> dict[str, Any]:
        """Measure what was learned, with `answer` giving SQL and the pairs it rests on; gives the last measure."""

        async def measuring() -> None:
            while await self.service.pool.fetchval("SELECT count(*) FROM work WHERE kind = 'measure'"):
                await self.work(MEASURE, self.measurer.measure)

        task = asyncio.create_task(measuring())
        while not task.done():
            for sent in await self.service.sent("QuestionAsked"):
                asked = QuestionAsked.model_validate(sent)
                if asked.question_id not in self.answered:
                    self.answered.add(asked.question_id)
                    await self.service.consume(self._answer(asked, *answer(asked)))
            await asyncio.wait([task], timeout=0.01)
        await task
        await self.play()
        return (await self.service.sent("LearningMeasured"))[-1]

    def _answer(self, asked: QuestionAsked, sql: str | None, *rests_on: str) -> QuestionAnswered:
        term = self.by_terms.get(sql)
        sources = Sources(strategy="composed" if term else "paraphrased", items=rests_on, terms=(term,) if term else ())
        return QuestionAnswered(
            question_id=asked.question_id, dataset_id="d1", purpose=asked.purpose, sql=sql,
            outcome="answered" if sql else "clarification", knowledge_version=1, sources=sources, answered_at=THEN,
        )  # fmt: skip

    async def known(self) -> set[str]:
        """The SQL that is known."""
        rows = await self.service.pool.fetch("SELECT item ->> 'sql' AS sql FROM known_pairs")
        return {row["sql"] for row in rows}


@pytest_asyncio.fixture(loop_scope="session")
async def learning(feedback: Feedback, postgres_url: str) -> AsyncIterator[Learning]:
    listener, checks = Listener(postgres_url), feedback.reviewer.checks
    measurer = Measurer(feedback.pool, listener, Comparison(feedback.pool, checks.connections), quiet=0.0)
    yield Learning(feedback, Settler(feedback.pool, checks), measurer)
    await listener.close()
