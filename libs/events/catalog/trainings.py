"""Trainings: asked for, controlled, how far they are."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from libs.events.catalog.values import Event, Language, LearnedItem, Needs, Problem, Progress, TrainingStatus, Value


class TrainingRequested(Event):
    """A training of a dataset is asked for; `items` are the pairs that a feedback or an import gives it to learn."""

    training_id: str
    dataset_id: str
    source: Literal["user", "feedback", "schedule", "retry"] = "user"
    retry_of: str | None = None
    """The failed training that this one goes on from."""
    generation: int = 0
    table_names: tuple[str, ...] = ()
    items: tuple[LearnedItem, ...] = ()
    forgets: tuple[str, ...] = ()
    """Ids of pairs that are taken back; `items` are then those that come back in their place."""
    feedback_id: str | None = None
    needs: Needs = Needs()
    language: Language = "en"
    control_sequence: int = 0
    who: str = ""
    requested_at: datetime

    @property
    def is_lesson(self) -> bool:
        """Whether it learns or takes back what it names, instead of learning the database."""
        return bool(self.items or self.forgets)

    @property
    def is_urgent(self) -> bool:
        """Whether somebody who said what is right waits for it; a file takes its time."""
        return self.is_lesson and self.source == "feedback"


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
    requested_offset: int = 0
    """Where the training's request stands in the log: of what people said about one question, the last counts."""
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
