"""Keeps what measuring needs: trainings, the pairs they taught, how checks were answered, what became of it."""

from collections.abc import Sequence

from libs.events.catalog import (
    CheckpointReached,
    LearningDecided,
    LearningMeasured,
    QuestionAnswered,
    TrainingRequested,
)
from libs.events.envelope import Received
from libs.events.projection import Batch
from libs.knowledge.items import normalised_question
from libs.postgres.pool import Connection

CHECKS = "checks"
"""Notified with the id of a check that was answered."""

_PUT_REQUEST = "INSERT INTO requests VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
_PUT_TAUGHT = """
INSERT INTO taught AS t VALUES ($1, $2, $3)
ON CONFLICT (training_id) DO UPDATE SET sequence = greatest(t.sequence, excluded.sequence)
"""
# As the query service forgets: a training only what trainings taught, a person what was said before.
_FORGET = """
UPDATE pairs SET gone = gone OR origin <> 'feedback' OR $5
WHERE dataset_id = $1 AND item_id = ANY($2) AND generation <= $3 AND "offset" < $4
    AND (origin <> 'feedback' OR NOT $5 OR requested_offset < $6)
"""
_PUT_PAIR = """
INSERT INTO pairs AS p VALUES ($1, $2, $3, $4, $5, $6, $7, $8, false, $9)
ON CONFLICT (dataset_id, item_id) DO UPDATE
SET generation = excluded.generation, normalised_question = excluded.normalised_question, origin = excluded.origin,
    training_id = excluded.training_id, requested_offset = excluded.requested_offset, "offset" = excluded."offset",
    gone = false, item = excluded.item
WHERE p.gone OR (p.generation, p.origin = 'feedback', p.requested_offset, p."offset")
    <= (excluded.generation, excluded.origin = 'feedback', excluded.requested_offset, excluded."offset")
"""
# What is no longer true was taught by trainings alone; what a person takes back, its verdict tells.
_UNTEACH = """
DELETE FROM teachings WHERE dataset_id = $1 AND item_id = ANY($2) AND generation <= $3 AND "offset" < $4
    AND origin <> 'feedback'
"""
_PUT_TEACHING = "INSERT INTO teachings VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
_PUT_ANSWER = "INSERT INTO check_answers VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
_PUT_DECISION = "INSERT INTO decisions VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
_PUT_MEASURED = """
INSERT INTO measured AS m VALUES ($1, $2, $3)
ON CONFLICT (training_id) DO UPDATE SET version = excluded.version, state = excluded.state
WHERE m.version < excluded.version
"""


_PUT_MARK = """
INSERT INTO marks AS m VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (dataset_id, item_id) DO UPDATE
SET mark = excluded.mark, measured_at = excluded.measured_at, training_id = excluded.training_id
WHERE m.measured_at < excluded.measured_at
"""


async def keep_requests(connection: Connection, batch: Batch) -> None:
    """Every training that was asked for, once."""
    rows = []
    for received in batch:
        event: TrainingRequested = received.event
        state = event.model_dump(mode="json", exclude={"items"})
        about = (received.event_id, received.correlation_id, received.traceparent, event.is_lesson, state)
        rows.append((event.training_id, *about))
    await connection.executemany(_PUT_REQUEST, rows)


async def keep_pairs(connection: Connection, batch: Batch) -> None:
    """The pairs that each dataset learned, and those that are to be known no longer."""
    for received in batch:
        event: CheckpointReached = received.event
        if event.items or event.forgotten:
            await connection.execute(_PUT_TAUGHT, event.training_id, event.sequence, event.requested_offset)
        if event.forgotten:
            taken_back = (event.source == "feedback", event.requested_offset)
            forgotten = (event.dataset_id, list(event.forgotten), event.generation, received.offset)
            await connection.execute(_FORGET, *forgotten, *taken_back)
            if event.source != "feedback":
                await connection.execute(_UNTEACH, *forgotten)
        rows = [
            (
                event.dataset_id,
                item.item_id,
                event.generation,
                normalised_question(item.question or ""),
                item.origin,
                event.training_id,
                event.requested_offset if item.origin == "feedback" else 0,
                received.offset,
                item.model_dump(mode="json"),
            )
            for item in event.items
            if item.kind == "pair"
        ]
        await connection.executemany(_PUT_PAIR, rows)
        await connection.executemany(_PUT_TEACHING, _teachings(received))


def _teachings(received: Received[CheckpointReached]) -> list[tuple[object, ...]]:
    event = received.event
    return [
        (event.training_id, item.item_id, event.dataset_id, event.generation, normalised_question(item.question or ""),
         item.origin, item.feedback_id, event.source, event.requested_offset if item.origin == "feedback" else 0,
         received.offset)
        for item in event.items
        if item.kind == "pair"
    ]  # fmt: skip


async def keep_answers(connection: Connection, batch: Batch) -> None:
    """How every check was answered; `known` tells whether the query service knew what it was asked about."""
    events: list[QuestionAnswered] = [received.event for received in batch if received.event.purpose == "check"]
    rows = [
        (e.question_id, e.outcome, e.knowledge_version > 0, e.sources.strategy, e.sql, list(e.sources.items),
         list(e.sources.terms))
        for e in events
    ]  # fmt: skip
    await connection.executemany(_PUT_ANSWER, rows)
    for event in events:
        await connection.execute("SELECT pg_notify($1, $2)", CHECKS, event.question_id)


async def keep_decisions(connection: Connection, batch: Batch) -> None:
    """Every decision of a person."""
    rows = []
    for received in batch:
        event: LearningDecided = received.event
        cause = (received.event_id, received.correlation_id, received.traceparent)
        rows.append((event.subject_id, event.decision_sequence, *cause, event.model_dump(mode="json")))
    await connection.executemany(_PUT_DECISION, rows)


async def keep_measured(connection: Connection, batch: Batch) -> None:
    """What became of each training that was measured."""
    events: list[LearningMeasured] = [received.event for received in batch]
    rows = [(event.training_id, event.version, event.model_dump(mode="json")) for event in events]
    await connection.executemany(_PUT_MEASURED, rows)
    await keep_marks(connection, events)


async def keep_marks(connection: Connection, events: Sequence[LearningMeasured]) -> None:
    """How each verified question was last answered, with what is held left out."""
    rows = []
    for event in events:
        for one in event.results if event.version == 0 else ():
            mark = one.before if event.verdict == "held" else one.after
            if mark != "unknown":
                rows.append((event.dataset_id, one.item_id, mark, event.measured_at, event.training_id))
    await connection.executemany(_PUT_MARK, rows)
