"""What people say later, take back or accept decides what is known."""

import pytest

from libs.events.catalog import CheckpointReached, KnowledgeRemoved, LearnedItem, QuestionAsked
from libs.knowledge.items import pair_id
from tests.feedback.learning import (
    MANY,
    ONE,
    OTHER_WORDS,
    THEN,
    THREE,
    TWO,
    Learning,
    feedback,
    learning,
)
from tests.feedback.test_reviews import COUNT

__all__ = ["feedback", "learning"]


async def test_a_newer_verdict_replaces_the_older_pair_and_taking_it_back_brings_that_back(learning: Learning) -> None:
    for sequence, sql in enumerate((ONE, TWO, ONE), 1):
        await learning.teach(sequence, sql)
        assert await learning.known() == {sql}
    assert (await learning.decide("f3", "revert"))["verdict"] == "reverted"
    assert await learning.known() == {TWO}
    await learning.decide("f2", "revert")
    assert await learning.known() == {ONE}
    await learning.decide("f1", "revert")
    assert await learning.known() == set()


async def test_what_an_earlier_verdict_says_too_is_not_forgotten(learning: Learning) -> None:
    await learning.teach(1, ONE)
    await learning.teach(2, ONE)
    await learning.decide("f2", "revert")
    assert await learning.known() == {ONE}


async def test_a_generated_pair_that_a_person_confirmed_is_known_again_when_that_is_taken_back(
    learning: Learning,
) -> None:
    item = LearnedItem(item_id=pair_id(MANY, ONE), kind="pair", text=MANY, question=MANY, sql=ONE)
    made = CheckpointReached(
        training_id="t", dataset_id="d1", sequence=1, status="training", items=(item,), reached_at=THEN
    )
    await learning.service.consume(made)
    await learning.teach(1, ONE)
    await learning.decide("f1", "revert")
    assert await learning.service.pool.fetch("SELECT origin FROM known_pairs") == [("training",)]


@pytest.mark.parametrize("first", ["an import", "a verdict"])
async def test_of_an_import_that_is_held_what_was_said_before_too_stays_known(learning: Learning, first: str) -> None:
    await (learning.imports("t1", {MANY: ONE}) if first == "an import" else learning.teach(1, ONE))
    await learning.teach(2, THREE, OTHER_WORDS)
    await learning.measure(lambda _: (None, ""))
    await learning.imports("t2", {MANY: ONE})
    await learning.imports("t3", {MANY: ONE, "How many are there?": TWO})
    assert await learning.known() == {ONE, TWO, THREE}

    def answer(asked: QuestionAsked) -> tuple[str | None, str]:
        harmed = asked.question == OTHER_WORDS and "t3" not in asked.without
        return (TWO, pair_id("How many are there?", TWO)) if harmed else (None, "")

    measured = await learning.measure(answer)
    assert (measured["training_id"], measured["verdict"]) == ("t3", "held")
    assert await learning.known() == {ONE, THREE}
    await learning.decide("t3", "accept")
    assert await learning.known() == {ONE, TWO, THREE}


async def test_what_was_removed_does_not_come_back(learning: Learning) -> None:
    await learning.teach(1, ONE)
    await learning.service.consume(KnowledgeRemoved(dataset_id="d1", generation=1, who="ann", removed_at=THEN))
    await learning.teach(2, TWO)
    await learning.decide("f2", "revert")
    assert await learning.known() == set()


async def test_what_could_not_be_checked_is_learned_once_a_person_accepts_it_and_it_runs(learning: Learning) -> None:
    path = await learning.service.pool.fetchval("SELECT settings ->> 'database' FROM datasources")
    gone = f"{path}.gone"
    change = (
        "UPDATE datasources SET version = version + 1, settings = settings || jsonb_build_object('database', $1::text)"
    )
    await learning.service.pool.execute(change, gone)
    await learning.teach(1, COUNT)
    assert (await learning.service.sent("FeedbackReviewed"))[-1]["verdict"] == "held"
    assert (await learning.decide("f1", "accept"))["verdict"] == "held"
    await learning.service.pool.execute(change, path)
    assert (await learning.decide("f1", "accept"))["verdict"] == "accepted"
    assert await learning.known() == {COUNT}
