"""What may be decided about a correction or a training, without clock, database or broker."""

from dataclasses import dataclass
from typing import Literal

Decision = Literal["accept", "drop", "revert"]
Verdict = Literal["accepted", "rejected", "held", "dropped", "reverted"]
FeedbackStatus = Literal["received", "learned"] | Verdict
_FITS: dict[Decision, str] = {"accept": "held", "drop": "held", "revert": "learned"}
"""The status that each decision is about."""


@dataclass(frozen=True)
class Standing:
    """How it stands: its status, the last decision, and whether that is still to be carried out."""

    status: str
    decision_sequence: int = 0
    pending: Decision | None = None


@dataclass(frozen=True)
class Allowed:
    """The decision is passed on with this sequence."""

    decision_sequence: int


@dataclass(frozen=True)
class UnderWay:
    """The same was decided already and is about to happen."""


@dataclass(frozen=True)
class Refused:
    """It does not fit the status."""

    status: str


def status_of(reviewed: Verdict | None, training: str | None) -> FeedbackStatus:
    """The status of a verdict from what became of it and from the last checkpoint of the training that learns it."""
    if reviewed == "accepted" and training == "completed":
        return "learned"
    return reviewed or "received"


def decide_learning(standing: Standing, decision: Decision) -> Allowed | UnderWay | Refused:
    """Accept or drop what is held, revert what was learned; one decision at a time."""
    if standing.pending is not None:
        return UnderWay() if standing.pending == decision else Refused(standing.status)
    if standing.status != _FITS[decision]:
        return Refused(standing.status)
    return Allowed(standing.decision_sequence + 1)
