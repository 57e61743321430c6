"""Decides what a training does next; knows no clock, database or broker.

What is wanted of a training is part of its state: of all control requests the one with the highest sequence. Every
command answers it, so that whatever comes first, the state ends the same.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from libs.events.catalog import (
    ENDED,
    CheckpointReached,
    ControlRequest,
    Event,
    Language,
    LearnedItem,
    LogLine,
    PauseRequested,
    Problem,
    ResumeRequested,
    TrainingLogged,
    TrainingRequested,
    TrainingStatus,
)
from libs.language.catalogue import text

Wish = Literal["go", "pause", "cancel"]
Level = Literal["INFO", "WARNING", "ERROR"]

WORKING: frozenset[str] = frozenset({"pending", "preparing", "training"})
"""Statuses of a training that a worker works on, or will."""
ATTEMPTS = 5
"""So many attempts without progress are no accident any more."""

_STRENGTH: dict[Wish, int] = {"go": 0, "pause": 1, "cancel": 2}
_ASKED: dict[Wish, TrainingStatus] = {"go": "pending", "pause": "paused", "cancel": "cancelled"}


@dataclass(frozen=True)
class State:
    """A training; `status` is None until it has said something, `stalled` counts attempts without progress."""

    training_id: str
    dataset_id: str
    requested: TrainingRequested | None = None
    requested_offset: int = 0
    wish: Wish = "go"
    wish_sequence: int = 0
    sequence: int = 0
    status: TrainingStatus | None = None
    attempt: int = 0
    epoch: int = 0
    stalled: int = 0
    answered: int = 0
    stage: int = 0
    progress: float = 0.0
    items_learned: int = 0
    message: str = ""
    problem: Problem | None = None

    @property
    def language(self) -> Language:
        """The language its owner reads."""
        return self.requested.language if self.requested else "en"

    @property
    def offered(self) -> bool:
        """Whether a worker is to work on it."""
        return self.requested is not None and (self.status in WORKING or (self.status is None and self.quick))

    @property
    def quick(self) -> bool:
        """Whether its end is milliseconds away: then that is all that its first attempt says."""
        return self.requested is not None and self.requested.is_urgent


@dataclass(frozen=True)
class Start:
    """The training was asked for."""


@dataclass(frozen=True)
class Obey:
    """Nobody works on it: do what is wanted now."""


@dataclass(frozen=True)
class Begin:
    """A worker with a lease of `epoch` begins."""

    epoch: int


@dataclass(frozen=True)
class Reach:
    """The worker got somewhere: `items` were learned; `message` is for its owner."""

    epoch: int
    stage: int
    progress: float
    message: str
    items: tuple[LearnedItem, ...] = ()
    forgotten: tuple[str, ...] = ()
    level: Level = "INFO"
    ends: bool = False
    """Everything is learned."""


@dataclass(frozen=True)
class Fail:
    """The worker cannot go on; the owner can do something about `problem`. `items` were learned before."""

    epoch: int
    problem: Problem
    items: tuple[LearnedItem, ...] = ()


Command = Start | Obey | Begin | Reach | Fail


def decide(state: State, command: Command, at: datetime) -> tuple[Event, ...]:
    """The events that follow from `command` at the time `at`; none when nothing is left to say."""
    if state.status in ENDED:
        return _repeat_the_end(state, at) if isinstance(command, Obey) else ()
    if isinstance(command, Reach | Fail):
        state = replace(state, attempt=max(state.attempt, 1))  # The first attempt may have begun in silence.
    match command:
        case Start():  # Asked for once more, it is the training that has begun already.
            silent = state.status is not None or (state.quick and state.wish == "go")
            return () if silent else _say(state, at, _ASKED[state.wish])
        case Obey():
            return _obey(state, at)
        case Begin(epoch):
            return _begin(state, at, epoch)
        case Reach():
            return _reach(state, at, command)
        case Fail(epoch, _, items) if state.wish == "cancel":
            return _say(state, at, "cancelled", epoch=epoch, items=items)
        case Fail(epoch, problem, items):
            detail = problem.detail
            return _say(state, at, "failed", epoch=epoch, items=items, problem=problem, message=detail, level="ERROR")


def evolve(state: State, event: Event) -> State:
    """`state` after `event`; what is known already changes nothing."""
    match event:
        case TrainingRequested():
            return replace(state, requested=state.requested or event)
        case ControlRequest():
            return _wish(state, event)
        case CheckpointReached() if event.sequence > state.sequence:
            return _checkpoint(state, event)
        case _:
            return state


def _wish(state: State, event: ControlRequest) -> State:
    wish: Wish = (
        "pause" if isinstance(event, PauseRequested) else "go" if isinstance(event, ResumeRequested) else "cancel"
    )
    newer = (event.control_sequence, _STRENGTH[wish]) > (state.wish_sequence, _STRENGTH[state.wish])
    return replace(state, wish=wish, wish_sequence=event.control_sequence) if newer else state


def _checkpoint(state: State, event: CheckpointReached) -> State:
    moved = bool(event.items) or event.progress > state.progress or event.status not in WORKING
    began = event.attempt > state.attempt
    return replace(
        state,
        sequence=event.sequence,
        status=event.status,
        attempt=event.attempt,
        epoch=event.epoch,
        stalled=0 if moved else state.stalled + began,
        answered=max(state.answered, event.control_sequence),
        stage=event.stage,
        progress=event.progress,
        items_learned=event.items_learned,
        message=event.message,
        problem=event.problem,
    )


def _obey(state: State, at: datetime) -> tuple[Event, ...]:
    if state.wish_sequence <= state.answered:
        return ()
    if state.wish == "go" and state.status in {"preparing", "training"}:
        return ()  # Its worker, or the one that takes over, answers with the next checkpoint.
    return _say(state, at, _ASKED[state.wish])


def _begin(state: State, at: datetime, epoch: int) -> tuple[Event, ...]:
    if state.wish != "go":
        return _say(state, at, _ASKED[state.wish], epoch=epoch)
    if state.stalled >= ATTEMPTS:
        problem = Problem(
            code="training_gave_up",
            detail=text("trainer.gave_up", state.language, attempts=state.stalled),
            hint=text("trainer.gave_up.hint", state.language),
        )
        return _say(state, at, "failed", epoch=epoch, problem=problem, message=problem.detail, level="ERROR")
    if state.quick and epoch == 1:
        return ()
    message = _message(_beginning(state), state)
    return _say(replace(state, attempt=state.attempt + 1), at, "preparing", epoch=epoch, message=message)


def _beginning(state: State) -> str:
    """The text with which an attempt begins."""
    if state.requested is None:
        return "preparing"
    if state.requested.is_urgent:
        return "lesson"
    if state.attempt:
        return "resumed"
    return "given" if state.requested.is_lesson else "retried" if state.requested.source == "retry" else "preparing"


def _reach(state: State, at: datetime, command: Reach) -> tuple[Event, ...]:
    status: TrainingStatus = "completed" if command.ends else "preparing" if command.stage <= 1 else "training"
    message, progress = command.message, max(state.progress, command.progress)
    if state.wish != "go":
        status, message = _ASKED[state.wish], ""
        progress = state.progress if command.ends else progress
    return _say(
        replace(state, stage=max(state.stage, command.stage), progress=progress),
        at,
        status,
        epoch=command.epoch,
        message=message,
        items=command.items,
        forgotten=command.forgotten,
        level=command.level if status != "paused" else "INFO",
    )


def _repeat_the_end(state: State, at: datetime) -> tuple[Event, ...]:
    """The end stays as it was, with its own words; only the log tells of the request."""
    if state.wish_sequence <= state.answered or state.status is None:
        return ()
    told = text("trainer.over", state.language)
    return _say(state, at, state.status, message=state.message, problem=state.problem, told=told)


def _say(
    state: State,
    at: datetime,
    status: TrainingStatus,
    *,
    epoch: int | None = None,
    message: str = "",
    items: tuple[LearnedItem, ...] = (),
    forgotten: tuple[str, ...] = (),
    problem: Problem | None = None,
    level: Level = "INFO",
    told: str = "",
) -> tuple[Event, ...]:
    """A checkpoint and its log line, which has the same number, and the same text but for what is `told` there."""
    sequence, content = state.sequence + 1, message or _message(status, state)
    reached = CheckpointReached(
        training_id=state.training_id,
        dataset_id=state.dataset_id,
        sequence=sequence,
        attempt=state.attempt,
        epoch=state.epoch if epoch is None else epoch,
        generation=state.requested.generation if state.requested else 0,
        source=state.requested.source if state.requested else "user",
        requested_offset=state.requested_offset,
        status=status,
        control_sequence=max(state.wish_sequence, state.requested.control_sequence if state.requested else 0),
        stage=state.stage,
        progress=state.progress,
        message=content,
        items=items,
        forgotten=forgotten,
        items_learned=state.items_learned + len(items),
        problem=problem if status == "failed" else None,
        reached_at=at,
    )
    line = LogLine(number=sequence, level=level, content=told or content, created_at=at)
    return reached, TrainingLogged(training_id=state.training_id, dataset_id=state.dataset_id, lines=(line,))


def _message(status: str, state: State) -> str:
    return text(f"trainer.{status}", state.language)
