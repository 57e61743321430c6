"""The worker's part of a review: check the SQL, decide, and publish the verdict with the training that follows."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from libs.events.catalog import FeedbackGiven, FeedbackReviewed
from libs.events.envelope import Received
from libs.events.ids import caused_id
from libs.events.transaction import Transaction, transaction
from libs.knowledge.items import normalised_question, pair_id
from libs.leases.claim import Lease, finish
from libs.leases.worker import Held
from libs.runtime import telemetry
from libs.runtime.clock import now
from services.feedback.learning.ask import training_of
from services.feedback.record import OWN, generation, lock
from services.feedback.reviews.checks import Checks
from services.feedback.reviews.decider import Decision, Finding, decide, wanted_sql
from services.feedback.reviews.read import Standing, standing, verdict

log = structlog.get_logger(__name__)

REVIEW = "review"
"""The kind of work; its subjects are verdicts."""


@dataclass(frozen=True)
class Reviewer:
    """Reviews verdicts, each under the lease of its work."""

    pool: "asyncpg.Pool[Any]"
    checks: Checks

    async def review(self, lease: Lease, _held: Held) -> None:
        """Review the verdict that `lease` is for; raises `LeaseLost` when another process took it over."""
        async with self.pool.acquire() as connection:
            received = await verdict(connection, lease.subject)
        given = received.event
        with telemetry.span(telemetry.SPAN_REVIEW, parent=received.traceparent) as span:
            span.set_attribute(telemetry.ATTRIBUTE_FEEDBACK, given.feedback_id)
            sql = wanted_sql(given)
            await self._end(lease, received, await self.checks.check(given, sql) if sql else None)

    async def give_up(self, lease: Lease, _held: Held) -> None:
        """Hold a verdict whose review fails again and again for a reason of ours, for a person to look at."""
        async with self.pool.acquire() as connection:
            received = await verdict(connection, lease.subject)
        await self._end(lease, received, Finding("unknown"))

    async def _end(self, lease: Lease, received: Received[FeedbackGiven], finding: Finding | None) -> None:
        given = received.event
        async with transaction(self.pool, "feedback") as opened:
            await lock(opened.connection, given.dataset_id)
            stands = await standing(opened.connection, given, normalised_question(given.question))
            decision = decide(given, stands.newer, finding)
            await _publish(opened, received, decision, finding, stands)
            await finish(opened.connection, lease)
        log.info(
            "feedback_reviewed",
            feedback_id=given.feedback_id,
            verdict=decision.verdict,
            reasons=[reason.code for reason in decision.reasons],
        )


async def _publish(
    opened: Transaction,
    received: Received[FeedbackGiven],
    decision: Decision,
    finding: Finding | None,
    stands: Standing,
) -> None:
    given, sql = received.event, wanted_sql(received.event)
    training_id: str | None = None
    supersedes: tuple[str, ...] = ()
    if decision.learn and sql and finding:
        training_id = caused_id(received.event_id, "training")
        supersedes = tuple(known for known in stands.known_pairs if known != pair_id(given.question, sql))
        current = max(given.generation, await generation(opened.connection, given.dataset_id))
        # First the training: it has the longer way to go.
        opened.publish(training_of(given, training_id, sql, finding.tables, current), caused_by=received)
    reviewed = FeedbackReviewed(
        feedback_id=given.feedback_id,
        dataset_id=given.dataset_id,
        sequence=given.sequence,
        verdict=decision.verdict,
        reasons=decision.reasons,
        training_id=training_id,
        supersedes=supersedes,
        reviewed_at=now(),
    )
    await OWN.apply_own(opened, reviewed, caused_by=received)
