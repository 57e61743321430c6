"""What the service says itself is projected at once, in the transaction that says it, one dataset after the other."""

from libs.events.catalog import FeedbackReviewed, LearningMeasured
from libs.events.projection import Handlers
from libs.postgres.pool import Connection
from services.feedback.learning.projections import keep_measured
from services.feedback.reviews.projections import keep_reviews

OWN = Handlers(project={FeedbackReviewed: keep_reviews, LearningMeasured: keep_measured})

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reviews/' || $1, 0))"
_GENERATION = "SELECT coalesce(max(generation), 0) FROM generations WHERE dataset_id = $1"


async def lock(connection: Connection, dataset_id: str) -> None:
    """Let one decision about a dataset be made at a time, to the end of the transaction."""
    await connection.execute(_LOCK, dataset_id)


async def generation(connection: Connection, dataset_id: str) -> int:
    """The generation of what the dataset knows."""
    found: int = await connection.fetchval(_GENERATION, dataset_id)
    return found
