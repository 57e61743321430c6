"""The worker's part of a question: under a lease and before the deadline, from the question to one published answer."""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import structlog

from libs.datasources.errors import DataSourceError, TookTooLong
from libs.events.catalog import Outcome, QuestionAnswered, QuestionAsked, RowsFetched
from libs.events.envelope import Received
from libs.events.projection import Handlers
from libs.events.transaction import Late, Transaction, transaction
from libs.leases.claim import Lease, LeaseLost, finish
from libs.leases.worker import Held
from libs.postgres.transient import is_transient
from libs.questions.deadline import is_over, timed_out
from libs.runtime import telemetry
from libs.runtime.clock import now
from services.query.questions.asked import read_question
from services.query.questions.conclusion import Conclusion, broken, failed, out_of_time
from services.query.questions.find import Finder
from services.query.questions.steps import SentSteps, Steps
from services.query.replay.before import answer_of, same_rows

log = structlog.get_logger(__name__)

_RESERVE_SECONDS = 0.5
"""Kept back from the time of a question, so that its answer is out before the deadline."""


@dataclass(frozen=True)
class Answerer:
    """Answers questions, each under the lease of its work."""

    pool: "asyncpg.Pool[Any]"
    handlers: Handlers
    finder: Finder

    async def answer(self, lease: Lease, held: Held) -> None:
        """Answer the question that `lease` is for; raises `LeaseLost` when another process took it over."""
        began = time.monotonic()
        asked, seconds = await read_question(self.pool, lease.subject)
        held.ends = began + seconds
        with telemetry.span(telemetry.SPAN_QUESTION, parent=asked.traceparent) as span:
            span.set_attribute(telemetry.ATTRIBUTE_QUESTION, lease.subject)
            steps = SentSteps(self.pool, asked, held)
            conclusion = await self._concluded(asked.event, steps, seconds - _RESERVE_SECONDS)
            await steps.settle()
            await self._conclude(lease, asked, conclusion, steps, (time.monotonic() - began) * 1000)

    async def _concluded(self, asked: QuestionAsked, steps: Steps, seconds: float) -> Conclusion:
        ends = time.monotonic() + seconds
        before = await answer_of(self.pool, asked.replays) if asked.replays else None
        if before is None:
            return await concluded(self.finder, asked, steps, seconds)
        asked = before.asked.model_copy(update={"purpose": "replay", "role": asked.role, "needs": asked.needs})
        conclusion = await concluded(self.finder, asked, steps, seconds)
        return replace(conclusion, same_rows=await same_rows(self.finder, asked, before.sql, conclusion.sql, ends))

    async def give_up(self, lease: Lease, held: Held) -> None:
        """Answer a question that could not be answered again and again for a reason of ours."""
        asked, _ = await read_question(self.pool, lease.subject)
        await self._conclude(lease, asked, broken(asked.event.language), SentSteps(self.pool, asked, held), 0.0)

    async def _conclude(
        self,
        lease: Lease,
        asked: Received[QuestionAsked],
        conclusion: Conclusion,
        steps: SentSteps,
        milliseconds: float,
    ) -> None:
        async with transaction(self.pool, "query") as opened:
            steps.publish_rest(opened)
            outcome = await self._publish(opened, asked, conclusion, steps, milliseconds)
            await finish(opened.connection, lease)
        if asked.event.purpose != "check":
            telemetry.question_answered(outcome, milliseconds / 1000)
        log.info("question_answered", question_id=lease.subject, outcome=outcome, cached=conclusion.cached)

    async def _publish(
        self,
        opened: Transaction,
        asked: Received[QuestionAsked],
        conclusion: Conclusion,
        steps: Steps,
        milliseconds: float,
    ) -> Outcome:
        """Publish the end of the question, and give what it is: past the deadline it has timed out."""
        event = asked.event
        late = Late(event.deadline, timed_out(event, steps.made))
        moment = await opened.connection.fetchval("SELECT clock_timestamp()")
        if is_over(event, moment):
            await self.handlers.apply_own(opened, late.event, caused_by=asked)
            return "timed_out"
        if conclusion.outcome == "answered" and event.purpose != "check":  # Nobody looks at the rows of a check.
            fetched = RowsFetched(
                question_id=event.question_id,
                dataset_id=event.dataset_id,
                columns=conclusion.columns,
                rows=conclusion.rows,
                truncated=conclusion.truncated,
                fetched_at=now(),
            )
            opened.publish(fetched, caused_by=asked)
        answered = QuestionAnswered(
            question_id=event.question_id,
            dataset_id=event.dataset_id,
            purpose=event.purpose,
            outcome=conclusion.outcome,
            sql=conclusion.sql,
            columns=conclusion.columns,
            row_count=len(conclusion.rows),
            truncated=conclusion.truncated,
            chart_type=conclusion.chart_type,
            chart=conclusion.chart,
            insight=conclusion.insight,
            answer_text=conclusion.answer_text,
            choices=conclusion.choices,
            steps=steps.made,
            sources=conclusion.sources,
            knowledge_version=conclusion.knowledge_version,
            cached=conclusion.cached,
            understood=conclusion.understood,
            same_rows=conclusion.same_rows,
            milliseconds=milliseconds,
            answered_at=moment,
        )
        await self.handlers.apply_own(opened, answered, caused_by=asked, late=late)
        return conclusion.outcome


async def concluded(finder: Finder, asked: QuestionAsked, steps: Steps, seconds: float) -> Conclusion:
    """How `asked` ends within `seconds`, whatever the end is; raises what passes by itself, and `LeaseLost`."""
    try:
        async with asyncio.timeout(seconds):
            return await finder.conclude(asked, steps, time.monotonic() + seconds)
    except (TimeoutError, TookTooLong):
        return out_of_time(asked.language)
    except DataSourceError as error:
        return failed(error.problem(asked.language))
    except Exception as error:
        if is_transient(error) or isinstance(error, LeaseLost):
            raise
        log.exception("answering_failed", question_id=asked.question_id)
        return broken(asked.language)
