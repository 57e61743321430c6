"""Keeps verdicts and what became of them."""

from libs.events.catalog import FeedbackReviewed
from libs.events.projection import Batch
from libs.knowledge.items import normalised_question
from libs.postgres.pool import Connection

_PUT_VERDICT = """
INSERT INTO verdicts (
    feedback_id, dataset_id, sequence, normalised_question, event_id, correlation_id, traceparent, given
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
_PUT_REVIEW = """
INSERT INTO reviews AS r VALUES ($1, $2, $3, $4)
ON CONFLICT (feedback_id) DO UPDATE
SET version = excluded.version, verdict = excluded.verdict, state = excluded.state WHERE r.version < excluded.version
"""


async def keep_verdicts(connection: Connection, batch: Batch) -> None:
    """Every verdict, once."""
    rows = [
        (
            received.event.feedback_id,
            received.event.dataset_id,
            received.event.sequence,
            normalised_question(received.event.question),
            received.event_id,
            received.correlation_id,
            received.traceparent,
            received.event.model_dump(mode="json"),
        )
        for received in batch
    ]
    await connection.executemany(_PUT_VERDICT, rows)


async def keep_reviews(connection: Connection, batch: Batch) -> None:
    """What became of each verdict, in the newest version."""
    events: list[FeedbackReviewed] = [received.event for received in batch]
    rows = [(event.feedback_id, event.version, event.verdict, event.model_dump(mode="json")) for event in events]
    await connection.executemany(_PUT_REVIEW, rows)
