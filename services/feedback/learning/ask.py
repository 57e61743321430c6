"""Asks the trainer to learn what a person said is right."""

from libs.events.catalog import FeedbackGiven, LearnedItem, TrainingRequested
from libs.knowledge.items import pair_id
from libs.runtime.clock import now


def training_of(
    given: FeedbackGiven, training_id: str, sql: str, tables: tuple[str, ...], generation: int
) -> TrainingRequested:
    """The training that learns `given`'s question with `sql`, for the knowledge of `generation`."""
    question = given.question.strip()
    pair = LearnedItem(
        item_id=pair_id(question, sql),
        kind="pair",
        text=question,
        question=question,
        sql=sql,
        tables=tables,
        origin="feedback",
    )
    return TrainingRequested(
        training_id=training_id,
        dataset_id=given.dataset_id,
        source="feedback",
        generation=generation,
        items=(pair,),
        feedback_id=given.feedback_id,
        language=given.language,
        who=given.who,
        requested_at=now(),
    )
