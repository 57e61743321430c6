"""Asks the trainer to learn what a person said is right, or to take it back; asks the query service to check."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate

from libs.events.catalog import FeedbackGiven, Language, LearnedItem, Needs, QuestionAsked, TrainingRequested
from libs.knowledge.items import pair_id
from libs.language.catalogue import language_of
from libs.runtime.clock import now

_MOST_CHARACTERS = 150_000


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
        feedback_id=given.feedback_id,
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


def lesson(
    training_id: str,
    dataset_id: str,
    generation: int,
    items: Sequence[LearnedItem],
    forgets: Sequence[LearnedItem] = (),
    *,
    feedback_id: str | None,
    language: Language,
    who: str,
) -> TrainingRequested:
    """The training that takes back `forgets` and learns those of `items`, known before, that fit into one event."""
    sizes = accumulate(len(item.question or "") + len(item.sql or "") for item in items)
    items = [item for item, size in zip(items, sizes, strict=True) if size < _MOST_CHARACTERS]
    return TrainingRequested(
        training_id=training_id,
        dataset_id=dataset_id,
        source="feedback",
        generation=generation,
        items=tuple(item.model_copy(update={"embedding": None}) for item in items),
        forgets=tuple(item.item_id for item in forgets),
        feedback_id=feedback_id,
        language=language,
        who=who,
        requested_at=now(),
    )


def check(
    question_id: str,
    dataset_id: str,
    pair: LearnedItem,
    needs: Needs,
    seconds: float,
    without: Sequence[str] = (),
    instead: Sequence[LearnedItem] = (),
) -> QuestionAsked:
    """The question of a verified pair, to be answered without that pair and what else is `without`."""
    question = pair.question or ""
    asked_at = now()
    return QuestionAsked(
        question_id=question_id,
        dataset_id=dataset_id,
        question=question,
        conversation_id=question_id,
        language=language_of(question),
        purpose="check",
        without=(pair.item_id, *without),
        instead=tuple(instead),
        needs=needs,
        asked_at=asked_at,
        deadline=asked_at + timedelta(seconds=seconds),
    )
