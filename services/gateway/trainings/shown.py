"""Trainings as the API shows them."""

from datetime import datetime
from typing import Literal

from libs.events.catalog import LogLine, Problem
from services.gateway.shown import Shown

ShownStatus = Literal["pending", "training", "paused", "completed", "failed", "cancelled", "held"]
Level = Literal["INFO", "WARNING", "ERROR"]


class StartedTraining(Shown):
    """A training that was asked for."""

    message: str
    """In the language asked for."""
    training_id: str
    status: ShownStatus = "pending"


class Progress(Shown):
    """How the newest training of a dataset stands."""

    status: ShownStatus
    """`pending` also when there was no training yet, or what it learned was removed."""
    status_text: str
    """In the language asked for."""
    process_rate: float
    """Percent: 0 to 100."""
    error_msg: str | None
    """Why it failed and what to do, in the language asked for; null unless it did."""
    last_train_at: datetime | None
    """When a training was last complete."""
    current_step: str
    """What it is doing, in the language asked for."""
    training_id: str | None
    queue_position: int | None
    """From 1, while it waits for others; null otherwise."""
    items_learned: int


class LogEntry(Shown):
    """A line of the log of a training."""

    id: str
    level: Level
    content: str
    created_at: datetime


class ToldLine(LogLine):
    """A line of the log as those who watch get it."""

    training_id: str


class PastTraining(Shown):
    """A training of the history of a dataset."""

    training_id: str
    source: Literal["user", "import", "feedback", "schedule", "retry"]
    """Who or what asked for it."""
    requested_at: datetime
    status: ShownStatus
    process_rate: float
    """Percent: 0 to 100."""
    items_learned: int
    problem: Problem | None
    """Why it failed, in the language asked for; null unless it did."""
    verdict: Literal["kept", "held", "accepted", "dropped"] | None
    """What became of what it taught; null until it is measured."""
