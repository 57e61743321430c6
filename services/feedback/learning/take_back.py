"""Takes back what was learned: it is forgotten, and what it replaced comes back."""

from collections.abc import Sequence

from libs.events.catalog import Event, FeedbackGiven, Language, LearnedItem
from libs.events.envelope import Received
from libs.events.ids import caused_id
from libs.events.transaction import Transaction
from libs.knowledge.items import normalised_question, pair_id
from libs.postgres.pool import Connection
from services.feedback.learning.ask import lesson
from services.feedback.learning.read import generated, learned_pair, replaced
from services.feedback.record import generation
from services.feedback.reviews.decider import wanted_sql
from services.feedback.reviews.read import last_other

_INDEX = "taken back"


async def take_back_feedback(opened: Transaction, cause: Received[Event], given: FeedbackGiven, who: str) -> None:
    """Ask for the training that forgets what `given` taught, unless an earlier verdict that stands says the same."""
    ours = pair_id(given.question, wanted_sql(given) or "")
    pair = await learned_pair(opened.connection, given.dataset_id, ours)
    earlier = await _earlier(opened.connection, given)
    if pair is None or (earlier and earlier.item_id == ours):
        return
    about = {"feedback_id": given.feedback_id, "language": given.language, "who": who}
    await take_back(opened, cause, given.dataset_id, [pair], earlier, **about)  # type: ignore[arg-type]


async def take_back(
    opened: Transaction,
    cause: Received[Event],
    dataset_id: str,
    taught: Sequence[LearnedItem],
    earlier: LearnedItem | None = None,
    *,
    feedback_id: str | None,
    language: Language,
    who: str,
) -> None:
    """Ask for the training that forgets `taught`, and learns again what they replaced, or what was known `earlier`."""
    ids = [item.item_id for item in taught]
    questions = sorted({normalised_question(item.question or "") for item in taught})
    back = await replaced(opened.connection, dataset_id, questions, ids)
    if not back:
        back = (earlier,) if earlier else await generated(opened.connection, dataset_id, ids)
    current = await generation(opened.connection, dataset_id)
    training_id = caused_id(cause.event_id, _INDEX)
    asked = lesson(training_id, dataset_id, current, back, taught, feedback_id=feedback_id, language=language, who=who)
    opened.publish(asked, caused_by=cause, index=_INDEX)


async def _earlier(connection: Connection, given: FeedbackGiven) -> LearnedItem | None:
    """What the last other verdict on the question taught, if that was in the knowledge of now."""
    other = await last_other(connection, given)
    if other is None or other.generation < await generation(connection, given.dataset_id):
        return None
    return await learned_pair(connection, given.dataset_id, pair_id(other.question, wanted_sql(other) or ""))
