"""What measuring and deciding read of the service's read models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from libs.events.catalog import (
    FeedbackGiven,
    FeedbackReviewed,
    LearnedItem,
    LearningDecided,
    LearningMeasured,
    TrainingRequested,
)
from libs.events.envelope import Received
from libs.leases.claim import WorkGone
from libs.postgres.pool import Connection

_REQUEST = """
SELECT event_id, correlation_id, traceparent, lesson, requested, coalesce(sequence, 0) AS sequence, requested_offset
FROM requests LEFT JOIN taught USING (training_id) WHERE training_id = $1
"""
_TAUGHT = """
SELECT item, normalised_question, EXISTS (
    SELECT FROM known_pairs AS k WHERE k.dataset_id = taught.dataset_id AND k.item_id = taught.item_id) AS counts
FROM present_pairs AS taught WHERE training_id = $1 ORDER BY item_id
"""
_TAKEN = """
SELECT item FROM pairs LEFT JOIN generations AS g USING (dataset_id)
WHERE training_id = $1 AND gone AND pairs.generation >= coalesce(g.generation, 0) ORDER BY item_id
"""
# What was brought back since was said before all the same; what was taken back, or of removed knowledge, was not.
_EARLIER = """
($3::bigint IS NULL OR EXISTS (
    SELECT FROM standing_teachings AS t WHERE t.dataset_id = k.dataset_id AND t.item_id = k.item_id
        AND t.origin = 'feedback' AND t.requested_offset < $3))
"""
_VERIFIED = f"""
SELECT item FROM known_pairs AS k WHERE dataset_id = $1 AND origin = 'feedback' AND training_id <> $2 AND {_EARLIER}
ORDER BY requested_offset DESC, "offset" DESC, item_id LIMIT $4
"""
_NEWER = f"""
SELECT DISTINCT training_id FROM known_pairs AS k
WHERE dataset_id = $1 AND origin = 'feedback' AND training_id <> $2 AND NOT {_EARLIER} ORDER BY training_id
"""
# For each question what counts but for that training; what is known anyhow need not come back.
_REMAINING = """
SELECT pairs.item, last.origin, last.feedback_id FROM (
    SELECT DISTINCT ON (normalised_question) * FROM standing_teachings
    WHERE dataset_id = $1 AND normalised_question = ANY($2) AND training_id <> $3
    ORDER BY normalised_question, origin = 'feedback' DESC, requested_offset DESC, "offset" DESC
) AS last JOIN pairs USING (dataset_id, item_id)
WHERE NOT EXISTS (
    SELECT FROM known_pairs AS k WHERE k.dataset_id = last.dataset_id AND k.item_id = last.item_id
        AND k.training_id <> $3)
ORDER BY item_id
"""
_PAIRS = "SELECT item FROM pairs WHERE dataset_id = $1 AND item_id = ANY($2) ORDER BY item_id"
_ANSWERS = """
SELECT question_id, outcome, known, strategy, sql, items, terms FROM check_answers WHERE question_id = ANY($1)
"""
_REVIEW = "SELECT state FROM reviews WHERE feedback_id = $1"
_MEASURED = "SELECT state FROM measured WHERE training_id = $1"
# What was measured of knowledge that was removed since says nothing of the same pairs, learned again.
_SCORE = """
SELECT count(*) FILTER (WHERE mark = 'right') AS right, count(*) AS told
FROM marks JOIN known_pairs USING (dataset_id, item_id)
WHERE dataset_id = $1 AND NOT EXISTS (
    SELECT FROM requests AS r, generations AS g
    WHERE r.training_id = marks.training_id AND g.dataset_id = $1
        AND (r.requested ->> 'generation')::bigint < g.generation)
"""
_NEWEST = """
SELECT (SELECT coalesce(max(sequence), 0) FROM verdicts WHERE dataset_id = $1),
    (SELECT coalesce(max("offset"), 0) FROM pairs WHERE dataset_id = $1)
