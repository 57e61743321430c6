"""Every event: one frozen model each, and one table that says topic, key, retention and who sends it.

Schemas only grow: a field is added with a default, never removed or narrowed. Unknown fields are ignored.
"""

from dataclasses import dataclass
from datetime import timedelta

from libs.events.catalog.dead_letters import DeadLettered
from libs.events.catalog.feedback import (
    Checked,
    FeedbackGiven,
    FeedbackReviewed,
    LearningDecided,
    LearningMeasured,
    Mark,
)
from libs.events.catalog.inspections import SchemaInspected, SchemaInspectionRequested
from libs.events.catalog.questions import (
    AnswerAdvanced,
    CacheCleared,
    ConversationDeleted,
    Purpose,
    QuestionAnswered,
    QuestionAsked,
    RowsFetched,
    Sources,
)
from libs.events.catalog.state import BusinessTermChanged, DatasetChanged, DataSourceChanged, KnowledgeRemoved
from libs.events.catalog.trainings import (
    CancelRequested,
    CheckpointReached,
    ControlRequest,
    LogLine,
    PauseRequested,
    ResumeRequested,
    TrainingLogged,
    TrainingRequested,
)
from libs.events.catalog.values import (
    ENDED,
    ColumnDescription,
    DataSourceSettings,
    Embedding,
    Event,
    IndexDescription,
    Language,
    LearnedItem,
    Modeling,
    Needs,
    Outcome,
    Problem,
    Progress,
    Relation,
    ResultColumn,
    Role,
    RowPolicy,
    Step,
    TableDescription,
    TrainingStatus,
    Value,
)

__all__ = [
    "BY_NAME",
    "ENDED",
    "TOPICS",
    "AnswerAdvanced",
    "BusinessTermChanged",
    "CacheCleared",
    "CancelRequested",
    "Checked",
    "CheckpointReached",
    "ColumnDescription",
    "ControlRequest",
    "ConversationDeleted",
    "DataSourceChanged",
    "DataSourceSettings",
    "DatasetChanged",
    "DeadLettered",
    "Embedding",
    "Event",
    "FeedbackGiven",
    "FeedbackReviewed",
    "IndexDescription",
    "KnowledgeRemoved",
    "Language",
    "LearnedItem",
    "LearningDecided",
    "LearningMeasured",
    "LogLine",
    "Mark",
    "Modeling",
    "Needs",
    "Outcome",
    "PauseRequested",
    "Problem",
    "Progress",
    "Purpose",
    "QuestionAnswered",
    "QuestionAsked",
    "Relation",
    "ResultColumn",
    "ResumeRequested",
    "Role",
    "RowPolicy",
    "RowsFetched",
    "SchemaInspected",
    "SchemaInspectionRequested",
    "Sources",
    "Step",
    "TableDescription",
    "Topic",
    "TrainingLogged",
    "TrainingRequested",
    "TrainingStatus",
    "Value",
]


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
    Topic(QuestionAsked, None, ("gateway", "query", "feedback")),
    Topic(AnswerAdvanced, _WEEK, ("query",)),
    Topic(RowsFetched, _DAY, ("query",)),
    Topic(QuestionAnswered, None, ("query",)),
    Topic(CacheCleared, _WEEK, ("gateway",)),
    Topic(ConversationDeleted, None, ("gateway",)),
    Topic(FeedbackGiven, None, ("gateway",)),
    Topic(FeedbackReviewed, None, ("feedback",)),
    Topic(LearningDecided, None, ("gateway",)),
    Topic(LearningMeasured, None, ("feedback",)),
    Topic(DeadLettered, _MONTH, ("gateway", "trainer", "query", "feedback")),
)

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
