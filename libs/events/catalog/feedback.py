"""Verdicts on answers, and what became of them."""

from datetime import datetime
from typing import Literal

from libs.events.catalog.values import Event, Language, Problem


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
