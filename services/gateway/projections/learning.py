"""What became of feedback, what people decided about it, and what trainings and corrections did to answers."""

from libs.events.catalog import FeedbackReviewed, LearningDecided, LearningMeasured
from libs.events.projection import Batch
from libs.postgres.pool import Connection

_PUT_REVIEW = """
INSERT INTO reviews AS r VALUES ($1, $2, $3)
ON CONFLICT (feedback_id) DO UPDATE SET version = excluded.version, state = excluded.state
WHERE r.version < excluded.version
"""
_PUT_DECISION = "INSERT INTO decisions VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_PUT_MEASURE = """
INSERT INTO measures AS m VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (training_id) DO UPDATE
SET version = greatest(m.version, excluded.version), measured_at = least(m.measured_at, excluded.measured_at),
    state = CASE WHEN m.version < excluded.version THEN excluded.state ELSE m.state END
"""


async def keep_reviews(connection: Connection, batch: Batch) -> None:
    """What became of every verdict, in the newest version."""
    events: list[FeedbackReviewed] = [received.event for received in batch]
    rows = [(event.feedback_id, event.version, event.model_dump(mode="json")) for event in events]
    await connection.executemany(_PUT_REVIEW, rows)


async def keep_decisions(connection: Connection, batch: Batch) -> None:
    """Every decision of a person about what was learned."""
    events: list[LearningDecided] = [received.event for received in batch]
    rows = [(event.subject_id, event.decision_sequence, event.model_dump(mode="json")) for event in events]
    await connection.executemany(_PUT_DECISION, rows)


async def keep_measures(connection: Connection, batch: Batch) -> None:
    """What every training that was measured did, in the newest version."""
    events: list[LearningMeasured] = [received.event for received in batch]
    rows = [(e.training_id, e.dataset_id, e.version, e.measured_at, e.model_dump(mode="json")) for e in events]
    await connection.executemany(_PUT_MEASURE, rows)
