"""Given what happened to a training, when something is asked of it, then this is what it says."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.catalog import (
    CancelRequested,
    CheckpointReached,
    ControlRequest,
    LearnedItem,
    PauseRequested,
    Problem,
    ResumeRequested,
    TrainingLogged,
    TrainingRequested,
)
from services.trainer.runs.decider import (
    ATTEMPTS,
    WORKING,
    Begin,
    Command,
    Fail,
    Obey,
    Reach,
    Start,
    State,
    decide,
    evolve,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
ITEM = LearnedItem(item_id="i", kind="ddl", text="t")
KINDS: tuple[type[ControlRequest], ...] = (PauseRequested, ResumeRequested, CancelRequested)


def request(**fields: Any) -> TrainingRequested:
    return TrainingRequested(training_id="t", dataset_id="d", requested_at=AT, **fields)


def wish(kind: type[ControlRequest], sequence: int) -> ControlRequest:
    return kind(training_id="t", dataset_id="d", control_sequence=sequence, requested_at=AT)


class Run:
    """A training as the shells would drive it."""

    def __init__(self) -> None:
        self.state, self.said = State("t", "d"), list[CheckpointReached]()

    def given(self, *events: Any) -> "Run":
        for event in events:
            self.state = evolve(self.state, event)
        return self

    def when(self, command: Command) -> "Run":
        for event in decide(self.state, command, AT):
            self.state = evolve(self.state, event)
            if isinstance(event, CheckpointReached):
                self.said.append(event)
            else:
                assert isinstance(event, TrainingLogged)
                assert event.lines[0].number == self.state.sequence
        return self

    @property
    def last(self) -> CheckpointReached:
        return self.said[-1]


def working() -> Run:
    return Run().given(request()).when(Start()).when(Begin(1))


def test_a_training_that_was_asked_for_is_pending_and_offered() -> None:
    run = Run().given(request(generation=3, source="retry")).when(Start())
    assert (run.last.sequence, run.last.status, run.last.generation, run.last.source) == (1, "pending", 3, "retry")
    assert run.state.offered


def test_each_attempt_counts_and_says_so() -> None:
    run = working().when(Begin(2))
    assert [(c.attempt, c.epoch, c.status) for c in run.said[1:]] == [(1, 1, "preparing"), (2, 2, "preparing")]


def test_a_correction_says_only_its_end_but_each_further_attempt_says_that_it_begins() -> None:
    asked = request(items=(ITEM,), source="feedback")
    learned = Reach(1, 4, 100, "learned", items=(ITEM,), ends=True)
    said = Run().given(asked).when(Start()).when(Begin(1)).when(learned).said
    assert [(c.status, c.attempt, c.epoch) for c in said] == [("completed", 1, 1)]
    killed = Run().given(asked).when(Start()).when(Begin(1))
    for epoch in range(2, 10):
        killed.when(Begin(epoch))
    assert [(c.status, c.attempt) for c in killed.said] == [
        *(("preparing", attempt) for attempt in range(1, ATTEMPTS + 1)),
        ("failed", ATTEMPTS),
    ]


def test_progress_and_stage_never_go_back() -> None:
    run = working().when(Reach(1, 3, 60.0, "m")).when(Begin(2)).when(Reach(2, 1, 10.0, "m"))
    assert (run.last.stage, run.last.progress, run.last.status) == (3, 60.0, "preparing")


def test_a_checkpoint_carries_its_items_and_counts_all_before() -> None:
    run = working().when(Reach(1, 2, 20.0, "m", (ITEM,))).when(Reach(1, 2, 30.0, "m", (ITEM, ITEM)))
    assert ([len(c.items) for c in run.said], run.last.items_learned) == ([0, 0, 1, 2], 3)


@pytest.mark.parametrize(("kind", "status"), [(PauseRequested, "paused"), (CancelRequested, "cancelled")])
def test_a_wish_is_answered_by_the_next_checkpoint_with_what_was_learned(
    kind: type[ControlRequest], status: str
) -> None:
    run = working().given(wish(kind, 4)).when(Reach(1, 2, 20.0, "m", (ITEM,)))
    assert (run.last.status, run.last.control_sequence, run.last.items) == (status, 4, (ITEM,))


def test_a_pause_at_the_very_end_pauses_and_resuming_completes() -> None:
    run = working().given(wish(PauseRequested, 1)).when(Reach(1, 4, 100.0, "m", (ITEM,), ends=True))
    assert (run.last.status, run.last.progress) == ("paused", 0.0)
    run.given(wish(ResumeRequested, 2)).when(Obey()).when(Begin(2)).when(Reach(2, 4, 100.0, "m", ends=True))
    assert (run.last.status, run.last.progress, run.last.items_learned) == ("completed", 100.0, 1)


def test_a_control_request_for_an_unknown_training_is_answered_and_remembered() -> None:
    run = Run().given(wish(PauseRequested, 1)).when(Obey())
    assert (run.last.sequence, run.last.status, run.last.control_sequence) == (1, "paused", 1)
    run.given(request()).when(Start())
    assert (run.last.status, run.state.offered) == ("paused", False)


def test_an_unknown_training_that_was_cancelled_never_starts() -> None:
    run = Run().given(wish(CancelRequested, 1)).when(Obey()).given(request(), wish(ResumeRequested, 2)).when(Start())
    assert ([c.status for c in run.said], run.state.offered) == (["cancelled"], False)


def test_an_ended_training_answers_with_its_end() -> None:
    run = working().when(Reach(1, 4, 100.0, "m", ends=True)).given(wish(PauseRequested, 7)).when(Obey())
    assert (run.last.status, run.last.control_sequence, run.last.progress) == ("completed", 7, 100.0)
    said = len(run.said)
    assert len(run.when(Obey()).when(Begin(2)).when(Reach(2, 4, 100.0, "m")).said) == said


def test_what_an_ended_training_said_last_stays_its_last_word() -> None:
    run = working().when(Reach(1, 4, 100.0, "All 7 things learned.", ends=True)).given(wish(CancelRequested, 7))
    assert run.when(Obey()).last.message == "All 7 things learned."
    problem = Problem(code="login", detail="wrong password", hint="check it")
    failed = working().when(Fail(1, problem)).given(wish(CancelRequested, 7)).when(Obey()).last
    assert (failed.status, failed.message, failed.problem) == ("failed", "wrong password", problem)


def test_a_failure_names_the_problem_unless_the_training_was_cancelled() -> None:
    problem = Problem(code="login", detail="wrong password", hint="check it")
    assert working().when(Fail(1, problem)).last.problem == problem
    cancelled = working().given(wish(CancelRequested, 1)).when(Fail(1, problem)).last
    assert (cancelled.status, cancelled.problem) == ("cancelled", None)


def test_attempts_without_progress_end_in_failure_but_progress_starts_the_count_anew() -> None:
    run = Run().given(request()).when(Start())
    for epoch in range(ATTEMPTS - 1):
        run.when(Begin(epoch))
    run.when(Reach(9, 2, 20.0, "m", (ITEM,)))
    for epoch in range(ATTEMPTS):
        assert run.when(Begin(epoch)).last.status == "preparing"
    run.when(Begin(99))
    assert (run.last.status, run.last.problem and run.last.problem.code) == ("failed", "training_gave_up")


def test_a_checkpoint_that_is_known_already_changes_nothing() -> None:
    run = working().when(Reach(1, 2, 20.0, "m", (ITEM,)))
    assert all(evolve(run.state, event) == run.state for event in run.said)


@given(
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=6),
    steps=st.lists(st.sampled_from(["request", "claim", "checkpoint", "die"]), max_size=12),
    data=st.data(),
)
def test_whatever_the_order_repeats_and_delays_the_request_with_the_highest_sequence_decides(
    kinds: list[type[ControlRequest]], steps: list[str], data: st.DataObject
) -> None:
    wishes = [wish(kind, number) for number, kind in enumerate(kinds, start=1)]
    repeats = data.draw(st.lists(st.sampled_from(wishes), max_size=4))
    moves: list[Any] = data.draw(st.permutations([*wishes, *repeats, *steps, request()]))
    run, held = Run(), False
    for move in moves:
        if isinstance(move, ControlRequest):
            run.given(move)
            if not held and run.state.wish_sequence > run.state.answered:
                run.when(Obey())
        elif isinstance(move, TrainingRequested):
            run.given(move).when(Start())
        elif move == "claim" and run.state.offered and not held:
            held = run.when(Begin(run.state.epoch + 1)).state.status in WORKING
        elif move == "checkpoint" and held:
            held = run.when(Reach(run.state.epoch, 2, 20.0, "m", (ITEM,))).state.status in WORKING
        elif move == "die":
            held = False  # Somebody else begins later.
    if run.state.status in WORKING and run.state.requested and run.state.wish_sequence > run.state.answered:
        run.when(Begin(run.state.epoch + 1))
    newest = kinds[-1]
    assert run.state.answered == len(kinds)
    assert [c.sequence for c in run.said] == list(range(1, len(run.said) + 1))
    if any(c.status == "cancelled" for c in run.said):
        assert run.last.status == "cancelled" and not run.state.offered
    else:
        expected = {PauseRequested: {"paused"}, ResumeRequested: WORKING | {"pending"}}[newest]
        assert run.state.status in expected
    if newest is CancelRequested:
        assert run.state.status == "cancelled"
