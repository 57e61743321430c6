"""Every event: one frozen model each, and one table that says topic, key, retention and who sends it.

Schemas only grow: a field is added with a default, never removed or narrowed. Unknown fields are ignored.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Progress = float
"""Percent, 0 to 100."""

TrainingStatus = Literal["pending", "preparing", "training", "paused", "completed", "failed", "cancelled", "held"]
ENDED: frozenset[str] = frozenset({"completed", "failed", "cancelled"})
"""Statuses after which a training says nothing more."""

Language = Literal["zh", "en"]
Outcome = Literal["answered", "clarification", "unanswerable", "failed", "timed_out"]


class Value(BaseModel):
    """A value inside an event; unknown fields of newer senders are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Value):
    """Something that happened. `key_field` names the field that is the Kafka key and the CloudEvents subject."""

    key_field: ClassVar[str] = "dataset_id"
    schema_version: ClassVar[int] = 1
    """Raised when a field changes meaning; older events are upcast on reading (upcast.py)."""

    @property
    def key(self) -> str:
        """The id of the subject: all events of one subject are in one partition of each topic."""
        return str(getattr(self, self.key_field))


# --- values that several events carry ---


class DataSourceSettings(Value):
    """How to reach a user's database; the password only as ciphertext with the id of its key."""

    kind: Literal["sqlite", "postgresql"]
    host: str = ""
    port: int | None = None
    username: str = ""
    password_ciphertext: str | None = None
    key_id: str | None = None
    database: str = ""


class ColumnDescription(Value):
    """A column as the database describes it; `values` are its distinct values when they are few."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    primary_key: bool = False
    foreign_key: str | None = None
    comment: str | None = None
    values: tuple[str, ...] = ()


class TableDescription(Value):
    """A table as the database describes it."""

    name: str
    comment: str | None = None
    row_estimate: int | None = None
    create_table: str = ""
    columns: tuple[ColumnDescription, ...] = ()


class Relation(Value):
    """An edge of the model: `source.source_col` points at `target.target_col`; confidence 0 to 1."""

    source: str
    target: str
    source_col: str
    target_col: str
    type: str = "many_to_one"
    confidence: float = 1.0


class Modeling(Value):
    """The drawn model of a dataset: table nodes and relationship edges."""

    nodes: tuple[dict[str, Any], ...] = ()
    edges: tuple[Relation, ...] = ()


class Embedding(Value):
    """A vector: `data` is base64 of little-endian float32."""

    model: str
    dimensions: int
    data: str


class LearnedItem(Value):
    """One thing a dataset knows. `item_id` is the hash of its content, so that learning it again changes nothing."""

    item_id: str
    kind: Literal["ddl", "term", "document", "relation", "pair"]
    text: str
    question: str | None = None
    sql: str | None = None
    tables: tuple[str, ...] = ()
    origin: Literal["training", "feedback"] = "training"
    embedding: Embedding | None = None
    content: dict[str, Any] | None = None
    """The item as structure: a TableDescription of a ddl, a Relation of a relation, the fields of a term."""


class Problem(Value):
    """An error for people: a stable code, what happened, and what to do about it."""

    code: str
    detail: str
    hint: str = ""


class Needs(Value):
    """The versions that the receiver's projection must have before the request is carried out."""

    datasource_version: int = 0
    dataset_version: int = 0
    terms_version: int = 0


class Step(Value):
    """One step of the reasoning behind an answer."""

    name: str
    status: Literal["done", "failed", "corrected"]
    detail: str = ""
    sql: str | None = None
    milliseconds: float = 0.0


class ResultColumn(Value):
    """A column of a result."""

    name: str
    type: str = ""


# --- state of the gateway, whole, with a version ---


class DataSourceChanged(Event):
    """The whole state of a data source."""

    key_field: ClassVar[str] = "datasource_id"
    datasource_id: str
    version: int
    name: str
    owner_id: str
    settings: DataSourceSettings
    deleted: bool = False
    changed_at: datetime


class DatasetChanged(Event):
    """The whole state of a dataset."""

    dataset_id: str
    version: int
    name: str
    owner_id: str
    datasource_id: str
    collection_name: str
    tables: tuple[str, ...] = ()
    """Tables picked by the owner; empty means all."""
    modeling_config: Modeling = Modeling()
    language: Language = "en"
    deleted: bool = False
    changed_at: datetime


