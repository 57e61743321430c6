"""What may be asked of a training in which state."""

import pytest

from services.gateway.trainings.decider import (
    Allowed,
    Refused,
    Training,
    Wish,
    decide_control,
    decide_retry,
    decide_start,
)


@pytest.mark.parametrize(
    ("status", "last_wish", "wish", "expected"),
    [
        ("pending", None, "pause", "allowed"),
        ("training", None, "pause", "allowed"),
        ("training", "resume", "pause", "allowed"),
        ("training", "pause", "pause", "under way"),
        ("paused", "pause", "pause", "paused"),
        ("paused", "resume", "pause", "allowed"),
        ("training", None, "resume", "running"),
        ("training", "resume", "resume", "running"),
        ("training", "pause", "resume", "allowed"),
        ("paused", "pause", "resume", "allowed"),
        ("paused", "resume", "resume", "under way"),
        ("pending", "resume", "resume", "under way"),
        ("paused", "pause", "cancel", "allowed"),
        ("training", None, "cancel", "allowed"),
        ("training", "cancel", "cancel", "under way"),
        ("paused", "cancel", "resume", "cancelling"),
        ("training", "cancel", "pause", "cancelling"),
        ("completed", None, "cancel", "over"),
        ("failed", "pause", "resume", "failed"),
        ("cancelled", "cancel", "pause", "over"),
    ],
)
def test_a_wish_is_allowed_only_where_it_fits(status: str, last_wish: Wish | None, wish: Wish, expected: str) -> None:
    decided = decide_control(Training("t", status, last_wish, 4), wish)
    said = decided.why if isinstance(decided, Refused) else "allowed" if decided == Allowed(5) else "under way"
    assert said == expected


@pytest.mark.parametrize("wish", ["pause", "resume", "cancel"])
def test_nothing_can_be_asked_of_a_dataset_without_a_training(wish: Wish) -> None:
    assert decide_control(None, wish) == Refused("pending", "none")


@pytest.mark.parametrize("status", ["pending", "preparing", "training", "paused"])
def test_a_training_that_has_not_ended_stands_in_the_way_of_another(status: str) -> None:
    assert decide_start(Training("t", status)) == "t"


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_an_ended_training_does_not(status: str) -> None:
    assert decide_start(Training("t", status)) is None
    assert decide_start(None) is None


@pytest.mark.parametrize("status", ["pending", "training", "paused", "completed", "cancelled", "held"])
def test_only_a_failed_training_is_retried(status: str) -> None:
    assert decide_retry(Training("t", "failed")) == "t"
    assert decide_retry(Training("t", status)) == Refused(status)
    assert decide_retry(None) == Refused("pending")
