"""Every interleaving of the topics gives the feedback service the same read models."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import asyncpg
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.events.catalog import (
    Checked,
    CheckpointReached,
    DatasetChanged,
    DataSourceChanged,
    DataSourceSettings,
    Event,
    FeedbackGiven,
    FeedbackReviewed,
    KnowledgeRemoved,
    LearnedItem,
    LearningDecided,
    LearningMeasured,
    QuestionAnswered,
    SchemaInspected,
    TrainingRequested,
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
_ORIGINS: tuple[Literal["training", "feedback"], ...] = ("training", "feedback")
_PAIRS = [
    LearnedItem(item_id=pair_id(question, sql), kind="pair", text=question, question=question, sql=sql, origin=origin)
    for question in _QUESTIONS
    for sql in _SQL
    for origin in _ORIGINS
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
            if draw(st.booleans()):
                later = about | {"version": 1, "verdict": draw(st.sampled_from(("held", "reverted")))}
                events.append(FeedbackReviewed(**later, reviewed_at=_AT))
            decision: Any = {"subject_id": f"f{number}", "dataset_id": "d", "decision": "accept", "decided_at": _AT}
            events += [LearningDecided(decision_sequence=n, **decision) for n in (1, 2)]
    for number in range(1, draw(st.integers(0, 3)) + 1):
        training: dict[str, Any] = {"training_id": f"t{number}", "dataset_id": "d", "source": "feedback"}
        events.append(TrainingRequested(**training, items=(_PAIRS[0],), requested_at=_AT))
        marks: dict[str, Any] = {"before": "right", "after": draw(st.sampled_from(("right", "wrong", "unknown")))}
        checked = Checked(item_id=draw(st.sampled_from(_PAIRS)).item_id, question="?", sql="SELECT 1", **marks)
        at = _AT + timedelta(seconds=number)
        verdict: Any = draw(st.sampled_from(("kept", "held")))
        events.append(LearningMeasured(**training, verdict=verdict, results=(checked,), measured_at=at))
        if verdict == "held":
            again: Any = {"version": 1, "verdict": "dropped", "results": (checked,), "measured_at": _AT}
            events.append(LearningMeasured(**training | again))
        answer: dict[str, Any] = {"question_id": f"q{number}", "purpose": draw(st.sampled_from(("ask", "check")))}
        events.append(QuestionAnswered(**answer, dataset_id="d", outcome="answered", answered_at=_AT))
    for number in range(1, draw(st.integers(1, 5)) + 1):
        learned = draw(st.lists(st.sampled_from(_PAIRS), max_size=3))
        forgotten = draw(st.lists(st.sampled_from([pair.item_id for pair in _PAIRS]), max_size=2))
        events.append(
            CheckpointReached(
                training_id="t", dataset_id="d", sequence=number, generation=draw(st.integers(0, 2)),
                source=draw(st.sampled_from(("user", "feedback"))), requested_offset=draw(st.integers(0, 9)),
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