class BusinessTermChanged(Event):
    """One business term. `terms_version` counts the changes to all terms of the dataset."""

    dataset_id: str
    term_id: str
    version: int
    terms_version: int
    term: str
    definition: str = ""
    synonyms: tuple[str, ...] = ()
    sql_expression: str | None = None
    deleted: bool = False
    changed_at: datetime


class KnowledgeRemoved(Event):
    """What a dataset knew of generations before `generation` is to be forgotten."""

    dataset_id: str
    generation: int
    who: str
    removed_at: datetime


# --- looking at a user's database ---


class SchemaInspectionRequested(Event):
    """Read the structure of a data source, or only test the connection."""

    key_field: ClassVar[str] = "datasource_id"
    inspection_id: str
    datasource_id: str
    settings: DataSourceSettings
    only_test: bool = False
    language: Language = "en"
    deadline: datetime


class SchemaInspected(Event):
    """What was found; a large structure comes in `parts` events of one `inspection_id`. A later `sequence` replaces."""

    key_field: ClassVar[str] = "datasource_id"
    inspection_id: str
    datasource_id: str
    sequence: int
    part: int = 1
    parts: int = 1
    ok: bool
    only_test: bool = False
    problem: Problem | None = None
    server_version: str | None = None
    milliseconds: float = 0.0
    tables: tuple[TableDescription, ...] = ()
    relations: tuple[Relation, ...] = ()
    inspected_at: datetime


# --- trainings ---


class TrainingRequested(Event):
    """A training of a dataset is asked for; `items` are what a feedback training learns."""

    training_id: str
    dataset_id: str
    source: Literal["user", "feedback", "schedule", "retry"] = "user"
    generation: int = 0
    table_names: tuple[str, ...] = ()
    items: tuple[LearnedItem, ...] = ()
    feedback_id: str | None = None
    needs: Needs = Needs()
    language: Language = "en"
    control_sequence: int = 0
    who: str = ""
    requested_at: datetime


class ControlRequest(Event):
    """A wish about a training; of several the one with the highest `control_sequence` wins."""

    training_id: str
    dataset_id: str
    control_sequence: int
    who: str = ""
    why: str = ""
    requested_at: datetime


class PauseRequested(ControlRequest):
    """Stop the training at its next safe point and keep its place."""


class ResumeRequested(ControlRequest):
    """Go on after the last learned item."""


class CancelRequested(ControlRequest):
    """End the training for good."""


class CheckpointReached(Event):
    """Where a training stands, with what it learned since the checkpoint before; the last one carries the end."""

    training_id: str
    dataset_id: str
    sequence: int
    attempt: int = 0
    epoch: int = 0
    generation: int = 0
    source: Literal["user", "feedback", "schedule", "retry"] = "user"
    status: TrainingStatus
    control_sequence: int = 0
    """The last control request this checkpoint knows of: it is the answer to it."""
    stage: int = 0
    """0 before the start, then 1 to 4 (mission.md, D1)."""
    progress: Progress = Field(default=0.0, ge=0, le=100)
    message: str = ""
    items: tuple[LearnedItem, ...] = ()
    forgotten: tuple[str, ...] = ()
    """Ids of items that are no longer true, such as the DDL of a table that changed."""
    items_learned: int = 0
    """Items learned by this training so far."""
    problem: Problem | None = None
    reached_at: datetime


class LogLine(Value):
    """One line of the log that the owner of a training reads; numbered within its training."""

    number: int
    level: Literal["INFO", "WARNING", "ERROR"] = "INFO"
    content: str
    created_at: datetime


class TrainingLogged(Event):
    """A batch of log lines of a training."""

    training_id: str
    dataset_id: str
    lines: tuple[LogLine, ...]


# --- questions and answers ---


class QuestionAsked(Event):
    """A person asks a dataset something."""

    question_id: str
    dataset_id: str
    question: str
    conversation_id: str
    language: Language = "en"
    who: str = ""
    purpose: Literal["ask", "replay", "evaluate"] = "ask"
    needs: Needs = Needs()
    asked_at: datetime
    deadline: datetime


class AnswerAdvanced(Event):
    """Step `number` (from 1) of the reasoning was made."""

    question_id: str
    dataset_id: str
    number: int
    step: Step
    advanced_at: datetime


