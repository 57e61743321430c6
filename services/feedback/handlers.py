"""Which events the service takes in, and which work follows from them."""

from libs.events.catalog import (
    CheckpointReached,
    FeedbackGiven,
    FeedbackReviewed,
    LearningDecided,
    LearningMeasured,
    QuestionAnswered,
    TrainingRequested,
)
from libs.events.projection import Batch, Handlers
from libs.events.transaction import Transaction
from libs.knowledge import databases
from libs.leases.claim import offer
from services.feedback.learning.measure import MEASURE
from services.feedback.learning.projections import (
    keep_answers,
    keep_decisions,
    keep_measured,
    keep_pairs,
    keep_requests,
)
from services.feedback.learning.settle import SETTLE
from services.feedback.reviews.projections import keep_reviews, keep_verdicts
from services.feedback.reviews.review import REVIEW

_IS_REVIEWED = "SELECT EXISTS (SELECT FROM reviews WHERE feedback_id = $1)"
_IS_MEASURED = "SELECT EXISTS (SELECT FROM measured WHERE training_id = $1)"


async def offer_reviews(transaction: Transaction, batch: Batch) -> None:
    """Every verdict that was not reviewed yet is to be reviewed."""
    for received in batch:
        if not await transaction.connection.fetchval(_IS_REVIEWED, received.event.feedback_id):
            await offer(transaction.connection, REVIEW, received.event.feedback_id)


async def offer_measuring(transaction: Transaction, batch: Batch) -> None:
    """What a training taught is to be measured once it is complete; of a dataset one at a time."""
    for received in batch:
        event: CheckpointReached = received.event
        known = await transaction.connection.fetchval(_IS_MEASURED, event.training_id)
        if event.status == "completed" and not known:
            await offer(transaction.connection, MEASURE, event.training_id, group_key=event.dataset_id)


async def offer_decisions(transaction: Transaction, batch: Batch) -> None:
    """Every decision is to be carried out."""
    for received in batch:
        await offer(transaction.connection, SETTLE, received.event.subject_id)


HANDLERS = Handlers(
    project={
        **databases.PROJECT,
        FeedbackGiven: keep_verdicts,
        FeedbackReviewed: keep_reviews,
        TrainingRequested: keep_requests,
        CheckpointReached: keep_pairs,
        QuestionAnswered: keep_answers,
        LearningDecided: keep_decisions,
        LearningMeasured: keep_measured,
    },
    react={
        FeedbackGiven: offer_reviews,
        CheckpointReached: offer_measuring,
        LearningDecided: offer_decisions,
    },
)
