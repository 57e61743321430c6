"""What somebody did, and what an event says of it; knows no clock, database or broker."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from libs.events.catalog import (
    BusinessTermChanged,
    ControlRequest,
    ConversationDeleted,
    DatasetChanged,
    DataSourceChanged,
    Event,
    FeedbackGiven,
    KnowledgeRemoved,
    LearningDecided,
    QuestionAsked,
    TrainingRequested,
)

SYSTEM = "system"
"""Who changes what no person changed, such as the key that a password is encrypted with."""


@dataclass(frozen=True)
class Act:
    """`who` is an account's id, `SYSTEM`, or empty where old events do not say it; `action` names a text (`audit.*`).

    `about` is the name of what was changed, or the source of a training. What people asked or wrote is not in it.
    """

    at: datetime
    who: str
    action: str
    subject_id: str
    dataset_id: str | None
    about: str = ""


def act_of(event: Event) -> Act:
    """The act that `event` tells of; `LookupError` for an event that tells of none."""
    match event:
        case DataSourceChanged():
            return Act(
                event.changed_at, _who(event), _changed("datasource", event), event.datasource_id, None, event.name
            )
        case DatasetChanged():
            return Act(
                event.changed_at,
                _who(event),
                _changed("dataset", event),
                event.dataset_id,
                event.dataset_id,
                event.name,
            )
        case BusinessTermChanged():
            return Act(
                event.changed_at, event.who, _changed("term", event), event.term_id, event.dataset_id, event.term
            )
        case KnowledgeRemoved():
            return Act(event.removed_at, event.who, "knowledge.removed", event.dataset_id, event.dataset_id)
        case TrainingRequested():
            imported = event.source == "user" and event.items
            return _of_training(event, "requested", "import" if imported else event.source)
        case ControlRequest():
            return _of_training(event, type(event).__name__.removesuffix("Requested").lower())
        case QuestionAsked():
            return Act(event.asked_at, event.who, "question.asked", event.question_id, event.dataset_id)
        case ConversationDeleted():
            return Act(event.deleted_at, event.who, "conversation.deleted", event.conversation_id, event.dataset_id)
        case FeedbackGiven():
            return Act(event.given_at, event.who, "feedback.given", event.feedback_id, event.dataset_id)
        case LearningDecided():
            return Act(event.decided_at, event.who, f"learning.{event.decision}", event.subject_id, event.dataset_id)
        case _:
            raise LookupError(f"{type(event).__name__} tells of no act")


def _changed(kind: str, event: Any) -> str:
    return f"{kind}.{'deleted' if event.deleted else 'created' if event.version == 1 else 'changed'}"


def _who(event: DataSourceChanged | DatasetChanged) -> str:
    """Before events said who, only the owner could change what is theirs."""
    return event.who or event.owner_id


def _of_training(event: TrainingRequested | ControlRequest, word: str, about: str = "") -> Act:
    return Act(event.requested_at, event.who, f"training.{word}", event.training_id, event.dataset_id, about)