"""
_DECISIONS = """
SELECT event_id, correlation_id, traceparent, decided FROM decisions
WHERE subject_id = $1 AND decision_sequence > $2 ORDER BY decision_sequence
"""
# Of each question the last word that is held, unless a person said another since, or decides about it.
_HELD = """
SELECT DISTINCT ON (v.normalised_question) v.given, r.state AS review, m.state AS measured, p.item
FROM verdicts AS v JOIN reviews AS r USING (feedback_id) JOIN measured AS m ON m.training_id = r.state ->> 'training_id'
JOIN teachings AS t ON t.training_id = m.training_id
JOIN pairs AS p ON (p.dataset_id, p.item_id) = (t.dataset_id, t.item_id)
LEFT JOIN generations AS g ON g.dataset_id = v.dataset_id
WHERE v.dataset_id = $1 AND r.verdict = 'held' AND t.generation >= coalesce(g.generation, 0)
    AND NOT EXISTS (SELECT FROM decisions AS d WHERE d.subject_id = v.feedback_id)
    AND NOT EXISTS (
        SELECT FROM known_pairs AS k WHERE k.dataset_id = $1 AND k.normalised_question = v.normalised_question
            AND k.origin = 'feedback' AND k.requested_offset > t.requested_offset)
ORDER BY v.normalised_question, v.sequence DESC
"""
_VERIFIED_IDS = "SELECT item_id FROM known_pairs WHERE dataset_id = $1 AND origin = 'feedback'"
MOST = 2_000
"""So many verified pairs of a dataset are looked at, the newest: to find the nearest among them takes milliseconds."""


@dataclass(frozen=True)
class Change:
    """A training with the pairs that it taught, and those that they replaced or that it took back."""

    asked: Received[TrainingRequested]
    lesson: bool
    sequence: int
    """Of its last checkpoint that taught something."""
    said_at: int | None
    """Where a lesson stands in the log: it is measured against what people said before it. None of a training, which
    generates nothing that counts before a person's word."""
    taught: tuple[LearnedItem, ...]
    counts: tuple[LearnedItem, ...]
    """Those of `taught` that nobody replaced since."""
    replaced: tuple[LearnedItem, ...]
    newer: tuple[str, ...]
    """The trainings that taught what people said after it."""


@dataclass(frozen=True)
class Answer:
    """How a check was answered."""

    outcome: str
    known: bool
    strategy: str
    sql: str | None
    items: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """A correction that is held because of how it was measured, with the pair that it taught."""

    given: FeedbackGiven
    review: FeedbackReviewed
    measured: LearningMeasured
    pair: LearnedItem


async def change(connection: Connection, training_id: str) -> Change:
    """The training as it stands now; raises `WorkGone` when it was not heard of yet."""
    row = await connection.fetchrow(_REQUEST, training_id)
    if row is None:
        raise WorkGone(f"no training {training_id} in the read models")
    event = TrainingRequested.model_validate(row["requested"])
    cause = (row["event_id"], row["correlation_id"], row["traceparent"])
    asked = Received(event, *cause, TrainingRequested.__name__, -1, -1)
    rows = await connection.fetch(_TAUGHT, training_id)
    taught = _items(rows)
    questions = sorted({row["normalised_question"] for row in rows})
    if event.forgets:
        before = _items(await connection.fetch(_PAIRS, event.dataset_id, list(event.forgets)))
    else:
        before = await remaining(connection, event.dataset_id, questions, training_id)
    said_at = row["requested_offset"] if row["lesson"] else None
    newer = await connection.fetch(_NEWER, event.dataset_id, training_id, said_at)
    return Change(
        asked=asked,
        lesson=row["lesson"],
        sequence=row["sequence"],
        said_at=said_at,
        taught=taught,
        counts=_items([row for row in rows if row["counts"]]),
        replaced=before,
        newer=tuple(row["training_id"] for row in newer),
    )


