"""Decides what becomes of what was learned, once it is measured or a person decides; knows no clock or database."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Literal

from libs.events.catalog import Checked, FeedbackReviewed, LearningMeasured, Mark

Verdict = Literal["accepted", "rejected", "held", "dropped", "reverted"]

_WORTH: dict[Mark, int] = {"right": 1, "none": 0, "wrong": -1}
"""To ask back is honest: it is worth more than a wrong answer."""


@dataclass(frozen=True)
class State:
    """Of a correction or a training: its newest verdict, the training that learned it, the last decision answered."""

    version: int = -1
    verdict: Verdict | None = None
    training_id: str | None = None
    decided: int = 0

    @property
    def known(self) -> bool:
        """Whether what it teaches is known, or about to be."""
        return self.verdict == "accepted" and self.training_id is not None


@dataclass(frozen=True)
class Measure:
    """What `training_id` taught was measured."""

    training_id: str
    harmful: bool


@dataclass(frozen=True)
class Reconsider:
    """What spoke against it is known no longer."""


@dataclass(frozen=True)
class Decide:
    """A person decides; `checked` says whether the SQL runs: it need not be known but to accept."""

    sequence: int
    decision: Literal["accept", "drop", "revert"]
    checked: Literal["passed", "wrong", "unknown"] = "passed"


@dataclass(frozen=True)
class Outcome:
    """The new verdict, and whether the pair is to be learned, or to be taken back."""

    verdict: Verdict
    learn: bool = False
    take_back: bool = False
    decided: int = 0


def harmful(results: Sequence[Checked]) -> bool:
    """Whether verified questions are answered worse after a change than before, all in all."""
    return sum(map(_worth, results)) < 0


def still_harmful(measured: LearningMeasured, known: AbstractSet[str]) -> bool:
    """Whether a change that was held is to be held still, by the pairs for and against it that are `known` now."""
    contradicts = any(one.item_id in known for one in measured.contradicts)
    return contradicts or harmful([one for one in measured.results if one.item_id in known])


def gains(results: Sequence[Checked]) -> list[Checked]:
    """The questions that are answered better after a change than before."""
    return [one for one in results if _worth(one) > 0]


def losses(results: Sequence[Checked]) -> list[Checked]:
    """The questions that are answered worse after a change than before."""
    return [one for one in results if _worth(one) < 0]


def _worth(one: Checked) -> int:
    return 0 if "unknown" in (one.before, one.after) else _WORTH[one.after] - _WORTH[one.before]


def decide(state: State, command: Measure | Reconsider | Decide) -> Outcome | None:
    """What follows; None when nothing does. A decision that does not fit is answered with the verdict as it was."""
    if state.verdict is None:
        return None
    match command:
        case Measure(training_id, worse):
            # What a person accepted although it was held, or reverted since, is not held any more.
            mine = state.known and training_id == state.training_id and state.decided == 0
            return Outcome("held", take_back=True) if mine and worse else None
        case Reconsider():
            return Outcome("accepted", learn=True) if state.verdict == "held" and state.decided == 0 else None
        case Decide() if command.sequence <= state.decided:
            return None
        case Decide():
            return replace(_decided(state, command), decided=command.sequence)


def evolve(state: State, event: FeedbackReviewed | LearningMeasured | None) -> State:
    """`state` after what was said of it; older versions change nothing."""
    if event is None or event.version <= state.version:
        return state
    verdict: Verdict = "accepted" if event.verdict == "kept" else event.verdict
    return State(event.version, verdict, event.training_id, event.decided)


def _decided(state: State, command: Decide) -> Outcome:
    match state.verdict, command.decision, command.checked:
        case "held", "accept", "passed":
            return Outcome("accepted", learn=True)
        case "held", "accept", "wrong":
            return Outcome("rejected")
        case "held", "drop", _:
            return Outcome("dropped")
        case "accepted", "revert", _ if state.known:
            return Outcome("reverted", take_back=True)
    return Outcome(state.verdict or "held")
