"""What was learned is measured on what people said before it; what does harm is held."""

import pytest

from libs.events.catalog import KnowledgeRemoved, QuestionAsked
from libs.knowledge.items import pair_id
from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Pair, Schema, Scope, Table
from tests.feedback.learning import (
    MANY,
    ONE,
    OTHER_WORDS,
    THEN,
    THREE,
    TWO,
    Answering,
    Learning,
    feedback,
    learning,
)
from tests.feedback.test_reviews import COUNT

__all__ = ["feedback", "learning"]


async def test_how_what_was_removed_was_measured_says_nothing_of_what_is_learned_again(learning: Learning) -> None:
    lesson = {MANY: ONE, OTHER_WORDS: ONE}
    for number, (pairs, generation, right) in enumerate([(lesson, 0, 0), ({"Flights?": ONE}, 0, 2), (lesson, 1, 0)]):
        removed = KnowledgeRemoved(dataset_id="d1", generation=generation, who="ann", removed_at=THEN)
        await learning.service.consume(*[removed] if generation else [])
        await learning.imports(f"t{number}", pairs, generation)
        measured = await learning.measure(lambda _: (ONE, "another"))
        assert (measured["right"], measured["told"]) == (right, right)


@pytest.mark.parametrize("rests_on_it", [True, False])
async def test_a_correction_that_makes_a_verified_answer_wrong_is_held_and_what_it_replaced_comes_back(
    learning: Learning, rests_on_it: bool
) -> None:
    await learning.teach(1, ONE)
    await learning.teach(2, ONE, OTHER_WORDS)
    await learning.measure(lambda _: (ONE, pair_id(MANY, ONE)))
    await learning.teach(3, TWO)
    taught = pair_id(MANY, TWO)

    def answer(asked: QuestionAsked) -> tuple[str | None, str]:
        if asked.question == MANY:
            return None, ""
        before = any(item.sql == ONE for item in asked.instead)
        assert before == (len(asked.without) > 1)
        return (ONE if before or not rests_on_it else TWO), taught if rests_on_it else "another"

    measured = await learning.measure(answer)
    [checked] = measured["results"]
    assert (checked["question"], checked["before"]) == (OTHER_WORDS, "right")
    assert (checked["after"], measured["verdict"]) == (("wrong", "held") if rests_on_it else ("right", "kept"))
    review = (await learning.service.sent("FeedbackReviewed"))[-1]
    assert review["feedback_id"] == "f3" and review["verdict"] == ("held" if rests_on_it else "accepted")
    assert await learning.known() == ({ONE} if rests_on_it else {ONE, TWO})
    if rests_on_it:
        assert [reason["code"] for reason in review["reasons"]] == ["made_worse"]
        assert (await learning.decide("f3", "accept"))["verdict"] == "accepted"
        assert await learning.known() == {ONE, TWO}
        accepted = await learning.measure(answer)
        assert (accepted["verdict"], accepted["right"], accepted["told"]) == ("kept", 0, 1), "a person accepted it"
        await learning.decide("f3", "revert")
        back = await learning.measure(lambda asked: (TWO, taught) if asked.instead else (ONE, pair_id(MANY, ONE)))
        [checked] = back["results"]
        assert (checked["before"], checked["after"], back["verdict"]) == ("wrong", "right", "kept")
        assert (back["right"], back["told"]) == (2, 2), "the score is that of what is known now"


async def test_a_correction_that_contradicts_a_verified_pair_in_other_words_is_held_until_it_is_dropped(
    learning: Learning,
) -> None:
    await learning.teach(1, ONE)
    await learning.teach(2, THREE, OTHER_WORDS)
    measured = await learning.measure(lambda asked: (ONE, pair_id(MANY, ONE)) if asked.question != MANY else (None, ""))
    assert ([one["question"] for one in measured["contradicts"]], measured["verdict"]) == ([MANY], "held")
    review = (await learning.service.sent("FeedbackReviewed"))[-1]
    assert [reason["code"] for reason in review["reasons"]] == ["contradicts"]
    assert await learning.known() == {ONE}
    assert (await learning.decide("f2", "drop"))["verdict"] == "dropped"
    assert await learning.known() == {ONE}
    assert (await learning.decide("f2", "accept"))["verdict"] == "dropped", "it is over"


