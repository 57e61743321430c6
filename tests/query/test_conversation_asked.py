"""A conversation is answered as one: from its own turns alone, told, remembered, and forgotten when it is deleted."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from libs.events.catalog import (
    ColumnDescription,
    ConversationDeleted,
    Event,
    QuestionAnswered,
    QuestionAsked,
    TableDescription,
)
from tests.query.knowledge_events import THEN, structure
from tests.query.test_questions import Asking, asking  # noqa: F401

HOW_MANY = "How many flights are there?"
FLIGHTS = TableDescription(
    name="flights",
    columns=(
        ColumnDescription(name="origin", type="TEXT", values=("EWR", "JFK", "LGA")),
        ColumnDescription(name="delay", type="INTEGER"),
    ),
)


@pytest.fixture
async def talk(asking: Asking) -> Asking:  # noqa: F811
    await asking.consume(structure(2, [FLIGHTS]))
    return asking


async def last_rows(talk: Asking) -> Any:
    return (await talk.sent("RowsFetched"))[-1]["rows"]


COURTESIES = (
    ("OK, thanks a lot!", "en", "You are welcome."),
    ("谢谢你的帮助", "zh", "不客气。"),
    ("Thanks, bye", "en", "Goodbye."),
    ("好的，再见！", "zh", "再见。"),
)


def before(number: int, question: str = HOW_MANY, **fields: Any) -> QuestionAsked:
    moment = datetime.now(UTC) - timedelta(minutes=1)
    told = {"question_id": f"q{number}", "dataset_id": "d1", "question": question, "conversation_id": "c1"}
    return QuestionAsked.model_validate(told | {"asked_at": moment, "deadline": moment} | fields)


def ended(number: int, sql: str | None, outcome: str = "answered", **fields: Any) -> QuestionAnswered:
    told = {"question_id": f"q{number}", "dataset_id": "d1", "outcome": outcome, "sql": sql, "answered_at": THEN}
    return QuestionAnswered.model_validate(told | fields)


async def test_a_follow_up_is_answered_told_and_gone_on_from(talk: Asking) -> None:
    await talk.ask(HOW_MANY)
    assert await last_rows(talk) == [[3]]
    by_origin = await talk.ask("and by origin?", 2)
    assert sorted(await last_rows(talk)) == [["EWR", 2], ["JFK", 1]]
    assert by_origin["understood"] == "How many flights are there, by origin"
    assert by_origin["sources"]["strategy"] == "conversation"
    step = next(step for step in by_origin["steps"] if step["name"] == "understood")
    assert step["detail"] == "Understood as: How many flights are there, by origin"
    for number, (said, language, polite) in enumerate(COURTESIES, 8):
        answer = await talk.ask(said, number, language=language)
        assert (answer["answer_text"], answer["choices"], answer["understood"]) == (polite, [], "")
    chinese = await talk.ask("只看EWR的", 3, language="zh")
    assert await last_rows(talk) == [["EWR", 2]]
    assert chinese["steps"][0]["detail"].startswith("理解为：")
    assert (await talk.ask("Which origin has the most flights?", 6))["choices"] == [
        "Which origin has the most flights, with the figures"
    ]
    with_figures = await talk.ask("and how many?", 7)
    assert await last_rows(talk) == [["EWR", 2]] and with_figures["choices"] == []
    assert with_figures["understood"] == "Which origin has the most flights, with the figures"
    await talk.consume(before(4, conversation_id="c2"), ended(4, "SELECT count(*) FROM flights"))
    misspelt = await talk.ask("and by oriigin?", 5, conversation_id="c2")
    assert sorted(await last_rows(talk)) == [["EWR", 2], ["JFK", 1]]
    assert misspelt["sources"]["score"] < by_origin["sources"]["score"] == 1.0


async def test_what_cannot_be_made_whole_is_asked_back_with_what_it_was_taken_for(talk: Asking) -> None:
    await talk.learn("How many are late?", "SELECT count(*) FROM flights WHERE delay > 15")
    await talk.ask(HOW_MANY)
    answer = await talk.ask("and by foo?", 2)
    assert (answer["outcome"], answer["sql"], answer["choices"]) == ("clarification", None, ["How many are late?"])
    assert HOW_MANY in answer["answer_text"] and "and by foo?" in answer["answer_text"]
    await talk.ask("origin", 3)
    assert sorted(await last_rows(talk)) == [["EWR", 2], ["JFK", 1]]


async def test_a_follow_up_that_may_mean_several_dates_asks_which(talk: Asking) -> None:
    dates = tuple(ColumnDescription(name=name, type="DATE") for name in ("booked_on", "paid_on"))
    await talk.consume(structure(3, [TableDescription(name="flights", columns=dates)]))
    await talk.consume(before(1), ended(1, "SELECT count(*) FROM flights"))
    answer = await talk.ask("and by month?", 2)
    assert answer["answer_text"] == "Which date do you mean: booking date, payment date?"
    assert answer["choices"] == [
        f"How many flights are there, by month ({name})" for name in ("booking date", "payment date")
    ]


@pytest.mark.parametrize(
    "others",
    [
        [before(1, conversation_id="c2"), ended(1, "SELECT count(*) FROM flights")],
        [before(1, who="somebody"), ended(1, "SELECT count(*) FROM flights")],
        [before(1, dataset_id="d2"), ended(1, "SELECT count(*) FROM flights")],
        [before(1), ended(1, "SELECT count(*) FROM flights"),
         ConversationDeleted(conversation_id="c1", dataset_id="d1", who="", deleted_at=THEN)],
        [before(1, asked_at=datetime.now(UTC) + timedelta(days=1)), ended(1, "SELECT count(*) FROM flights")],
    ],
    ids=["other conversation", "other owner", "other dataset", "deleted", "asked later"],
)  # fmt: skip
async def test_only_ones_own_turns_before_it_are_gone_on_from(talk: Asking, others: list[Event]) -> None:
    await talk.consume(*others)
    answer = await talk.ask("and by origin?", 2)
    assert answer["understood"] == ""


async def test_the_same_words_after_other_turns_are_not_answered_from_the_cache(talk: Asking) -> None:
    await talk.consume(
        before(1), ended(1, "SELECT count(*) FROM flights"),
        before(2, conversation_id="c2"), ended(2, "SELECT max(delay) FROM flights"),
    )  # fmt: skip
    said = "and by origin?"
    await talk.ask(said, 3)
    assert sorted(await last_rows(talk)) == [["EWR", 2], ["JFK", 1]]
    other = await talk.ask(said, 4, conversation_id="c2")
    assert (other["cached"], sorted(await last_rows(talk))) == (False, [["EWR", 5], ["JFK", 70]])
    assert (await talk.ask(said, 5))["outcome"] == "answered"  # Now grouped already, and gone on from again.
    await talk.consume(before(6, conversation_id="c3"), ended(6, "SELECT count(*) FROM flights"))
    assert (await talk.ask(said, 7, conversation_id="c3"))["cached"]


async def test_a_question_asked_again_means_what_it_meant_then_and_is_no_turn(talk: Asking) -> None:
    await talk.consume(before(1), ended(1, "SELECT count(*) FROM flights"))
    first = await talk.ask("and by origin?", 2)
    await talk.consume(before(3, asked_at=datetime.now(UTC)), ended(3, "SELECT max(delay) FROM flights"))
    with sqlite3.connect(talk.database) as flights:
        flights.execute("DELETE FROM flights WHERE origin = 'JFK'")
    again = await talk.ask("and by origin?", 4, purpose="replay", replays="q2")
    assert (again["understood"], again["sql"], again["same_rows"]) == (first["understood"], first["sql"], True)
    assert (await last_rows(talk), again["cached"], first["same_rows"]) == ([["EWR", 2]], False, None)
    other = await talk.ask("and by origin?", 5)
    assert other["understood"] and "max" in other["sql"].lower(), "goes on from the last turn, not from the replay"
    with sqlite3.connect(talk.database) as flights:
        flights.execute("ALTER TABLE flights RENAME TO departures")
    gone = await talk.ask("How many flights have a delay above 1?", 6)
    assert "has changed since this dataset was trained" in gone["answer_text"]


async def test_a_follow_up_waits_for_the_turn_before_to_end(talk: Asking) -> None:
    await talk.consume(before(1))
    await talk.query.pool.execute("DELETE FROM work")
    asked = asyncio.create_task(talk.ask("and by origin?", 2))
    await talk.consume(ended(1, "SELECT count(*) FROM flights"))
    assert (await asked)["outcome"] == "answered"
    assert sorted(await last_rows(talk)) == [["EWR", 2], ["JFK", 1]]


async def test_a_long_conversation_says_that_it_is_shortened(talk: Asking) -> None:
    for number in range(40):
        asked = before(number, f"{number}: {'x' * 300}", asked_at=THEN + timedelta(seconds=number))
        await talk.consume(asked, ended(number, "SELECT count(*) FROM flights"))
    answer = await talk.ask("and by origin?", 99)
    assert [step["name"] for step in answer["steps"]] == ["conversation", "understood", "run"]
    assert "This conversation is long" in answer["steps"][0]["detail"]
