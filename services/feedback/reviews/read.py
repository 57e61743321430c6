"""What a review reads of the service's read models."""

from dataclasses import dataclass

from libs.events.catalog import FeedbackGiven
from libs.events.envelope import Received
from libs.leases.claim import WorkGone
from libs.postgres.pool import Connection

_VERDICT = "SELECT event_id, correlation_id, traceparent, given FROM verdicts WHERE feedback_id = $1"
_NEWER = """
SELECT given FROM verdicts AS v LEFT JOIN reviews AS r USING (feedback_id)
WHERE dataset_id = $1 AND normalised_question = $2
    AND sequence > $3
    AND coalesce(r.verdict, '') NOT IN ('rejected', 'dropped', 'reverted')
ORDER BY sequence
"""
_PAIRS = """
SELECT item_id FROM known_pairs WHERE dataset_id = $1 AND normalised_question = $2 ORDER BY item_id
"""


@dataclass(frozen=True)
class Standing:
    """How the question of a verdict stands: later verdicts that were not rejected, and pairs that are known."""

    newer: tuple[FeedbackGiven, ...]
    known_pairs: tuple[str, ...]


async def verdict(connection: Connection, feedback_id: str) -> Received[FeedbackGiven]:
    """The verdict `feedback_id` as it was received; raises `WorkGone` when it is unknown."""
    row = await connection.fetchrow(_VERDICT, feedback_id)
    if row is None:
        raise WorkGone(f"no verdict {feedback_id} in the read models")
    given = FeedbackGiven.model_validate(row["given"])
    return Received(given, row["event_id"], row["correlation_id"], row["traceparent"], FeedbackGiven.__name__, -1, -1)


async def standing(connection: Connection, given: FeedbackGiven, question: str) -> Standing:
    """How the normalised `question` of `given` stands now."""
    newer = await connection.fetch(_NEWER, given.dataset_id, question, given.sequence)
    pairs = await connection.fetch(_PAIRS, given.dataset_id, question)
    return Standing(
        tuple(FeedbackGiven.model_validate(row["given"]) for row in newer), tuple(row["item_id"] for row in pairs)
    )
