"""The worker's part of a person's decision: accept or drop what is held, take back what was accepted."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from libs.events.catalog import FeedbackGiven, FeedbackReviewed, LearningDecided, LearningMeasured
from libs.events.envelope import Received
from libs.events.ids import caused_id
from libs.events.transaction import Transaction, transaction
from libs.knowledge.items import normalised_question
from libs.leases.claim import Lease, WorkGone, finish
from libs.leases.worker import Held
from libs.runtime.clock import now
from services.feedback.learning.ask import lessons, training_of
from services.feedback.learning.decider import Decide, Outcome, State, decide, evolve
from services.feedback.learning.read import decisions, last_measured, last_review, taken
from services.feedback.learning.take_back import take_back_feedback
from services.feedback.record import OWN, generation, lock
from services.feedback.reviews.checks import Checks
from services.feedback.reviews.decider import Finding, wanted_sql
from services.feedback.reviews.read import standing, verdict

log = structlog.get_logger(__name__)

SETTLE = "settle"
"""The kind of work; its subjects are verdicts and trainings about which a person decided."""


@dataclass(frozen=True)
class Settler:
    """Carries out decisions, each under the lease of its work."""

    pool: "asyncpg.Pool[Any]"
    checks: Checks

    async def settle(self, lease: Lease, _held: Held) -> None:
        """Carry out what was decided about the subject of `lease`."""
        await self._settle(lease, None)

    async def give_up(self, lease: Lease, _held: Held) -> None:
        """Leave as it was what cannot be carried out again and again for a reason of ours."""
        await self._settle(lease, Finding("unknown"))

    async def _settle(self, lease: Lease, finding: Finding | None) -> None:
        async with self.pool.acquire() as connection:
            review = await last_review(connection, lease.subject)
            measured = await last_measured(connection, lease.subject)
            state = evolve(evolve(State(), review), measured)
            given = (await verdict(connection, lease.subject)).event if review else None
            asked = await decisions(connection, lease.subject, state.decided)
        if review is None and measured is None:
            raise WorkGone(f"nothing is known of {lease.subject} that could be decided about")
        sql = wanted_sql(given) if given else None
        if finding is None and given and sql and any(one.event.decision == "accept" for one in asked):
            finding = await self.checks.check(given, sql)
        async with transaction(self.pool, "feedback") as opened:
            for decided in asked:
                await lock(opened.connection, decided.event.dataset_id)
                if given:
                    await _about_feedback(opened, decided, given, finding or Finding("passed"))
                else:
                    await _about_training(opened, decided)
            await finish(opened.connection, lease)
        log.info("learning_decided", subject_id=lease.subject, decisions=[one.event.decision for one in asked])


async def _about_feedback(
    opened: Transaction, decided: Received[LearningDecided], given: FeedbackGiven, finding: Finding
) -> None:
    review = await last_review(opened.connection, given.feedback_id)
    outcome = _outcome(evolve(State(), review), decided.event, finding)
    if review is None or outcome is None:
        return
    sql = wanted_sql(given) or ""
    current = await generation(opened.connection, given.dataset_id)
    training_id, supersedes = review.training_id, review.supersedes
    if outcome.learn:
        training_id = caused_id(decided.event_id, "training")
        asked = training_of(given, training_id, sql, finding.tables, current)
        stands = await standing(opened.connection, given, normalised_question(given.question))
        supersedes = tuple(known for known in stands.known_pairs if known != asked.items[0].item_id)
        opened.publish(asked, caused_by=decided)
    if outcome.take_back:
        await take_back_feedback(opened, decided, given, training_id, decided.event.who)
    reasons = (finding.problem,) if decided.event.decision == "accept" and finding.problem else ()
    new = {
        "version": review.version + 1, "verdict": outcome.verdict, "training_id": training_id,
        "reasons": review.reasons if outcome.verdict == "held" and not reasons else reasons,
        "supersedes": supersedes, "decided": outcome.decided, "reviewed_at": now(),
    }  # fmt: skip
    said: FeedbackReviewed = review.model_copy(update=new)
    await OWN.apply_own(opened, said, caused_by=decided)


async def _about_training(opened: Transaction, decided: Received[LearningDecided]) -> None:
    event = decided.event
    measured = await last_measured(opened.connection, event.subject_id)
    outcome = _outcome(evolve(State(), measured), event, Finding("passed"))
    if measured is None or outcome is None or outcome.take_back:
        return  # What a training of a database taught is taken back with DELETE .../training.
    if outcome.learn and (items := await taken(opened.connection, event.subject_id)):
        current = await generation(opened.connection, event.dataset_id)
        training_id = caused_id(decided.event_id, "training")
        again = lessons(
            training_id, event.dataset_id, current, items, feedback_id=None, language=event.language, who=event.who
        )
        for one in again:
            opened.publish(one, caused_by=decided, index=one.training_id)
    verdict = "kept" if measured.verdict == "kept" else outcome.verdict
    new = {
        "version": measured.version + 1, "verdict": verdict, "decided": outcome.decided, "measured_at": now(),
    }  # fmt: skip
    said: LearningMeasured = measured.model_copy(update=new)
    await OWN.apply_own(opened, said, caused_by=decided)


def _outcome(state: State, event: LearningDecided, finding: Finding) -> Outcome | None:
    return decide(state, Decide(event.decision_sequence, event.decision, finding.result))
