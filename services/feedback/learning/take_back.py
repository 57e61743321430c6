"""Takes back what was learned: it is forgotten, and what it replaced comes back."""

from collections.abc import Sequence

from libs.events.catalog import Event, FeedbackGiven, Language, LearnedItem
from libs.events.envelope import Received
from libs.events.ids import caused_id
from libs.events.transaction import Transaction
from libs.knowledge.items import normalised_question, pair_id
from services.feedback.learning.ask import lessons
from services.feedback.learning.read import learned_pair, remaining
from services.feedback.record import generation
from services.feedback.reviews.decider import wanted_sql

_INDEX = "taken back"


async def take_back_feedback(
    opened: Transaction, cause: Received[Event], given: FeedbackGiven, training_id: str | None, who: str
) -> None:
    """Ask for the training that takes back what `given` taught with `training_id`."""
    pair = await learned_pair(opened.connection, given.dataset_id, pair_id(given.question, wanted_sql(given) or ""))
    if pair and training_id:
        about = {"feedback_id": given.feedback_id, "language": given.language, "who": who}
        await take_back(opened, cause, given.dataset_id, training_id, [pair], **about)  # type: ignore[arg-type]


async def take_back(
    opened: Transaction,
    cause: Received[Event],
    dataset_id: str,
    training_id: str,
    taught: Sequence[LearnedItem],
    *,
    feedback_id: str | None,
    language: Language,
    who: str,
) -> None:
    """Ask for the trainings that forget what `training_id` `taught`, and learn again what counts without it.

    What another person said too stays as it is.
    """
    questions = sorted({normalised_question(item.question or "") for item in taught})
    counts = await remaining(opened.connection, dataset_id, questions, training_id)
    stays = {item.item_id for item in counts if item.origin == "feedback"}.intersection(one.item_id for one in taught)
    forgets = [item for item in taught if item.item_id not in stays]
    if not forgets:
        return
    back = [item for item in counts if item.item_id not in stays]
    current = await generation(opened.connection, dataset_id)
    asked = lessons(
        caused_id(cause.event_id, _INDEX), dataset_id, current, back, forgets,
        feedback_id=feedback_id, language=language, who=who,
    )  # fmt: skip
    for one in asked:
        opened.publish(one, caused_by=cause, index=one.training_id)