async def remaining(
    connection: Connection, dataset_id: str, questions: Sequence[str], but_of: str
) -> tuple[LearnedItem, ...]:
    """The pairs that would be known for the normalised `questions`, as they were said, but for the training `but_of`.

    Those among them that it taught were said by others too.
    """
    rows = await connection.fetch(_REMAINING, dataset_id, list(questions), but_of)
    said = zip(_items(rows), rows, strict=True)
    return tuple(item.model_copy(update={"origin": row[1], "feedback_id": row[2]}) for item, row in said)


async def learned_pair(connection: Connection, dataset_id: str, item_id: str) -> LearnedItem | None:
    """The pair as it was learned last, whether it is known any more or not."""
    item = await connection.fetchval(_PAIRS, dataset_id, [item_id])
    return LearnedItem.model_validate(item) if item else None


async def taken(connection: Connection, training_id: str) -> tuple[LearnedItem, ...]:
    """The pairs that a training taught and that were taken back."""
    return _items(await connection.fetch(_TAKEN, training_id))


async def verified(connection: Connection, learned: Change) -> tuple[LearnedItem, ...]:
    """The check set of a change: the pairs that people gave before it."""
    event = learned.asked.event
    rows = await connection.fetch(_VERIFIED, event.dataset_id, event.training_id, learned.said_at, MOST)
    return _items(rows)


async def answers(connection: Connection, question_ids: Sequence[str]) -> dict[str, Answer]:
    """The checks that were answered, by their ids."""
    rows = await connection.fetch(_ANSWERS, list(question_ids))
    return {
        row["question_id"]: Answer(
            row["outcome"], row["known"], row["strategy"], row["sql"], tuple(row["items"]), tuple(row["terms"])
        )
        for row in rows
    }


async def last_review(connection: Connection, feedback_id: str) -> FeedbackReviewed | None:
    """What became of a verdict."""
    state = await connection.fetchval(_REVIEW, feedback_id)
    return FeedbackReviewed.model_validate(state) if state else None


async def last_measured(connection: Connection, training_id: str) -> LearningMeasured | None:
    """What became of a training that was measured."""
    state = await connection.fetchval(_MEASURED, training_id)
    return LearningMeasured.model_validate(state) if state else None


async def held(connection: Connection, dataset_id: str) -> list[Held]:
    """The corrections that are held because of how they were measured, of each question the last word."""
    return [
        Held(
            FeedbackGiven.model_validate(row["given"]),
            FeedbackReviewed.model_validate(row["review"]),
            LearningMeasured.model_validate(row["measured"]),
            LearnedItem.model_validate(row["item"]),
        )
        for row in await connection.fetch(_HELD, dataset_id)
    ]


async def verified_ids(connection: Connection, dataset_id: str) -> set[str]:
    """The ids of the pairs that people gave and that are known."""
    return {row["item_id"] for row in await connection.fetch(_VERIFIED_IDS, dataset_id)}


async def newest_of(connection: Connection, dataset_id: str) -> tuple[int, int]:
    """Where the newest verdict on a dataset and its newest pair stand: others when anything was said or learned."""
    row = await connection.fetchrow(_NEWEST, dataset_id)
    return (row[0], row[1]) if row else (0, 0)


async def score(connection: Connection, dataset_id: str) -> tuple[int, int]:
    """How many verified questions are answered right, and of how many that is known."""
    row = await connection.fetchrow(_SCORE, dataset_id)
    return (row["right"], row["told"]) if row else (0, 0)


async def decisions(connection: Connection, subject_id: str, after: int) -> list[Received[LearningDecided]]:
    """The decisions about a subject that are not answered yet."""
    return [
        Received(
            LearningDecided.model_validate(row["decided"]), row["event_id"], row["correlation_id"], row["traceparent"],
            LearningDecided.__name__, -1, -1,
        )
        for row in await connection.fetch(_DECISIONS, subject_id, after)
    ]  # fmt: skip


def _items(rows: Sequence[Any]) -> tuple[LearnedItem, ...]:
    return tuple(LearnedItem.model_validate(row["item"]) for row in rows)
