"""Every interleaving of the topics, with redeliveries, gives the gateway the same read models."""

import random
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.events.catalog import (
    AnswerAdvanced,
    BusinessTermChanged,
    CheckpointReached,
    ConversationDeleted,
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
    LogLine,
    PauseRequested,
    QuestionAnswered,
    QuestionAsked,
    ResumeRequested,
    RowsFetched,
    SchemaInspected,
    Step,
    TrainingLogged,
    TrainingRequested,
)
from services.gateway.projections import HANDLERS
from services.gateway.schemas import SCHEMAS
from tests.gateway.conftest import Running
from tests.interleavings import batches, interleaved, replayed, topics_of

_AT = datetime(2026, 1, 1, tzinfo=UTC)


def _history() -> list[Event]:
    """Some of everything that can happen to one dataset; the order inside each topic is the order here."""
    source = DataSourceChanged(
        datasource_id="s", version=1, name="S", owner_id="o", settings=DataSourceSettings(kind="sqlite"), changed_at=_AT
    )
    dataset = DatasetChanged(
        dataset_id="d", version=1, name="D", owner_id="o", datasource_id="s", collection_name="c", changed_at=_AT
    )
    term = BusinessTermChanged(dataset_id="d", term_id="m", version=1, terms_version=1, term="T", changed_at=_AT)
    control: dict[str, Any] = {"training_id": "t", "dataset_id": "d", "requested_at": _AT}

    def reached(sequence: int, generation: int, *items: str, forgotten: tuple[str, ...] = ()) -> CheckpointReached:
        learned = tuple(LearnedItem(item_id=item, kind="term", text=item) for item in items)
        return CheckpointReached(
            training_id="t", dataset_id="d", sequence=sequence, generation=generation, status="training",
            items=learned, forgotten=forgotten, reached_at=_AT,
        )  # fmt: skip

    question: dict[str, Any] = {"question_id": "q", "dataset_id": "d"}
    return [
        source, source.model_copy(update={"version": 2, "name": "S2"}),
        dataset, dataset.model_copy(update={"version": 2, "deleted": True}),
        term, term.model_copy(update={"version": 2, "terms_version": 2, "term": "T2"}),
        TrainingRequested(**control),
        PauseRequested(**control, control_sequence=1), PauseRequested(**control, control_sequence=3),
        ResumeRequested(**control, control_sequence=2),
        reached(1, 0, "a", "b"), reached(2, 0, "c", forgotten=("a",)), reached(3, 1, "b", "e"), reached(4, 0, "f"),
        KnowledgeRemoved(dataset_id="d", generation=1, who="o", removed_at=_AT),
        TrainingLogged(training_id="t", dataset_id="d", lines=(LogLine(number=1, content="x", created_at=_AT),)),
        SchemaInspected(inspection_id="i", datasource_id="s", sequence=1, ok=True, inspected_at=_AT),
        QuestionAsked(**question, question="?", conversation_id="c", asked_at=_AT, deadline=_AT),
        ConversationDeleted(conversation_id="c", dataset_id="d", who="o", deleted_at=_AT),
        AnswerAdvanced(**question, number=1, step=Step(name="run", status="done"), advanced_at=_AT),
        RowsFetched(**question, columns=(), rows=(), fetched_at=_AT),
        QuestionAnswered(**question, outcome="answered", answered_at=_AT),
        FeedbackGiven(feedback_id="f", dataset_id="d", sequence=1, question="?", rating=1, given_at=_AT),
        FeedbackReviewed(feedback_id="f", dataset_id="d", sequence=1, verdict="accepted", reviewed_at=_AT),
        FeedbackReviewed(feedback_id="f", dataset_id="d", sequence=1, version=1, verdict="held", reviewed_at=_AT),
        LearningDecided(
            subject_id="f", dataset_id="d", decision_sequence=1, decision="accept", who="o", decided_at=_AT
        ),
        LearningMeasured(training_id="t", dataset_id="d", source="feedback", verdict="held", measured_at=_AT),
        LearningMeasured(
            training_id="t", dataset_id="d", source="feedback", version=1, verdict="accepted", measured_at=_AT
        ),
    ]  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_every_interleaving_of_the_topics_gives_the_same_state(running: Running, seed: int) -> None:
    topics, chance, pool = topics_of(_history()), random.Random(seed), running.gateway.pool
    in_order = await replayed(pool, HANDLERS, SCHEMAS, topics)
    assert await replayed(pool, HANDLERS, SCHEMAS, batches(interleaved(topics, chance), chance)) == in_order
