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
    ("status", "last_wish", "wish", "allowed"),
    [
        ("pending", None, "pause", True),
        ("training", None, "pause", True),
        ("paused", "pause", "pause", False),
        ("paused", "resume", "pause", True),
        ("training", None, "resume", False),
        ("training", "pause", "resume", True),
        ("paused", "pause", "resume", True),
        ("paused", "resume", "resume", False),
        ("paused", "pause", "cancel", True),
        ("training", None, "cancel", True),
        ("completed", None, "cancel", False),
        ("failed", "pause", "resume", False),
        ("cancelled", "cancel", "pause", False),
    ],
)
def test_a_wish_is_allowed_only_where_it_fits(status: str, last_wish: Wish | None, wish: Wish, allowed: bool) -> None:
    decided = decide_control(Training("t", status, last_wish, 4), wish)
    assert decided == (Allowed(5) if allowed else Refused(status))


@pytest.mark.parametrize("wish", ["pause", "resume", "cancel"])
def test_nothing_can_be_asked_of_a_dataset_without_a_training(wish: Wish) -> None:
    assert decide_control(None, wish) == Refused("pending")


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
