"""Verdicts, what became of them, and the curve of a dataset as the API shows them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from libs.events.catalog import Checked, Problem
from services.gateway.learning.decider import FeedbackStatus
from services.gateway.shown import Page, Shown


class ReceivedFeedback(Shown):
    """A verdict that was received; what becomes of it is under /chat/feedback/{feedback_id}."""

    feedback_id: str
    status: Literal["received"] = "received"
    message: str
    """In the language asked for."""


class Evidence(Shown):
    """What a change did to the answers to verified questions; shares are from 0 to 1."""

    questions: int
    """How many could be compared."""
    before: float | None
    """The share that was answered rightly before; null where there was none to compare."""
    after: float | None
    gained: list[Checked]
    """The questions that are answered better than before."""
    contradicts: tuple[Checked, ...]
    """Verified questions that ask the same in other words, and whose rows are others."""
    lost: list[Checked]
    """The questions that are answered worse than before."""


class FeedbackState(Shown):
    """What became of a verdict, and why."""

    feedback_id: str
    status: FeedbackStatus
    reasons: tuple[Problem, ...]
    """Why it is rejected or held, in the language asked for."""
    training_id: str | None
    """The training that learns it."""
    supersedes: tuple[str, ...]
    """Ids of what was known and is replaced by it."""
    question: str
    rating: Literal[1, -1]
    measuring: bool
    """Whether what it does to verified questions is being looked at."""
    change: Evidence | None
    """Null until it was measured."""


class Point(Shown):
    """A point of the curve: a training or a correction, and what it did."""

    training_id: str
    feedback_id: str | None
    """Of a correction."""
    source: Literal["user", "import", "feedback", "schedule", "retry"]
    question: str | None
    """Of a correction."""
    verdict: str
    """What became of it: `kept`, or `held` until a person decides, and then what was decided."""
    measured_at: datetime
    score: float | None
    """The share of verified questions that were answered rightly after it, 0 to 1; null where there was none."""
    measured: int
    """How many verified questions that is of."""
    change: Evidence


class Score(Shown):
    """How well verified questions are answered without their own pair."""

    score: float | None
    """The share that is answered rightly, 0 to 1; null where there is none to compare."""
    right: int
    measured: int
    """How many were compared."""
    verified: int
    """How many are known."""


class LearningCurve(Score, Page[Point]):
    """The score as it is now, and its points, the newest first."""

    explanation: str = Field(description="What the score says, in the language asked for.")
