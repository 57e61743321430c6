"""Verdicts on answers, and what became of them."""

from datetime import datetime
from typing import Literal

from libs.events.catalog.values import Event, Language, Problem, Value

Mark = Literal["right", "none", "wrong", "unknown"]
"""An answer beside the verified one: the same rows, none (it asked back), or other rows; or it could not be told."""


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
    """What became of a verdict and why: its whole state, of which the highest `version` counts."""

    feedback_id: str
    dataset_id: str
    sequence: int
    version: int = 0
    verdict: Literal["accepted", "rejected", "held", "dropped", "reverted"]
    reasons: tuple[Problem, ...] = ()
    training_id: str | None = None
    """The training that learns it."""
    supersedes: tuple[str, ...] = ()
    decided: int = 0
    """The last decision of a person that is answered with this."""
    reviewed_at: datetime


class LearningDecided(Event):
    """A person decides about what is held (accept, drop), or takes an accepted correction back (revert)."""

    subject_id: str
    """The feedback, or the training."""
    dataset_id: str
    decision_sequence: int
    """Counts the decisions about the subject."""
    decision: Literal["accept", "drop", "revert"]
    language: Language = "en"
    who: str = ""
    decided_at: datetime


class Checked(Value):
    """A verified question, answered without its own pair: `before` and `after` a change, with the SQL of each."""

    item_id: str
    question: str
    sql: str
    before: Mark
    after: Mark
    sql_before: str | None = None
    sql_after: str | None = None


class LearningMeasured(Event):
    """What a training or a correction did to the answers to verified questions; what does harm is taken back."""

    training_id: str
    dataset_id: str
    feedback_id: str | None = None
    source: Literal["user", "feedback", "schedule", "retry"]
    version: int = 0
    """Of several about one training the highest counts."""
    verdict: Literal["kept", "held", "accepted", "dropped"]
    """What is held is taken back until a person accepts it; feedback that a person decides about is reviewed again."""
    results: tuple[Checked, ...] = ()
    contradicts: tuple[Checked, ...] = ()
    """Verified questions that ask the same as one that was taught, in other words, and whose rows are others."""
    right: int = 0
    """Of the `told` verified questions whose answers were ever compared, those answered right as things stand."""
    told: int = 0
    decided: int = 0
    """The last decision of a person that is answered with this."""
    measured_at: datetime
