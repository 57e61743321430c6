"""What may be asked of a training, decided without clock, database or broker."""

from dataclasses import dataclass
from typing import Literal

from libs.events.catalog import ENDED

Wish = Literal["pause", "resume", "cancel"]


@dataclass(frozen=True)
class Training:
    """The newest training of a dataset that a person asked for: its last checkpoint's status, and the last wish."""

    training_id: str
    status: str
    last_wish: Wish | None = None
    control_sequence: int = 0

    @property
    def active(self) -> bool:
        """True until its end: a paused training is active too."""
        return self.status not in ENDED


@dataclass(frozen=True)
class Allowed:
    """The request is passed on with this control sequence."""

    control_sequence: int


@dataclass(frozen=True)
class UnderWay:
    """The same was asked for already and is about to happen: the repetition changes nothing."""


Why = Literal["none", "over", "failed", "running", "paused", "cancelling"]


@dataclass(frozen=True)
class Refused:
    """The request does not fit the state; `why` names the text that says what can be done instead."""

    status: str
    why: Why = "over"


def decide_control(training: Training | None, wish: Wish) -> Allowed | UnderWay | Refused:
    """Pause what runs or waits, resume what rests or is about to, cancel what has not ended."""
    if training is None:
        return Refused("pending", "none")
    if not training.active:
        return Refused(training.status, "failed" if training.status == "failed" else "over")
    if training.last_wish == "cancel":
        return UnderWay() if wish == "cancel" else Refused(training.status, "cancelling")
    paused = training.status == "paused"
    if wish == "pause" and training.last_wish == "pause":
        return Refused(training.status, "paused") if paused else UnderWay()
    if wish == "resume" and training.last_wish == "resume" and (paused or training.status == "pending"):
        return UnderWay()
    if wish == "resume" and training.last_wish != "pause" and not paused:
        return Refused(training.status, "running")
    return Allowed(training.control_sequence + 1)


def decide_start(training: Training | None) -> str | None:
    """None when a training may start; else the id of the one that is active."""
    return training.training_id if training is not None and training.active else None


def decide_retry(training: Training | None) -> str | Refused:
    """The id of the failed training that may be gone on from."""
    if training is None or training.status != "failed":
        return Refused(training.status if training else "pending")
    return training.training_id
