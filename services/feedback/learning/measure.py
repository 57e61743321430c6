"""The worker's part of measuring: answer verified questions again, with and without what was learned, and decide.

It is learned first and measured afterwards, so that a correction counts at once. Both answers are asked for when it is
known already: `before` leaves out what was learned and puts in its place what it replaced. What people said later is
left out of both: each change is measured against what was known when it came.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from libs.events.catalog import Checked, LearnedItem, LearningMeasured, Mark, Needs
from libs.events.ids import caused_id
from libs.events.transaction import transaction
from libs.leases.claim import Lease, fence, finish
from libs.leases.worker import Held
from libs.postgres.listen import Listener
from libs.runtime.clock import now
from services.feedback.learning.ask import check
from services.feedback.learning.compare import Comparison, Database
from services.feedback.learning.concerned import ALIKE, NEAREST, nearest, sample
from services.feedback.learning.decider import Measure, State, decide, evolve, harmful
from services.feedback.learning.projections import CHECKS, keep_marks
from services.feedback.learning.read import (
    Answer,
    Change,
    answers,
    change,
    last_measured,
    last_review,
    newest_of,
    score,
    verified,
)
from services.feedback.learning.reasons import held_because, noted
from services.feedback.learning.reconsider import reconsider
from services.feedback.learning.take_back import take_back, take_back_feedback
from services.feedback.record import OWN, lock
from services.feedback.reviews.read import verdict

log = structlog.get_logger(__name__)

MEASURE = "measure"
"""The kind of work; its subjects are trainings that have ended."""
_POLL_SECONDS = 0.2
_SYSTEM = "system"
_FROM_PAIRS = {"exact", "adapted", "paraphrased"}
"""Ways to answer that say: this was asked before, in these or other words, or with other values."""
_COMPOSED = "composed"
_WITNESSES = 3
_PATIENCE_SECONDS = 20.0
_SQL_CHARACTERS = 4_000


@dataclass(frozen=True)
class Measurer:
    """Measures what trainings taught, each under the lease of its work."""

    pool: "asyncpg.Pool[Any]"
    listener: Listener
    comparison: Comparison
    seconds: float = 20.0
    """For each round of questions; what is not answered then is unknown."""
    quiet: float = 0.5
    """Seconds without anything new about the dataset before it is measured, so that corrections do not wait for it."""

    async def measure(self, lease: Lease, _held: Held) -> None:
        """Measure the training of `lease`; raises `LeaseLost` when another process took it over."""
        async with self.pool.acquire() as connection:
            dataset_id = (await change(connection, lease.subject)).asked.event.dataset_id
        await self._until_quiet(dataset_id)
        async with self.pool.acquire() as connection:
            learned = await change(connection, lease.subject)
            done = await last_measured(connection, lease.subject)
            known = await verified(connection, learned)
        event = learned.asked.event
        if done is not None or event.who == _SYSTEM:  # What we take back was measured before.
            async with transaction(self.pool, "feedback") as opened:
                await lock(opened.connection, dataset_id)
                await reconsider(opened, learned.asked, dataset_id)
                await finish(opened.connection, lease)
            return
        database = await self.comparison.database(dataset_id) if known or event.feedback_id else None
        if database is None:
            await self._end(lease, learned, (), ())
            return
        results = await self._results(lease, learned, known, database)
        others = {} if event.forgets else await self._differing(lease, learned, known, database)
        contradicts = await self._contradicts(learned, known, others, database)
        await self._end(lease, learned, results, contradicts, _of_terms(others.values()))

    async def give_up(self, lease: Lease, _held: Held) -> None:
        """Leave unmeasured what cannot be measured again and again for a reason of ours."""
        async with self.pool.acquire() as connection:
            learned = await change(connection, lease.subject)
        await self._end(lease, learned, (), ())

    async def _until_quiet(self, dataset_id: str) -> None:
        ends, seen = time.monotonic() + _PATIENCE_SECONDS, (-1, -1)
        while time.monotonic() < ends:
            async with self.pool.acquire() as connection:
                newest = await newest_of(connection, dataset_id)
            if newest == seen:
                return
            seen = newest
            await asyncio.sleep(self.quiet)

    async def _results(
        self, lease: Lease, learned: Change, known: Sequence[LearnedItem], database: Database
    ) -> tuple[Checked, ...]:
        """How the verified questions concerned are answered before and after."""
        event = learned.asked.event
        near = (*learned.counts, *learned.replaced)
        pairs = nearest(known, near) if learned.lesson else sample(known, event.training_id)
        after = await self._answers(lease, learned, pairs, "after")
        # An answer that rests on nothing of what was learned is the same without it, unless it replaced something.
        touched = {item.item_id for item in learned.counts}
        lost = any(item.item_id not in touched for item in learned.replaced)
        moved = [pair for pair in pairs if (answer := after.get(pair.item_id)) and (lost or _may_move(answer, touched))]
        without = await self._answers(lease, learned, moved, "before", (event.training_id,), learned.replaced)
        before = {pair.item_id: after.get(pair.item_id) for pair in pairs if pair not in moved} | without
        results = []
        for pair in pairs:
            earlier, later = before.get(pair.item_id), after.get(pair.item_id)
            marks = await database.mark(pair.sql or "", earlier), await database.mark(pair.sql or "", later)
            results.append(_checked(pair, *marks, _sql(earlier), _sql(later)))
        return tuple(results)

    async def _differing(
        self, lease: Lease, learned: Change, known: Sequence[LearnedItem], database: Database
    ) -> dict[str, Answer]:
        """What the questions that were taught are answered without that, where the rows are others; by their pairs.

        Of a file only questions like verified ones are asked: its many words are measured against those.
        """
        few = learned.counts[:NEAREST] if learned.lesson else ()
        taught = [pair for pair in few if learned.asked.event.feedback_id or nearest(known, [pair], ALIKE)]
        answered = await self._answers(lease, learned, taught, "own", (learned.asked.event.training_id,))
        return {
            pair.item_id: answer
            for pair in taught
            if (answer := answered.get(pair.item_id)) and await database.mark(pair.sql or "", answer) == "wrong"
        }

    async def _contradicts(
        self, learned: Change, known: Sequence[LearnedItem], others: Mapping[str, Answer], database: Database
    ) -> tuple[Checked, ...]:
        """The verified pairs that ask the same as what was taught, and whose rows are others.

        A question asks the same as a verified one if it is answered from that one; or if it is much alike and, though
        answered in another way, gives the same rows.
        """
        found = []
        for pair in learned.counts:
            if (answer := others.get(pair.item_id)) is None:
                continue
            rests_on = answer.items[:1] if answer.strategy in _FROM_PAIRS else ()
            for witness in nearest(known, [pair], ALIKE)[:_WITNESSES]:
                if witness.item_id in rests_on or await database.mark(witness.sql or "", answer) == "right":
                    found.append(_checked(witness, "right", "wrong", answer.sql, pair.sql))
                    break
        return tuple(found)

    async def _answers(
        self,
        lease: Lease,
        learned: Change,
        pairs: Sequence[LearnedItem],
        about: str,
        without: Sequence[str] = (),
        instead: Sequence[LearnedItem] = (),
    ) -> dict[str, Answer]:
        """The answers that came in time, by the ids of the pairs."""
        event, needs = learned.asked.event, Needs()
        if learned.sequence:
            needs = Needs(training_id=event.training_id, training_sequence=learned.sequence)
        # Of its own for each attempt: what was asked by another may be about other knowledge.
        ids = {caused_id(learned.asked.event_id, f"{lease.epoch}/{about}/{one.item_id}"): one for one in pairs}
        if not ids:
            return {}
        async with transaction(self.pool, "feedback") as opened:
            await fence(opened.connection, lease)
            for key, pair in ids.items():
                near = nearest(instead, [pair], -1.0)  # Of an import's many only the nearest count.
                asked = check(key, event.dataset_id, pair, needs, self.seconds, (*without, *learned.newer), near)
                opened.publish(asked, caused_by=learned.asked, index=key)
        found: dict[str, Answer] = {}
        ends = time.monotonic() + self.seconds
        async with self.listener.subscribed(CHECKS) as wake:
            while len(found) < len(ids) and time.monotonic() < ends:
                async with self.pool.acquire() as connection:
                    found = await answers(connection, list(ids))
                if len(found) < len(ids):
                    await wake.wait(_POLL_SECONDS)
        return {ids[key].item_id: answer for key, answer in found.items()}

    async def _end(
        self,
        lease: Lease,
        learned: Change,
        results: tuple[Checked, ...],
        contradicts: tuple[Checked, ...],
        terms: Sequence[str] = (),
    ) -> None:
        event = learned.asked.event
        async with transaction(self.pool, "feedback") as opened:
            await lock(opened.connection, event.dataset_id)
            review = await last_review(opened.connection, event.feedback_id) if event.feedback_id else None
            state = evolve(State(), review)
            if event.source != "feedback":  # A lesson without a verdict is what a person accepted after it was held.
                state = State(0, "accepted", event.training_id)
            outcome = decide(state, Measure(event.training_id, bool(contradicts) or harmful(results)))
            if outcome and review:
                given = (await verdict(opened.connection, review.feedback_id)).event
                await take_back_feedback(opened, learned.asked, given, event.training_id, _SYSTEM)
                held = held_because(review, event.language, results, contradicts)
                await OWN.apply_own(opened, held, caused_by=learned.asked, index=held.version)
            elif outcome and (pairs := learned.taught):
                await take_back(
                    opened, learned.asked, event.dataset_id, event.training_id, pairs,
                    feedback_id=None, language=event.language, who=_SYSTEM,
                )  # fmt: skip
            elif review and terms and state.known and event.training_id == state.training_id:
                counts = noted(review, event.language, terms)
                await OWN.apply_own(opened, counts, caused_by=learned.asked, index=counts.version)
            measured = LearningMeasured(
                training_id=event.training_id, dataset_id=event.dataset_id, feedback_id=event.feedback_id,
                source=event.source, verdict="held" if outcome else "kept", results=results, contradicts=contradicts,
                measured_at=now(),
            )  # fmt: skip
            await keep_marks(opened.connection, [measured])
            right, told = await score(opened.connection, event.dataset_id)
            measured = measured.model_copy(update={"right": right, "told": told})
            await OWN.apply_own(opened, measured, caused_by=learned.asked)
            if outcome is None:  # What is held is to be forgotten first.
                await reconsider(opened, learned.asked, event.dataset_id)
            await finish(opened.connection, lease)
        log.info("learning_measured", training_id=event.training_id, verdict=measured.verdict, questions=len(results))


def _may_move(answer: Answer, touched: set[str]) -> bool:
    """Whether it names one of `touched`, or nothing at all: what words no longer mean, a question back cannot name."""
    return bool(touched.intersection(answer.items)) or answer.outcome in ("clarification", "unanswerable")


def _of_terms(others: Iterable[Answer]) -> list[str]:
    """The terms by which questions would be answered otherwise."""
    return sorted({term for answer in others if answer.strategy == _COMPOSED for term in answer.terms})


def _checked(pair: LearnedItem, before: Mark, after: Mark, sql_before: str | None, sql_after: str | None) -> Checked:
    return Checked(
        item_id=pair.item_id, question=pair.question or "", sql=_short(pair.sql) or "",
        before=before, after=after, sql_before=_short(sql_before), sql_after=_short(sql_after),
    )  # fmt: skip


def _short(sql: str | None) -> str | None:
    """As much of it as evidence needs: all of it must fit into one event."""
    return sql[:_SQL_CHARACTERS] if sql else None


def _sql(answer: Answer | None) -> str | None:
    return answer.sql if answer else None
