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
class Refused:
    """The request does not fit the state."""

    status: str


def decide_control(training: Training | None, wish: Wish) -> Allowed | Refused:
    """Pause what runs or waits, resume what rests or is about to, cancel what has not ended."""
    if training is None:
        return Refused("pending")
    resting = training.status == "paused" and training.last_wish != "resume"
    about_to_rest = training.last_wish == "pause"
    fits = {
        "pause": training.active and not resting,
        "resume": training.active and (resting or about_to_rest),
        "cancel": training.active,
    }[wish]
    return Allowed(training.control_sequence + 1) if fits else Refused(training.status)


def decide_start(training: Training | None) -> str | None:
    """None when a training may start; else the id of the one that is active."""
    return training.training_id if training is not None and training.active else None


def decide_retry(training: Training | None) -> str | Refused:
    """The id of the failed training that may be gone on from."""
    if training is None or training.status != "failed":
        return Refused(training.status if training else "pending")
    return training.training_id
