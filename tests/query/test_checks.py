"""A check asks what would be answered without some of what is known: it leaves no trace, and no cache answers it."""

from typing import Any

from tests.query.knowledge_events import checkpoint, pair
from tests.query.test_questions import COUNT, HOW_MANY, Asking, asking

__all__ = ["asking"]

LATE, LATE_SQL = "How many flights are late?", "SELECT count(*) AS late FROM flights WHERE delay > 60"


async def test_a_check_is_answered_without_what_it_names_and_with_what_it_brings(asking: Asking) -> None:
    await asking.learn(LATE, LATE_SQL, training="t7", origin="feedback")
    own = pair(LATE, LATE_SQL).item_id
    known = await asking.ask(LATE, 1, purpose="check")
    assert (known["purpose"], known["sources"]["strategy"]) == ("check", "exact")
    for number, without in enumerate((own, "t7"), 2):
        left_out = await asking.ask(LATE, number, purpose="check", without=(without,))
        assert own not in left_out["sources"]["items"]
    other = pair(LATE, "SELECT 0 AS late FROM flights", "feedback")
    brought = await asking.ask(LATE, 4, purpose="check", without=("t7",), instead=(other,))
    assert brought["sources"]["items"] == [other.item_id]


async def test_an_answer_names_the_pairs_that_taught_its_words_and_is_none_without_them(asking: Asking) -> None:
    question, machines = "How many machines have origin EWR?", ("Machines?", "How many machines?")
    taught = [pair(said, COUNT) for said in machines]
    for number, said in enumerate(("All flights?", LATE, *machines)):
        await asking.learn(said, LATE_SQL if said == LATE else COUNT, training=f"a{number}", origin="feedback")
    known = await asking.ask(question, 1, purpose="check")
    assert (known["sources"]["strategy"], "'EWR'" in known["sql"]) == ("composed", True)
    assert {one.item_id for one in taught} < set(known["sources"]["items"])
    without: dict[str, Any] = {"purpose": "check", "without": ("a2", "a3")}
    assert (await asking.ask(question, 2, **without))["outcome"] == "clarification"
    assert (await asking.ask(question, 3, **without, instead=taught))["sql"] == known["sql"]


async def test_a_check_is_not_cached_and_tells_of_no_steps_or_rows(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    before = await asking.query.pool.fetchval("SELECT count(*) FROM cached")
    answer = await asking.ask(HOW_MANY, 1, purpose="check")
    assert answer["outcome"] == "answered" and answer["steps"]
    assert await asking.query.pool.fetchval("SELECT count(*) FROM cached") == before
    sent = [*await asking.sent("AnswerAdvanced"), *await asking.sent("RowsFetched")]
    assert [event for event in sent if event["question_id"] == "q1"] == []


async def test_what_a_person_takes_back_is_forgotten_but_not_what_was_said_since(asking: Asking) -> None:
    mine = pair(HOW_MANY, COUNT, "feedback")
    forget = {"forgotten": [mine.item_id]}
    taught = checkpoint(1, [mine], training_id="a", requested_offset=5)
    by_training = checkpoint(1, training_id="b", requested_offset=6, **forget)  # type: ignore[arg-type]
    older = by_training.model_copy(update={"training_id": "c", "source": "feedback", "requested_offset": 4})
    later = by_training.model_copy(update={"training_id": "d", "source": "feedback", "requested_offset": 7})
    known = "SELECT count(*) FROM items WHERE item_id = $1"
    for event, left in ((taught, 1), (by_training, 1), (older, 1), (later, 0)):
        await asking.query.project(event)
        assert await asking.query.pool.fetchval(known, mine.item_id) == left, event.training_id
