"""Records verdicts and what became of them, and offers each verdict to be reviewed."""

from libs.events.catalog import CheckpointReached, FeedbackGiven, FeedbackReviewed
from libs.events.projection import Batch, Handlers
from libs.events.transaction import Transaction
from libs.knowledge import databases
from libs.knowledge.items import normalised_question
from libs.leases.claim import offer
from libs.postgres.pool import Connection

_PUT_VERDICT = """
INSERT INTO verdicts (
    feedback_id, dataset_id, sequence, normalised_question, event_id, correlation_id, traceparent, given
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
_PUT_REVIEW = "INSERT INTO reviews (feedback_id, verdict) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_IS_REVIEWED = "SELECT EXISTS (SELECT FROM reviews WHERE feedback_id = $1)"
_FORGET_PAIR = "DELETE FROM pairs WHERE dataset_id = $1 AND item_id = ANY($2) AND generation <= $3"
_PUT_PAIR = """
INSERT INTO pairs AS p (dataset_id, item_id, generation, normalised_question) VALUES ($1, $2, $3, $4)
ON CONFLICT (dataset_id, item_id) DO UPDATE SET generation = greatest(p.generation, excluded.generation)
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
    """What became of each verdict."""
    events: list[FeedbackReviewed] = [received.event for received in batch]
    await connection.executemany(_PUT_REVIEW, [(event.feedback_id, event.verdict) for event in events])


async def keep_pairs(connection: Connection, batch: Batch) -> None:
    """The ids of the pairs that each dataset learned, to tell which of them a verdict supersedes."""
    events: list[CheckpointReached] = [received.event for received in batch]
    for event in events:
        if event.forgotten:
            await connection.execute(_FORGET_PAIR, event.dataset_id, list(event.forgotten), event.generation)
        pairs = [item for item in event.items if item.kind == "pair"]
        rows = [
            (event.dataset_id, item.item_id, event.generation, normalised_question(item.question or ""))
            for item in pairs
        ]
        await connection.executemany(_PUT_PAIR, rows)


async def offer_reviews(transaction: Transaction, batch: Batch) -> None:
    """Every verdict that was not reviewed yet is to be reviewed."""
    for received in batch:
        if not await transaction.connection.fetchval(_IS_REVIEWED, received.event.feedback_id):
            await offer(transaction.connection, "review", received.event.feedback_id)


HANDLERS = Handlers(
    project={
        **databases.PROJECT,
        FeedbackGiven: keep_verdicts,
        FeedbackReviewed: keep_reviews,
        CheckpointReached: keep_pairs,
    },
    react={FeedbackGiven: offer_reviews},
)
