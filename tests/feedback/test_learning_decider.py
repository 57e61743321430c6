"""What was learned is held, accepted, dropped and taken back by one pure function, in whatever order it is told."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.datasources.equality import same_rows
from libs.events.catalog import Checked, FeedbackReviewed, Mark
from services.feedback.learning.decider import (
    Decide,
    Measure,
    Reconsider,
    State,
    decide,
    evolve,
    gains,
    harmful,
    losses,
)

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_ACCEPTED = State(0, "accepted", "t0")


def _checked(before: Mark, after: Mark) -> Checked:
    return Checked(item_id="i", question="?", sql="SELECT 1", before=before, after=after)


@pytest.mark.parametrize(
    ("changes", "worse"),
    [
        ([("right", "wrong")], True),
        ([("none", "wrong")], True),
        ([("right", "none")], True),
        ([("wrong", "none")], False),
        ([("right", "wrong"), ("wrong", "right")], False),
        ([("right", "none"), ("none", "right")], False),
        ([("right", "unknown"), ("unknown", "wrong")], False),
        ([], False),
    ],
)
def test_a_change_is_harmful_when_it_loses_more_than_it_gains_and_asking_back_beats_a_wrong_answer(
    changes: Any, worse: bool
) -> None:
    results = [_checked(*change) for change in changes]
    assert harmful(results) is worse
    assert set(gains(results)).isdisjoint(losses(results))


@pytest.mark.parametrize("ordered", [False, True])
def test_results_are_the_same_with_columns_in_any_order_and_rows_in_any_order_unless_they_are_ordered(
    ordered: bool,
) -> None:
    rows = [("a", 1), ("b", 2.0), ("b", 2)]
    assert same_rows(rows, [(1.0, "a"), (2, "b"), (2, "b")], ordered=ordered)
    assert same_rows(rows, list(reversed(rows)), ordered=ordered) is not ordered
    assert not same_rows(rows, [("a", 1), ("a", 1), ("b", 2)], ordered=ordered)
    assert not same_rows(rows, [("a", 1), ("b", 2)], ordered=ordered)
    assert not same_rows([(None,)], [(0,)], ordered=ordered) and not same_rows([("1",)], [(1,)], ordered=ordered)


@dataclass
class _World:
    """Whether the pair is known, by what was decided so far."""

    state: State
    known: bool
    held_by_measuring: int = 0
    reconsidered: int = 0


_COMMANDS = st.one_of(
    st.just(Reconsider()),
    st.builds(Measure, st.sampled_from(["t0", "t1", "t2", "other"]), st.booleans()),
    st.builds(
        Decide,
        st.integers(1, 5),
        st.sampled_from(["accept", "drop", "revert"]),
        st.sampled_from(["passed", "wrong", "unknown"]),
    ),
)


@given(st.lists(_COMMANDS, max_size=12))
def test_in_every_order_what_is_accepted_is_known_and_nothing_is_learned_or_taken_back_twice(commands: Any) -> None:
    world, trainings = _World(_ACCEPTED, known=True), 0
    for command in commands:
        outcome = decide(world.state, command)
        if outcome is None:
            continue
        assert not (outcome.learn and outcome.take_back)
        assert not (outcome.learn and world.known) and not (outcome.take_back and not world.known)
        if isinstance(command, Measure):
            assert (command.training_id, world.state.decided) == (world.state.training_id, 0), "a person decided"
            world.held_by_measuring += 1
        if isinstance(command, Reconsider):
            assert (world.state.verdict, world.state.decided, outcome.learn) == ("held", 0, True), "a person decided"
            world.reconsidered += 1
        trainings += outcome.learn
        world.known = (world.known or outcome.learn) and not outcome.take_back
        training_id = f"t{trainings}" if outcome.learn else world.state.training_id
        said = FeedbackReviewed(
            feedback_id="f", dataset_id="d", sequence=1, version=world.state.version + 1, verdict=outcome.verdict,
            training_id=training_id, decided=outcome.decided, reviewed_at=_AT,
        )  # fmt: skip
        world.state = evolve(world.state, said)
        assert evolve(world.state, said) == world.state, "told twice it changes nothing"
        assert world.known == (world.state.verdict == "accepted")
        if isinstance(command, Decide):
            assert world.state.decided == command.sequence and decide(world.state, command) is None
    assert world.held_by_measuring <= 1 + world.reconsidered


def test_nothing_is_decided_about_what_is_not_known_yet() -> None:
    assert decide(State(), Measure("t0", harmful=True)) is None
    assert decide(State(), Decide(1, "accept")) is None
