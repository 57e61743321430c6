"""Asks the trainer to learn what a person said is right, or to take it back; asks the query service to check."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate, groupby

from libs.events.catalog import FeedbackGiven, Language, LearnedItem, Needs, QuestionAsked, TrainingRequested
from libs.events.ids import caused_id
from libs.knowledge.items import pair_id
from libs.language.catalogue import language_of
from libs.runtime.clock import now

_LESSON_BYTES = 400_000
"""From so many on, what is left goes into another lesson: an event holds twice as many."""


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


def lessons(
    training_id: str,
    dataset_id: str,
    generation: int,
    items: Sequence[LearnedItem],
    forgets: Sequence[LearnedItem] = (),
    *,
    feedback_id: str | None,
    language: Language,
    who: str,
) -> list[TrainingRequested]:
    """The trainings that take back `forgets` and learn `items`, known before: as many as fit into an event each.

    What is taken back and learned again is in one of them, which does so in that order.
    """
    learned = {item.item_id: item.model_copy(update={"embedding": None}) for item in items}
    forgotten = {item.item_id for item in forgets}
    return [
        TrainingRequested(
            training_id=caused_id(training_id, number) if number else training_id,
            dataset_id=dataset_id,
            source="feedback",
            generation=generation,
            items=tuple(learned[key] for key in keys if key in learned),
            forgets=tuple(key for key in keys if key in forgotten),
            feedback_id=feedback_id,
            language=language,
            who=who,
            requested_at=now(),
        )
        for number, keys in enumerate(_parts(sorted({*learned, *forgotten}), learned))
    ]


def _parts(keys: Sequence[str], learned: Mapping[str, LearnedItem]) -> Iterator[list[str]]:
    sizes = accumulate(len(key) + (_bytes(learned[key]) if key in learned else 0) for key in keys)
    for _, part in groupby(zip(keys, sizes, strict=True), lambda one: one[1] // _LESSON_BYTES):
        yield [key for key, _ in part]


def _bytes(item: LearnedItem) -> int:
    return len(item.model_dump_json().encode())


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