class RowsFetched(Event):
    """The rows of an answer, capped; kept for a day only, because they are the user's data."""

    question_id: str
    dataset_id: str
    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False
    fetched_at: datetime


class Sources(Value):
    """What an answer rests on."""

    strategy: str = ""
    score: float = 0.0
    items: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


class QuestionAnswered(Event):
    """The end of a question, whatever it is."""

    question_id: str
    dataset_id: str
    outcome: Outcome
    sql: str | None = None
    columns: tuple[ResultColumn, ...] = ()
    row_count: int = 0
    truncated: bool = False
    chart_type: str = "table"
    chart: dict[str, Any] | None = None
    insight: str = ""
    answer_text: str = ""
    choices: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    sources: Sources = Sources()
    knowledge_version: int = 0
    cached: bool = False
    milliseconds: float = 0.0
    answered_at: datetime


class CacheCleared(Event):
    """Cached SQL and results of a dataset from before now are to be forgotten."""

    dataset_id: str
    who: str
    cleared_at: datetime


class ConversationDeleted(Event):
    """The questions of a conversation and their answers are shown no longer, and no question follows up on them."""

    conversation_id: str
    dataset_id: str
    who: str
    deleted_at: datetime


# --- feedback ---


class FeedbackGiven(Event):
    """A person's verdict on an answer: 1 keeps the pair, -1 with `corrected_sql` corrects it."""

    feedback_id: str
    dataset_id: str
    sequence: int
    """Counts the verdicts of a dataset: a later verdict on the same question wins."""
    question_id: str | None = None
    question: str
    sql: str | None = None
    rating: Literal[1, -1]
    corrected_sql: str | None = None
    comment: str = ""
    generation: int = 0
    language: Language = "en"
    who: str = ""
    given_at: datetime


class FeedbackReviewed(Event):
    """What became of a verdict and why."""

    feedback_id: str
    dataset_id: str
    sequence: int
    verdict: Literal["accepted", "rejected", "held"]
    reasons: tuple[Problem, ...] = ()
    training_id: str | None = None
    supersedes: tuple[str, ...] = ()
    reviewed_at: datetime


# --- anything ---


class DeadLettered(Event):
    """A message that could not be handled: its bytes and headers as they were (base64), where it was, and why."""

    key_field: ClassVar[str] = "message_key"
    message_key: str
    service: str
    topic: str
    partition: int
    offset: int
    reason: str
    detail: str
    attempts: int = 1
    value: str | None
    headers: tuple[tuple[str, str | None], ...] = ()
    dead_lettered_at: datetime


@dataclass(frozen=True)
class Topic:
    """A row of the catalogue: the event, how long its topic keeps it (None: for ever), who sends it, what it says."""

    event: type[Event]
    keeps: timedelta | None
    senders: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the topic, which is the name of the event."""
        return self.event.__name__


_WEEK, _DAY, _MONTH = timedelta(days=7), timedelta(hours=24), timedelta(days=30)

TOPICS: tuple[Topic, ...] = (
    Topic(DataSourceChanged, None, ("gateway",)),
    Topic(DatasetChanged, None, ("gateway",)),
    Topic(BusinessTermChanged, None, ("gateway",)),
    Topic(KnowledgeRemoved, None, ("gateway",)),
    Topic(SchemaInspectionRequested, _WEEK, ("gateway",)),
    Topic(SchemaInspected, None, ("trainer",)),
    Topic(TrainingRequested, None, ("gateway", "feedback")),
    Topic(PauseRequested, None, ("gateway",)),
    Topic(ResumeRequested, None, ("gateway",)),
    Topic(CancelRequested, None, ("gateway",)),
    Topic(CheckpointReached, None, ("trainer",)),
    Topic(TrainingLogged, _WEEK, ("trainer",)),
    Topic(QuestionAsked, None, ("gateway",)),
    Topic(AnswerAdvanced, _WEEK, ("query",)),
    Topic(RowsFetched, _DAY, ("query",)),
    Topic(QuestionAnswered, None, ("query",)),
    Topic(CacheCleared, _WEEK, ("gateway",)),
    Topic(ConversationDeleted, None, ("gateway",)),
    Topic(FeedbackGiven, None, ("gateway",)),
    Topic(FeedbackReviewed, None, ("feedback",)),
    Topic(DeadLettered, _MONTH, ("gateway", "trainer", "query", "feedback")),
)

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
