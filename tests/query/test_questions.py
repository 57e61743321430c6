"""A question ends with one published answer, whatever the end is: the real worker on a small database."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from libs.datasources.open import Connections
from libs.datasources.secrets import SecretBox
from libs.embeddings.encoding import encode_vector
from libs.embeddings.local import LocalEmbedder
from libs.events.catalog import (
    CacheCleared,
    ColumnDescription,
    Event,
    LearnedItem,
    Needs,
    QuestionAnswered,
    QuestionAsked,
    Step,
    TableDescription,
)
from libs.events.transaction import transaction
from libs.knowledge.items import pair_id
from libs.leases.claim import Lease, LeaseLost, claim
from libs.leases.worker import Held
from libs.postgres.listen import Listener
from services.query.caches.caches import Caches
from services.query.caches.embedded import EmbeddedStore
from services.query.questions import find
from services.query.questions.answer import Answerer
from services.query.questions.asked import read_question
from services.query.questions.conclusion import Conclusion
from services.query.questions.find import Finder
from services.query.questions.overdue import Overdue
from services.query.questions.steps import SentSteps
from tests.query.conftest import Query
from tests.query.knowledge_events import THEN, checkpoint, dataset, datasource, ddl, received, structure

HOW_MANY, COUNT = "How many flights are there?", "SELECT count(*) AS flights FROM flights"
FLIGHTS = TableDescription(
    name="flights",
    columns=(ColumnDescription(name="origin", type="TEXT"), ColumnDescription(name="delay", type="INTEGER")),
)


@dataclass
class Asking:
    """The worker without Kafka: events are handed to the handlers, the outbox is read."""

    query: Query
    answerer: Answerer
    embedder: LocalEmbedder
    database: Path

    async def consume(self, *events: Event) -> None:
        batch = [received(event) for event in events]
        async with transaction(self.query.pool, "query") as opened:
            await self.query.handlers.apply_projections(opened.connection, batch)
            await self.query.handlers.apply_reactions(opened, batch)

    async def learn(self, question: str, sql: str, training: str = "t1", origin: Any = "training") -> None:
        [vector] = await self.embedder.passages([question])
        item = LearnedItem(
            item_id=pair_id(question, sql),
            kind="pair",
            text=question,
            question=question,
            sql=sql,
            tables=("flights",),
            origin=origin,
            embedding=encode_vector(self.embedder.model, vector),
        )
        await self.consume(checkpoint(1, [item], training_id=training))

    async def claimed(self, question: str, number: int = 1, seconds: float = 20.0, **fields: Any) -> Lease:
        moment = datetime.now(UTC)
        asked = QuestionAsked(
            question_id=f"q{number}",
            question=question,
            asked_at=moment,
            deadline=moment + timedelta(seconds=seconds),
            **({"dataset_id": "d1", "conversation_id": "c1"} | fields),
        )
        await self.consume(asked)
        async with self.query.pool.acquire() as connection:
            [lease] = await claim(connection, "question", "test", 20.0, 1)
        return lease

    async def ask(self, question: str, number: int = 1, seconds: float = 20.0, **fields: Any) -> dict[str, Any]:
        lease = await self.claimed(question, number, seconds, **fields)
        await self.answerer.answer(lease, Held(lease))
        [answer] = [sent for sent in await self.sent("QuestionAnswered") if sent["question_id"] == f"q{number}"]
        return answer

    async def sent(self, topic: str) -> list[dict[str, Any]]:
        rows = await self.query.pool.fetch("SELECT value FROM outbox WHERE topic = $1 ORDER BY id", topic)
        return [orjson.loads(row["value"]) for row in rows]


@pytest_asyncio.fixture(loop_scope="session")
async def asking(query: Query, postgres_url: str, tmp_path: Path) -> AsyncIterator[Asking]:
    database = tmp_path / "flights.db"
    with sqlite3.connect(database) as made:
        made.execute("CREATE TABLE flights (origin TEXT, delay INTEGER)")
        made.executemany("INSERT INTO flights VALUES (?, ?)", [("EWR", 5), ("JFK", 70), ("EWR", 0)])
    connections = Connections(SecretBox([Fernet.generate_key().decode()]), [tmp_path])
    listener, embedder = Listener(postgres_url), LocalEmbedder()
    finder = Finder(query.pool, listener, query.vectors, embedder, connections, Caches(EmbeddedStore(query.pool)))
    made_asking = Asking(query, Answerer(query.pool, query.handlers, finder), embedder, database)
    await made_asking.consume(dataset(), datasource(1, str(database)), structure(1, [FLIGHTS]))
    await made_asking.consume(checkpoint(1, [ddl(FLIGHTS)], training_id="t0"))
    yield made_asking
    await embedder.close()
    await connections.close()
    await listener.close()


async def test_a_learned_question_is_answered_with_rows_steps_and_sources(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    answer = await asking.ask(" how many flights  are there ")
    assert (answer["outcome"], answer["row_count"], answer["cached"]) == ("answered", 1, False)
    assert answer["sources"]["items"] == [pair_id(HOW_MANY, COUNT)]
    assert [column["name"] for column in answer["columns"]] == ["flights"]
    [rows] = await asking.sent("RowsFetched")
    assert rows["rows"] == [[3]]
    advanced = await asking.sent("AnswerAdvanced")
    assert [event["step"] for event in advanced] == answer["steps"]
    assert [event["number"] for event in advanced] == list(range(1, len(advanced) + 1))


async def test_a_quick_answer_tells_its_steps_with_itself(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    answer = await asking.ask(HOW_MANY)
    commits = await asking.query.pool.fetch("SELECT DISTINCT xmin::text FROM outbox")
    assert (len(answer["steps"]) > 0, len(commits)) == (True, 1)


async def test_what_takes_long_tells_its_steps_meanwhile(asking: Asking) -> None:
    lease = await asking.claimed(HOW_MANY)
    asked, _ = await read_question(asking.query.pool, lease.subject)
    steps = SentSteps(asking.query.pool, asked, Held(lease))
    steps.add(Step(name="retrieve", status="done"))
    async with asyncio.timeout(20):
        while not await asking.sent("AnswerAdvanced"):
            await asyncio.sleep(0.01)
    assert await asking.sent("QuestionAnswered") == []


async def test_a_question_in_other_words_is_answered_by_the_nearest_pair(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    answer = await asking.ask("How many flights exist?")
    assert answer["outcome"] == "answered"
    assert [event["rows"] for event in await asking.sent("RowsFetched")] == [[[3]]]


@pytest.mark.parametrize(("days", "truncated"), [(1_000, False), (1_001, True)])
async def test_rows_are_cut_off_only_where_there_are_more_and_the_chart_is_of_those_that_are_shown(
    asking: Asking, days: int, truncated: bool
) -> None:
    last = date(2024, 1, 1)
    with sqlite3.connect(asking.database) as database:
        database.execute("DELETE FROM flights")
        rows = [((last - timedelta(days=number)).isoformat(), number % 7) for number in range(days)]
        database.executemany("INSERT INTO flights VALUES (?, ?)", rows)
    await asking.learn("Delay of each day?", "SELECT origin AS day, delay FROM flights ORDER BY origin DESC")
    answers = [await asking.ask("Delay of each day?")]
    await asking.query.pool.execute("DELETE FROM cached WHERE kind = 'result'")
    answers.append(await asking.ask("Delay of each day?", 2))
    for answer, fetched in zip(answers, await asking.sent("RowsFetched"), strict=True):
        assert (answer["row_count"], answer["truncated"], answer["sql"][-10:]) == (1_000, truncated, "LIMIT 1000")
        assert (len(fetched["rows"]), fetched["truncated"]) == (1_000, truncated)
        assert answer["chart"]["type"] == "line" and sorted(answer["chart"]["order"]) == list(range(1_000))


async def test_the_next_asking_after_a_correction_uses_it(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    await asking.ask(HOW_MANY)
    await asking.learn(HOW_MANY, "SELECT count(*) FROM flights WHERE delay > 60", "f1", "feedback")
    answer = await asking.ask(HOW_MANY, 2)
    assert answer["knowledge_version"] == 3
    assert (await asking.sent("RowsFetched"))[-1]["rows"] == [[1]]


async def test_the_same_question_again_comes_from_the_cache_until_it_is_cleared(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    await asking.ask(HOW_MANY)
    with sqlite3.connect(asking.database) as database:
        database.execute("INSERT INTO flights VALUES ('LGA', 1)")
    assert (await asking.ask(HOW_MANY, 2))["cached"]
    await asking.query.pool.execute("DELETE FROM cached WHERE kind = 'result'")
    assert (await asking.ask(HOW_MANY, 3))["steps"][0]["name"] == "sql_cache"
    await asking.consume(CacheCleared(dataset_id="d1", who="ann", cleared_at=THEN))
    assert await asking.query.pool.fetchval("SELECT count(*) FROM cached") == 0
    assert not (await asking.ask(HOW_MANY, 4))["cached"]
    assert [event["rows"] for event in await asking.sent("RowsFetched")] == [[[3]], [[3]], [[4]], [[4]]]


async def test_what_was_being_computed_when_the_cache_was_cleared_is_not_served(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asking.learn(HOW_MANY, COUNT)
    put = Caches.put

    async def put_late(caches: Caches, *entry: Any) -> None:
        monkeypatch.setattr(Caches, "put", put)
        await asking.consume(CacheCleared(dataset_id="d1", who="ann", cleared_at=THEN))
        await put(caches, *entry)

    monkeypatch.setattr(Caches, "put", put_late)
    await asking.ask(HOW_MANY)
    assert await asking.query.pool.fetchval("SELECT count(*) FROM cached") == 2
    again = [await asking.ask(HOW_MANY, number) for number in (2, 3)]
    assert [(answer["cached"], answer["steps"][0]["name"] == "sql_cache") for answer in again] == [
        (False, False),
        (True, False),
    ]


async def test_a_lost_cache_store_only_slows_things(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    await asking.query.pool.execute("DROP TABLE core.cached")
    assert (await asking.ask(HOW_MANY))["outcome"] == "answered"


async def test_a_dataset_that_is_unknown_untrained_or_behind_says_so(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = await asking.ask(HOW_MANY, dataset_id="nobody")
    assert unknown["outcome"] == "unanswerable"
    await asking.consume(checkpoint(2, [], training_id="t0", forgotten=[ddl(FLIGHTS).item_id]))
    assert "trained" in (await asking.ask(HOW_MANY, 2))["answer_text"]
    assert "训练" in (await asking.ask(HOW_MANY, 3, language="zh"))["answer_text"]
    with monkeypatch.context() as patched:
        patched.setattr(find, "_NEEDS_SECONDS", 0.0)
        late = await asking.ask(HOW_MANY, 4, needs=Needs(dataset_version=9))
    assert (late["outcome"], "taken in" in late["answer_text"]) == ("timed_out", True), "later it may have an answer"
    await asking.learn(HOW_MANY, COUNT, origin="feedback")
    given = [await asking.ask(question, number) for number, question in enumerate((HOW_MANY, "Count the flights"), 5)]
    assert [one["outcome"] for one in given] == ["answered"] * 2, "what people gave is known without a training"


async def test_in_chinese_an_answer_calls_things_as_comments_do(asking: Asking) -> None:
    columns = (FLIGHTS.columns[0], FLIGHTS.columns[1].model_copy(update={"comment": "延误分钟"}))
    commented = FLIGHTS.model_copy(update={"comment": "航班", "columns": columns})
    await asking.consume(
        checkpoint(2, [ddl(commented)], training_id="t0", forgotten=[ddl(FLIGHTS).item_id]), structure(2, [commented])
    )
    await asking.learn(HOW_MANY, "SELECT count(*), max(delay) FROM flights")
    chinese, english = [await asking.ask(HOW_MANY, at, language=said) for at, said in enumerate(("zh", "en"))]
    assert "航班数量" in chinese["insight"].replace(" ", "") and "延误分钟" in chinese["insight"]
    assert "number of flights" in english["insight"].lower() and "maximum delay" in english["insight"]


async def test_groups_that_the_sql_does_not_order_are_told_the_most_first(asking: Asking) -> None:
    await asking.learn("Flights?", "SELECT origin, 0 - count(*) AS less FROM flights GROUP BY origin")
    assert (await asking.ask("Flights?"))["outcome"] == "answered"
    [fetched] = await asking.sent("RowsFetched")
    assert fetched["rows"] == [["JFK", -1], ["EWR", -2]]


async def test_a_question_that_has_too_little_time_is_timed_out(asking: Asking) -> None:
    answer = await asking.ask(HOW_MANY, seconds=0.1)
    assert (answer["outcome"], bool(answer["answer_text"])) == ("timed_out", True)


async def test_past_its_deadline_a_question_is_timed_out_although_its_answer_was_found(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def found(*_: object) -> Conclusion:
        return Conclusion("answered", sql=COUNT, rows=((3,),))

    monkeypatch.setattr("services.query.questions.answer.concluded", found)
    late = await asking.ask(HOW_MANY, seconds=-0.1)
    assert (late["outcome"], late["sql"], "Please ask again" in late["answer_text"]) == ("timed_out", None, True)
    assert await asking.sent("RowsFetched") == []


async def test_an_answer_that_comes_onto_the_log_too_late_is_none_there_and_here(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    assert (await asking.ask(HOW_MANY))["outcome"] == "answered"
    [late] = await asking.query.pool.fetch(
        "SELECT late_value, late_after = (asked ->> 'deadline')::timestamptz AS at_deadline, outcome "
        "FROM outbox, questions WHERE topic = 'QuestionAnswered'"
    )
    end = QuestionAnswered.model_validate_json(late["late_value"])
    assert (late["at_deadline"], late["outcome"], end.outcome) == (True, "answered", "timed_out")
    # As the log has it, and as a second holder of the shard might have sent it again.
    await asking.consume(end)
    await asking.consume(end.model_copy(update={"outcome": "answered"}))
    assert await asking.query.pool.fetchval("SELECT outcome FROM questions") == "timed_out"


async def test_any_living_process_ends_what_is_overdue_whoever_holds_it(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    frozen, working = await asking.claimed(HOW_MANY, seconds=-0.1), await asking.claimed(HOW_MANY, 2)
    assert await Overdue(asking.query.pool, asking.query.handlers).end() == 1
    with pytest.raises(LeaseLost):
        await asking.answerer.answer(frozen, Held(frozen))
    await asking.answerer.answer(working, held := Held(working))
    assert held.ends is not None and 0 < held.ends - time.monotonic() <= 20, "it is tried again by its deadline"
    ends = [(end["question_id"], end["outcome"]) for end in await asking.sent("QuestionAnswered")]
    assert ends == [("q1", "timed_out"), ("q2", "answered")]
    assert await Overdue(asking.query.pool, asking.query.handlers).end() == 0


async def test_a_database_that_is_gone_is_a_failure_that_says_what_to_do(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    asking.database.unlink()
    answer = await asking.ask(HOW_MANY)
    assert answer["outcome"] == "failed"
    assert "no such database" in answer["answer_text"]


async def test_sql_that_no_longer_runs_ends_as_no_answer_but_honestly(asking: Asking) -> None:
    await asking.learn("Whatever is in that table?", "SELECT nothing FROM flights")
    answer = await asking.ask("Whatever is in that table?")
    assert answer["outcome"] in ("clarification", "answered", "unanswerable")
    assert "failed" in [step["status"] for step in answer["steps"]]


async def test_a_worker_whose_lease_was_taken_over_publishes_nothing(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    moment = datetime.now(UTC)
    await asking.consume(
        QuestionAsked(
            question_id="q1",
            dataset_id="d1",
            question=HOW_MANY,
            conversation_id="c1",
            asked_at=moment,
            deadline=moment + timedelta(seconds=20),
        )
    )
    async with asking.query.pool.acquire() as connection:
        [old] = await claim(connection, "question", "frozen", 0.0, 1)
        [new] = await claim(connection, "question", "other", 20.0, 1)
    with pytest.raises(LeaseLost):
        await asking.answerer.answer(old, Held(old))
    assert await asking.sent("QuestionAnswered") == []
    await asking.answerer.answer(new, Held(new))
    assert len(await asking.sent("QuestionAnswered")) == 1
    assert [event["number"] for event in await asking.sent("AnswerAdvanced")] == [1]


async def test_tables_that_were_taken_out_of_the_dataset_are_asked_no_longer(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    assert (await asking.ask(HOW_MANY))["outcome"] == "answered"
    await asking.consume(dataset(2, ["airports"]), CacheCleared(dataset_id="d1", who="ann", cleared_at=THEN))
    answer = await asking.ask(HOW_MANY, 2)
    assert (answer["outcome"], answer["sql"]) == ("unanswerable", None)


async def test_a_question_asked_twice_under_one_id_is_answered_once(asking: Asking) -> None:
    await asking.learn(HOW_MANY, COUNT)
    await asking.ask(HOW_MANY)
    asked = await asking.query.pool.fetchval("SELECT asked FROM questions")
    await asking.consume(QuestionAsked.model_validate(asked))
    async with asking.query.pool.acquire() as connection:
        assert await claim(connection, "question", "test", 20.0, 1) == []