@pytest.mark.parametrize("composed", [ONE, TWO])
async def test_a_correction_that_gives_other_rows_than_a_term_counts_and_the_review_says_so(
    learning: Learning, composed: str
) -> None:
    learning.by_terms[composed] = "fleet"
    await learning.teach(1, ONE)
    await learning.measure(lambda _: (composed,))
    review = (await learning.service.sent("FeedbackReviewed"))[-1]
    told = [(reason["code"], "“fleet”" in reason["detail"]) for reason in review["reasons"]]
    assert told == ([("differs_from_term", True)] if composed == TWO else [])
    assert (review["verdict"], await learning.known()) == ("accepted", {ONE})


@pytest.mark.parametrize(
    ("question", "poisoned"),
    [
        ("How many machines are there?", dict.fromkeys(("Machines?", "All machines", "List our machines"), COUNT)),
        ("How many refunded flights are there?", {"Refunded flights?": COUNT}),
    ],
    ids=["gives a word another meaning", "says that a word means nothing"],
)
async def test_what_changes_what_words_mean_is_held(
    learning: Learning, question: str, poisoned: dict[str, str]
) -> None:
    lessons = {"t1": {question: ONE, "Flights?": COUNT, "All flights": COUNT}, "t2": poisoned}
    await learning.imports("t1", lessons["t1"])
    await learning.measure(_composing({"t1": lessons["t1"]}))
    await learning.imports("t2", poisoned)
    measured = await learning.measure(_composing(lessons))
    [checked] = [one for one in measured["results"] if one["question"] == question]
    assert (measured["verdict"], checked["before"], checked["after"]) == ("held", "none", "wrong")


async def test_a_question_that_is_asked_back_since_a_correction_is_measured_too(learning: Learning) -> None:
    await learning.teach(1, ONE, OTHER_WORDS)
    await learning.measure(lambda _: (None,))
    await learning.teach(2, TWO)

    def answer(asked: QuestionAsked) -> tuple[str | None, *tuple[str, ...]]:
        return (ONE, "another") if asked.question == OTHER_WORDS and len(asked.without) > 1 else (None,)

    measured = await learning.measure(answer)
    assert (measured["verdict"], [one["after"] for one in measured["results"]]) == ("held", ["none"])


def _composing(lessons: dict[str, dict[str, str]]) -> Answering:
    """Answers that are composed, by what the pairs of `lessons` teach of words."""
    schema = Schema((Table("flights", (Column("x", "TEXT"),)),), (), "sqlite")

    def answer(asked: QuestionAsked) -> tuple[str | None, *tuple[str, ...]]:
        known = [(lesson, Pair(*pair, 0.0, pair_id(*pair))) for lesson in lessons for pair in lessons[lesson].items()]
        taught = tuple(pair for lesson, pair in known if not {lesson, pair.item_id}.intersection(asked.without))
        found = compose(asked.question, Scope(schema, taught=taught))
        return (found.sql, *found.items) if found.score >= SURE else (None,)

    return answer


@pytest.mark.parametrize("newer", [MANY, OTHER_WORDS])
async def test_what_is_said_later_holds_nothing_that_was_said_before_it(learning: Learning, newer: str) -> None:
    await learning.teach(1, ONE)
    await learning.teach(2, TWO, newer)

    def answer(asked: QuestionAsked) -> tuple[str, str]:
        left_out = {pair_id(newer, TWO), learning.trainings[1]}.intersection(asked.without)
        return (ONE, pair_id(MANY, ONE)) if left_out else (TWO, pair_id(newer, TWO))

    await learning.measure(answer)
    kept = [one["verdict"] for one in await learning.service.sent("LearningMeasured")]
    assert kept == (["kept", "kept"] if newer == MANY else ["kept", "held"])
    if newer == MANY:
        await learning.decide("f2", "revert")
    assert await learning.known() == {ONE}


async def test_what_was_brought_back_is_still_said_before(learning: Learning) -> None:
    await learning.teach(1, ONE)
    await learning.teach(2, TWO)
    await learning.teach(3, THREE, OTHER_WORDS)
    await learning.decide("f2", "revert")
    measured = await learning.measure(lambda _: (ONE, pair_id(MANY, ONE)))
    held = [one["training_id"] for one in await learning.service.sent("LearningMeasured") if one["verdict"] == "held"]
    assert (held, await learning.known()) == ([learning.trainings[2]], {ONE}), measured
