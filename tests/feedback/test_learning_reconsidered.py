"""What is held is learned again once nothing speaks against it any more."""

import pytest

from libs.events.catalog import KnowledgeRemoved, QuestionAsked
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
from tests.feedback.test_reviews import said

__all__ = ["feedback", "learning"]


@pytest.mark.parametrize("gone", ["taken back", "replaced"])
@pytest.mark.parametrize("harmful", [False, True])
async def test_what_was_held_because_of_what_counts_no_longer_is_learned_again_and_measured_anew(
    learning: Learning, gone: str, harmful: bool
) -> None:
    await learning.teach(1, ONE)
    await learning.teach(2, TWO, OTHER_WORDS)
    held = await learning.measure(lambda asked: (ONE, pair_id(MANY, ONE)) if asked.question != MANY else (None, ""))
    assert (held["verdict"], await learning.known()) == ("held", {ONE})

    await (learning.decide("f1", "revert") if gone == "taken back" else learning.teach(3, THREE))
    await learning.measure(lambda _: (None, ""))
    review = (await learning.service.sent("FeedbackReviewed"))[-1]
    assert (review["feedback_id"], review["verdict"], review["version"]) == ("f2", "accepted", 2)
    assert [reason["code"] for reason in review["reasons"]] == ["learned_again"]
    stands = set() if gone == "taken back" else {THREE}
    assert await learning.known() == {TWO, *stands}
    witness = (THREE, pair_id(MANY, THREE))
    await learning.measure(lambda asked: witness if harmful and asked.question != MANY else (None, ""))
    assert await learning.known() == (stands if harmful and stands else {TWO, *stands})


@pytest.mark.parametrize("since", ["an import", "a verdict"])
async def test_what_is_held_stays_so_where_another_word_was_said_since_or_its_knowledge_was_removed(
    learning: Learning, since: str
) -> None:
    def from_the_first(asked: QuestionAsked) -> tuple[str | None, str]:
        return (ONE, pair_id(MANY, ONE)) if asked.question != MANY else (None, "")

    await learning.teach(1, ONE)
    await learning.teach(2, TWO, OTHER_WORDS)
    await learning.measure(from_the_first)
    if since == "an import":
        await learning.imports("t", {OTHER_WORDS: ONE})
    else:
        await learning.service.reviewed(said(3, OTHER_WORDS, sql=TWO, rating=-1))
    await learning.decide("f1", "revert")
    await learning.measure(lambda _: (None, ""))
    assert await learning.known() == ({ONE} if since == "an import" else set()), "the word that was said since counts"
    await learning.service.consume(KnowledgeRemoved(dataset_id="d1", generation=1, who="ann", removed_at=THEN))
    await learning.imports("t2", {"Flights?": THREE}, 1)
    await learning.measure(lambda _: (None, ""))
    assert await learning.known() == {THREE}
