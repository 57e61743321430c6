"""Every interleaving of the topics gives the feedback service the same read models."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.events.catalog import (
    CheckpointReached,
    DatasetChanged,
    DataSourceChanged,
    DataSourceSettings,
    Event,
    FeedbackGiven,
    FeedbackReviewed,
    KnowledgeRemoved,
    LearnedItem,
    SchemaInspected,
)
from libs.knowledge.items import pair_id
from libs.postgres.pool import open_pool
from libs.postgres.schema import migrate
from services.feedback.handlers import HANDLERS
from services.feedback.schemas import SCHEMAS
from tests.interleavings import batches, interleaved, replayed, topics_of

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_QUESTIONS = ("How many?", "how many", "Which one?")
_SQL = ("SELECT 1", "SELECT 2")
_PAIRS = [
    LearnedItem(item_id=pair_id(question, sql), kind="pair", text=question, question=question, sql=sql)
    for question in _QUESTIONS
    for sql in _SQL
]


@pytest_asyncio.fixture(loop_scope="session")
async def pool(postgres_url: str) -> AsyncIterator["asyncpg.Pool[Any]"]:
    opened = await open_pool(postgres_url, name="interleavings")
    await migrate(opened, SCHEMAS)
    yield opened
    await opened.close()


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """What may happen to one dataset; the order inside each topic is the order here."""
    source = DataSourceChanged(
        datasource_id="s", version=1, name="S", owner_id="o", settings=DataSourceSettings(kind="sqlite"), changed_at=_AT
    )
    dataset = DatasetChanged(
        dataset_id="d", version=1, name="D", owner_id="o", datasource_id="s", collection_name="c", changed_at=_AT
    )
    events: list[Event] = [source, dataset, dataset.model_copy(update={"version": 2, "tables": ("flights",)})]
    events += [
        SchemaInspected(inspection_id="i", datasource_id="s", sequence=n, ok=True, inspected_at=_AT) for n in (1, 2)
    ]
    for number in range(1, draw(st.integers(0, 2)) + 1):
        events.append(KnowledgeRemoved(dataset_id="d", generation=number, who="o", removed_at=_AT))
    for number in range(1, draw(st.integers(1, 5)) + 1):
        about: dict[str, Any] = {"feedback_id": f"f{number}", "dataset_id": "d", "sequence": number}
        question = draw(st.sampled_from(_QUESTIONS))
        events.append(FeedbackGiven(**about, question=question, rating=1, sql="SELECT 1", given_at=_AT))
        if draw(st.booleans()):
            about["verdict"] = draw(st.sampled_from(("accepted", "rejected", "held")))
            events.append(FeedbackReviewed(**about, reviewed_at=_AT))
    for number in range(1, draw(st.integers(1, 5)) + 1):
        learned = draw(st.lists(st.sampled_from(_PAIRS), max_size=3))
        forgotten = draw(st.lists(st.sampled_from([pair.item_id for pair in _PAIRS]), max_size=2))
        events.append(
            CheckpointReached(
                training_id="t", dataset_id="d", sequence=number, generation=draw(st.integers(0, 2)),
                status="training", items=tuple(learned), forgotten=tuple(forgotten), reached_at=_AT,
            )
        )  # fmt: skip
    return events


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), seed=st.integers())
async def test_every_interleaving_of_the_topics_gives_the_same_state(
    pool: "asyncpg.Pool[Any]", history: list[Event], seed: int
) -> None:
    topics, chance = topics_of(history), random.Random(seed)
    in_order = await replayed(pool, HANDLERS, SCHEMAS, topics)
    assert await replayed(pool, HANDLERS, SCHEMAS, batches(interleaved(topics, chance), chance)) == in_order
