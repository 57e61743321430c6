"""Learns again what was held only because of pairs that count no longer; it is measured like all that is learned."""

from libs.events.catalog import Event, FeedbackReviewed, Problem
from libs.events.envelope import Received
from libs.events.ids import caused_id
from libs.events.transaction import Transaction
from libs.knowledge.items import normalised_question
from libs.language.catalogue import text
from libs.runtime.clock import now
from services.feedback.learning.ask import training_of
from services.feedback.learning.decider import Reconsider, State, decide, evolve, still_harmful
from services.feedback.learning.read import Held, held, verified_ids
from services.feedback.record import OWN, generation
from services.feedback.reviews.decider import Finding, wanted_sql
from services.feedback.reviews.decider import decide as reviewed
from services.feedback.reviews.read import Standing, standing


async def reconsider(opened: Transaction, cause: Received[Event], dataset_id: str) -> None:
    """Ask for the trainings of the corrections that nothing speaks against any more; the dataset is locked."""
    known = await verified_ids(opened.connection, dataset_id)
    for one in await held(opened.connection, dataset_id):
        outcome = decide(evolve(State(), one.review), Reconsider())
        if outcome and outcome.learn and not still_harmful(one.measured, known):
            stands = await standing(opened.connection, one.given, normalised_question(one.given.question))
            if reviewed(one.given, stands.newer, Finding("passed")).learn:
                await _learn_again(opened, cause, one, stands)


async def _learn_again(opened: Transaction, cause: Received[Event], one: Held, stands: Standing) -> None:
    given, review = one.given, one.review
    training_id = caused_id(cause.event_id, f"again/{given.feedback_id}/{review.version}")
    current = await generation(opened.connection, given.dataset_id)
    asked = training_of(given, training_id, wanted_sql(given) or "", one.pair.tables, current)
    opened.publish(asked, caused_by=cause, index=training_id)
    reason = Problem(code="learned_again", detail=text("feedback.learned_again", given.language))
    new = {
        "version": review.version + 1, "verdict": "accepted", "training_id": training_id, "reasons": (reason,),
        "supersedes": tuple(known for known in stands.known_pairs if known != one.pair.item_id), "reviewed_at": now(),
    }  # fmt: skip
    said: FeedbackReviewed = review.model_copy(update=new)
    await OWN.apply_own(opened, said, caused_by=cause, index=f"{given.feedback_id}/{said.version}")
