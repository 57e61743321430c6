"""What is learned, held, accepted, dropped and taken back, with trainer and query service played by the test."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from libs.embeddings.encoding import encode_vector
from libs.events.catalog import (
    CheckpointReached,
    KnowledgeRemoved,
    LearnedItem,
    LearningDecided,
    QuestionAnswered,
    QuestionAsked,
    Sources,
    TrainingRequested,
)
from libs.knowledge.items import pair_id
from libs.leases.claim import claim
from libs.leases.worker import Held
from libs.postgres.listen import Listener
from services.feedback.learning.compare import Comparison
from services.feedback.learning.measure import MEASURE, Measurer
from services.feedback.learning.settle import SETTLE, Settler
from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Pair, Schema, Scope, Table
from tests.feedback.test_reviews import COUNT, Feedback, feedback, said

__all__ = ["feedback"]

THEN = datetime(2026, 1, 1, tzinfo=UTC)
MANY, OTHER_WORDS = "How many flights?", "What is the number of flights?"
ONE, TWO, THREE = (f"SELECT count(*) + {number} FROM flights" for number in (1, 2, 3))
Answering = Callable[[QuestionAsked], tuple[str | None, *tuple[str, ...]]]
_VECTOR = encode_vector("test", np.ones(4, np.float32))


@dataclass
class Learning:
    """The service with its workers; what it asks of others is answered by `play` and `answer`."""

    service: Feedback
    settler: Settler
    measurer: Measurer
    played: dict[str, None] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    decisions: int = 0
    by_terms: dict[str | None, str] = field(default_factory=dict)
    """The terms that SQL was composed through."""

    @property
    def trainings(self) -> list[str]:
        """What was learned or taken back, in order."""
        return list(self.played)

    async def teach(self, sequence: int, sql: str, question: str = MANY) -> str:
        """Say that `sql` is right, and let it be learned; gives the id of the verdict."""
        await self.service.reviewed(said(sequence, question, sql="SELECT 1", rating=-1, corrected_sql=sql))
        await self.play()
        return f"f{sequence}"

    async def imports(self, training_id: str, pairs: dict[str, str], generation: int = 0) -> None:
        """Import questions with their SQL."""
        items = tuple(
            LearnedItem(item_id=pair_id(question, sql), kind="pair", text=question, question=question, sql=sql,
                        origin="feedback", embedding=_VECTOR)
            for question, sql in pairs.items()
        )  # fmt: skip
        asked = TrainingRequested(
            training_id=training_id, dataset_id="d1", items=items, generation=generation, requested_at=THEN
        )
        self.played[training_id] = None
        learned = CheckpointReached(
            training_id=training_id, dataset_id="d1", sequence=1, requested_offset=len(self.played),
            generation=generation, status="completed", items=items, reached_at=THEN,
        )  # fmt: skip
        await self.service.consume(asked, learned)

    async def play(self) -> None:
        """Do as the trainer what was asked of it."""
        for sent in await self.service.sent("TrainingRequested"):
            request = TrainingRequested.model_validate(sent)
            if request.training_id in self.played:
                continue
            self.played[request.training_id] = None
            items = tuple(item.model_copy(update={"embedding": _VECTOR}) for item in request.items)
            learned = CheckpointReached(
                training_id=request.training_id, dataset_id=request.dataset_id, sequence=1, source="feedback",
                requested_offset=len(self.played), generation=request.generation, status="completed", items=items,
                forgotten=request.forgets, reached_at=THEN,
            )  # fmt: skip
            await self.service.consume(request, learned)

    async def decide(self, subject_id: str, decision: Any) -> dict[str, Any]:
        """Decide as a person, and let it be carried out; gives what became of the verdict."""
        self.decisions += 1
        event = LearningDecided(
            subject_id=subject_id, dataset_id="d1", decision_sequence=self.decisions, decision=decision, who="ann",
            decided_at=THEN,
        )  # fmt: skip
        await self.service.consume(event)
        await self.work(SETTLE, self.settler.settle)
        await self.play()
        return (await self.service.sent("FeedbackReviewed"))[-1]

    async def work(self, kind: str, run: Any) -> None:
        async with self.service.pool.acquire() as connection:
            leases = await claim(connection, kind, "test", 20.0, 10)
        for lease in leases:
            await run(lease, Held(lease))

    async def measure(self, answer: Answering) -> dict[str, Any]:
        """Measure what was learned, with `answer` giving SQL and the pairs it rests on; gives the last measure."""

        async def measuring() -> None:
            while await self.service.pool.fetchval("SELECT count(*) FROM work WHERE kind = 'measure'"):
                await self.work(MEASURE, self.measurer.measure)

        task = asyncio.create_task(measuring())
        while not task.done():
            for sent in await self.service.sent("QuestionAsked"):
                asked = QuestionAsked.model_validate(sent)
                if asked.question_id not in self.answered:
                    self.answered.add(asked.question_id)
                    await self.service.consume(self._answer(asked, *answer(asked)))
            await asyncio.wait([task], timeout=0.01)
        await task
        await self.play()
        return (await self.service.sent("LearningMeasured"))[-1]

    def _answer(self, asked: QuestionAsked, sql: str | None, *rests_on: str) -> QuestionAnswered:
        term = self.by_terms.get(sql)
        sources = Sources(strategy="composed" if term else "paraphrased", items=rests_on, terms=(term,) if term else ())
        return QuestionAnswered(
            question_id=asked.question_id, dataset_id="d1", purpose=asked.purpose, sql=sql,
            outcome="answered" if sql else "clarification", knowledge_version=1, sources=sources, answered_at=THEN,
        )  # fmt: skip

    async def known(self) -> set[str]:
        """The SQL that is known."""
        rows = await self.service.pool.fetch("SELECT item ->> 'sql' AS sql FROM known_pairs")
        return {row["sql"] for row in rows}


@pytest_asyncio.fixture(loop_scope="session")
async def learning(feedback: Feedback, postgres_url: str) -> AsyncIterator[Learning]:
    listener, checks = Listener(postgres_url), feedback.reviewer.checks
    measurer = Measurer(feedback.pool, listener, Comparison(feedback.pool, checks.connections), quiet=0.0)
    yield Learning(feedback, Settler(feedback.pool, checks), measurer)
    await listener.close()


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
