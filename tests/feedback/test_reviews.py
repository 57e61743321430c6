"""Reviews on a real database: what is said is checked, decided, published once, and leads to its training."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest_asyncio
from cryptography.fernet import Fernet

from libs.datasources.open import Connections
from libs.datasources.secrets import SecretBox
from libs.events.catalog import (
    CheckpointReached,
    ColumnDescription,
    DatasetChanged,
    DataSourceChanged,
    DataSourceSettings,
    Event,
    FeedbackGiven,
    FeedbackReviewed,
    KnowledgeRemoved,
    LearnedItem,
    SchemaInspected,
    TableDescription,
)
from libs.events.checksum import checksum
from libs.events.envelope import Received
from libs.events.ids import new_id
from libs.events.transaction import transaction
from libs.knowledge.items import pair_id
from libs.leases.claim import claim
from libs.leases.worker import Held
from libs.postgres.pool import open_pool
from libs.postgres.schema import create_read, migrate
from services.feedback.handlers import HANDLERS
from services.feedback.reviews.checks import Checks
from services.feedback.reviews.review import Reviewer
from services.feedback.schemas import SCHEMAS

THEN = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = "SELECT count(*) FROM flights"


@dataclass
class Feedback:
    """The service without Kafka: events are handed to its handlers, its outbox is read."""

    pool: "asyncpg.Pool[Any]"
    reviewer: Reviewer
    offsets: Iterator[int] = field(default_factory=count)

    async def consume(self, *events: Event) -> None:
        batch = [
            Received(event, new_id(), new_id(), None, type(event).__name__, 0, next(self.offsets)) for event in events
        ]
        async with transaction(self.pool, "feedback") as opened:
            await HANDLERS.apply_projections(opened.connection, batch)
            await HANDLERS.apply_reactions(opened, batch)

    async def work(self) -> int:
        async with self.pool.acquire() as connection:
            leases = await claim(connection, "review", "test", 4.0, 10)
        for lease in leases:
            await self.reviewer.review(lease, Held(lease))
        return len(leases)

    async def sent(self, topic: str) -> list[dict[str, Any]]:
        rows = await self.pool.fetch("SELECT value FROM outbox WHERE topic = $1 ORDER BY id", topic)
        return [orjson.loads(row["value"]) for row in rows]

    async def reviewed(self, *events: Event) -> dict[str, Any]:
        """Consume, work, and give the newest review."""
        await self.consume(*events)
        await self.work()
        return (await self.sent("FeedbackReviewed"))[-1]


@pytest_asyncio.fixture(loop_scope="session")
async def feedback(postgres_url: str, tmp_path: Path) -> AsyncIterator[Feedback]:
    database = tmp_path / "flights.db"
    with sqlite3.connect(database) as made:
        made.execute("CREATE TABLE flights (origin TEXT, delay INTEGER)")
        made.execute("CREATE TABLE salaries (amount INTEGER)")
    pool = await open_pool(postgres_url, name="feedback-test")
    await migrate(pool, SCHEMAS)
    connections = Connections(SecretBox([Fernet.generate_key().decode()]), [tmp_path])
    service = Feedback(pool, Reviewer(pool, Checks(pool, connections, patience=0.1)))
    await service.consume(*_dataset(str(database)))
    yield service
    await connections.close()
    await pool.close()


def _dataset(path: str) -> list[Event]:
    tables = tuple(
        TableDescription(name=name, columns=(ColumnDescription(name="x", type="TEXT"),))
        for name in ("flights", "salaries")
    )
    return [
        DataSourceChanged(
            datasource_id="s1",
            version=1,
            name="s",
            owner_id="o",
            settings=DataSourceSettings(kind="sqlite", database=path),
            changed_at=THEN,
        ),
        DatasetChanged(
            dataset_id="d1",
            version=1,
            name="d",
            owner_id="o",
            datasource_id="s1",
            collection_name="c",
            tables=("flights",),
            changed_at=THEN,
        ),
        SchemaInspected(inspection_id="i1", datasource_id="s1", sequence=1, ok=True, tables=tables, inspected_at=THEN),
    ]


def said(sequence: int = 1, question: str = "How many flights?", **fields: Any) -> FeedbackGiven:
    told: dict[str, Any] = {"rating": 1, "sql": COUNT, "dataset_id": "d1"} | fields
    return FeedbackGiven(feedback_id=f"f{sequence}", sequence=sequence, question=question, given_at=THEN, **told)


async def test_an_accepted_verdict_asks_for_the_training_of_its_pair(feedback: Feedback) -> None:
    review = await feedback.reviewed(said(who="ann"))
    [training] = await feedback.sent("TrainingRequested")
    assert (review["verdict"], review["training_id"]) == ("accepted", training["training_id"])
    assert (training["source"], training["feedback_id"], training["who"]) == ("feedback", "f1", "ann")
    [item] = training["items"]
    assert item["item_id"] == pair_id("How many flights?", COUNT)
    assert (item["kind"], item["origin"], item["sql"], item["tables"]) == ("pair", "feedback", COUNT, ["flights"])


async def test_a_correction_is_learned_instead_and_names_what_it_supersedes(feedback: Feedback) -> None:
    old = LearnedItem(item_id="old", kind="pair", text="", question="how many FLIGHTS", sql="SELECT 1")
    await feedback.consume(
        CheckpointReached(
            training_id="t1", dataset_id="d1", sequence=1, status="training", items=(old,), reached_at=THEN
        )
    )
    corrected = "SELECT count(origin) FROM flights"
    review = await feedback.reviewed(said(rating=-1, corrected_sql=corrected))
    [training] = await feedback.sent("TrainingRequested")
    assert training["items"][0]["sql"] == corrected
    assert review["supersedes"] == ["old"]


async def test_sql_that_the_gate_refuses_or_that_fails_is_rejected_with_the_reason(feedback: Feedback) -> None:
    for sequence, sql in enumerate(
        ("DELETE FROM flights", "SELECT amount FROM salaries", "SELECT nothing FROM flights", "SELECT 1; SELECT 2"), 1
    ):
        review = await feedback.reviewed(said(sequence, f"Question {sequence}?", sql=sql))
        assert review["verdict"] == "rejected", sql
        assert review["reasons"][0]["detail"] and review["reasons"][0]["hint"]
    assert await feedback.sent("TrainingRequested") == []


async def test_what_cannot_be_checked_is_held(feedback: Feedback) -> None:
    review = await feedback.reviewed(said(dataset_id="unheard of"))
    assert (review["verdict"], review["reasons"][0]["code"]) == ("held", "dataset_unknown")


async def test_a_thumb_down_alone_is_recorded(feedback: Feedback) -> None:
    review = await feedback.reviewed(said(rating=-1))
    assert (review["verdict"], review["training_id"]) == ("accepted", None)
    assert review["reasons"][0]["code"] == "nothing_to_learn"


async def test_an_older_verdict_does_not_beat_a_newer_one_that_comes_first(feedback: Feedback) -> None:
    await feedback.reviewed(said(2, rating=-1, corrected_sql="SELECT count(origin) FROM flights"))
    assert (await feedback.reviewed(said(1)))["verdict"] == "rejected"
    assert len(await feedback.sent("TrainingRequested")) == 1


async def test_a_newer_verdict_that_was_rejected_does_not_hinder_an_older_one(feedback: Feedback) -> None:
    await feedback.reviewed(said(2, rating=-1, corrected_sql="DROP TABLE flights"))
    assert (await feedback.reviewed(said(1)))["verdict"] == "accepted"


async def test_a_training_is_asked_for_the_current_generation(feedback: Feedback) -> None:
    await feedback.consume(KnowledgeRemoved(dataset_id="d1", generation=3, who="ann", removed_at=THEN))
    await feedback.reviewed(said())
    assert [training["generation"] for training in await feedback.sent("TrainingRequested")] == [3]


async def test_a_verdict_is_reviewed_once_and_a_rebuilt_copy_equals_the_live_one(feedback: Feedback) -> None:
    given = said()
    review = await feedback.reviewed(given)
    assert await feedback.work() == 0
    async with feedback.pool.acquire() as connection:
        await create_read(connection, "read_two", SCHEMAS)
        await connection.execute("SET search_path = read_two, core")
        path = await feedback.pool.fetchval("SELECT settings ->> 'database' FROM read.datasources")
        row = await feedback.pool.fetchrow("SELECT event_id, correlation_id FROM read.verdicts")
        assert row
        log: list[Received[Any]] = [
            Received(given, row["event_id"], row["correlation_id"], None, "FeedbackGiven", 0, 0)
        ]
        log += [Received(event, new_id(), new_id(), None, type(event).__name__, 0, 0) for event in _dataset(path)]
        known = FeedbackReviewed.model_validate(review)
        log.append(Received(known, new_id(), new_id(), None, "FeedbackReviewed", 0, 0))
        await HANDLERS.apply_projections(connection, log)
        await connection.execute("SET search_path = read, core")
        assert await checksum(connection, "read") == await checksum(connection, "read_two")
