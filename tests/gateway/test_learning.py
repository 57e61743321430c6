"""The curve of learning, and what a person decides about what was learned or held."""

from typing import Any

import pytest

from libs.events.catalog import (
    Checked,
    CheckpointReached,
    FeedbackReviewed,
    LearnedItem,
    LearningMeasured,
    Problem,
    TrainingRequested,
)
from libs.events.ids import new_id
from libs.language.catalogue import text
from libs.runtime.clock import now
from tests.gateway.conftest import API, Running

_LOST = Checked(item_id="i", question="How many?", sql="SELECT 1", before="right", after="wrong", sql_after="SELECT 2")
_KEPT = Checked(item_id="j", question="Which?", sql="SELECT 3", before="right", after="right")


async def _given(running: Running, verdict: Any, training_id: str | None = None) -> tuple[str, str]:
    dataset_id = await running.dataset()
    said = {"dataset_id": dataset_id, "question": "Count?", "sql": "SELECT 2", "rating": 1, "comment": "fine"}
    feedback_id = (await running.anna.post(f"{API}/chat/feedback", json=said)).json()["feedback_id"]
    await _reviewed(running, feedback_id, dataset_id, 0, verdict, training_id)
    return feedback_id, dataset_id


async def _reviewed(
    running: Running,
    feedback_id: str,
    dataset_id: str,
    version: int,
    verdict: Any,
    training_id: str | None,
    **more: Any,
) -> None:
    review = FeedbackReviewed(
        feedback_id=feedback_id, dataset_id=dataset_id, sequence=1, version=version, verdict=verdict,
        training_id=training_id, reviewed_at=now(), **more,
    )  # fmt: skip
    await running.hear(review)


async def _learned(running: Running, feedback_id: str, dataset_id: str, training_id: str) -> None:
    item = LearnedItem(
        item_id="x", kind="pair", text="Count?", question="Count?", sql="SELECT 2", origin="feedback",
        feedback_id=feedback_id,
    )  # fmt: skip
    learned = CheckpointReached(
        training_id=training_id, dataset_id=dataset_id, sequence=1, status="completed", source="feedback",
        items=(item,), reached_at=now(),
    )  # fmt: skip
    await running.hear(learned)


async def _status(running: Running, feedback_id: str) -> str:
    return str((await running.anna.get(f"{API}/chat/feedback/{feedback_id}")).json()["status"])


async def test_a_held_correction_shows_its_evidence_on_the_curve_and_can_be_accepted_once(running: Running) -> None:
    training_id = new_id()
    feedback_id, dataset_id = await _given(running, "accepted", training_id)
    await _learned(running, feedback_id, dataset_id, training_id)
    measured = LearningMeasured(
        training_id=training_id, dataset_id=dataset_id, feedback_id=feedback_id, source="feedback", verdict="held",
        results=(_LOST, _KEPT), right=2, told=3, measured_at=now(),
    )  # fmt: skip
    path = f"{API}/chat/feedback/{feedback_id}"
    learned = (await running.anna.get(path)).json()
    assert (learned["status"], learned["measuring"], learned["change"]) == ("learned", True, None)
    await running.hear(measured)
    assert not (await running.anna.get(path)).json()["measuring"]
    reason = Problem(code="made_worse", detail="worse", hint=text("feedback.held.hint", "zh"))
    await _reviewed(running, feedback_id, dataset_id, 1, "held", training_id, reasons=(reason,))
    await _reviewed(running, feedback_id, dataset_id, 0, "accepted", training_id)

    shown = (await running.anna.get(f"{API}/chat/feedback/{feedback_id}")).json()
    assert (shown["status"], shown["reasons"][0]["code"]) == ("held", "made_worse")
    assert shown["reasons"][0]["hint"] == text("feedback.held.hint", "en"), "in the language of who reads it"
    assert (shown["change"]["before"], shown["change"]["after"]) == (1.0, 0.5)
    assert [one["question"] for one in shown["change"]["lost"]] == ["How many?"] and shown["change"]["gained"] == []
    curve = (await running.anna.get(f"{API}/datasets/{dataset_id}/learning")).json()
    [point] = curve["items"]
    assert "without its own pair" in curve["explanation"] and "measured so far: 3, right: 2" in curve["explanation"]
    assert (curve["score"], curve["right"], curve["measured"], curve["verified"]) == (0.6667, 2, 3, 1)
    assert (point["feedback_id"], point["question"], point["verdict"]) == (feedback_id, "Count?", "held")
    assert point["change"] == shown["change"] and point["score"] == 0.6667

    for expected in (202, 202):  # The second wish is under way already.
        answer = await running.anna.post(f"{API}/chat/feedback/{feedback_id}/accept")
        assert answer.status_code == expected
    assert (await running.anna.post(f"{API}/chat/feedback/{feedback_id}/drop")).status_code == 409
    assert await running.gateway.pool.fetchval("SELECT count(*) FROM decisions WHERE subject_id = $1", feedback_id) == 1
    again = new_id()
    await _reviewed(running, feedback_id, dataset_id, 2, "accepted", again, decided=1)
    assert await _status(running, feedback_id) == "accepted"
    await _learned(running, feedback_id, dataset_id, again)
    assert await _status(running, feedback_id) == "learned"
    await running.hear(measured.model_copy(update={"training_id": again, "verdict": "kept", "measured_at": now()}))
    assert await _curve(running, dataset_id) == ["kept", "accepted"]
    await _reviewed(running, feedback_id, dataset_id, 3, "reverted", again, decided=2)
    assert await _curve(running, dataset_id) == ["reverted", "reverted"]

    assert (await running.anna.delete(f"{API}/datasets/{dataset_id}/training")).status_code == 200
    curve = (await running.anna.get(f"{API}/datasets/{dataset_id}/learning")).json()
    assert (curve["score"], curve["measured"], curve["verified"], len(curve["items"])) == (None, 0, 0, 2)


async def _curve(running: Running, dataset_id: str) -> list[str]:
    points = (await running.anna.get(f"{API}/datasets/{dataset_id}/learning")).json()["items"]
    return [point["verdict"] for point in points]


async def test_what_was_held_and_came_back_by_itself_is_held_no_longer(running: Running) -> None:
    training_id, again = new_id(), new_id()
    feedback_id, dataset_id = await _given(running, "accepted", training_id)
    measured = LearningMeasured(
        training_id=training_id, dataset_id=dataset_id, feedback_id=feedback_id, source="feedback", verdict="held",
        results=(_LOST,), measured_at=now(),
    )  # fmt: skip
    await running.hear(measured)
    assert await _curve(running, dataset_id) == ["held"], "whichever of review and measure is heard first"
    await _reviewed(running, feedback_id, dataset_id, 1, "held", training_id)
    assert await _curve(running, dataset_id) == ["held"]
    await _reviewed(running, feedback_id, dataset_id, 2, "accepted", again)
    assert await _curve(running, dataset_id) == ["accepted"]
    await running.hear(measured.model_copy(update={"training_id": again, "verdict": "kept", "measured_at": now()}))
    assert await _curve(running, dataset_id) == ["kept", "accepted"]


@pytest.mark.parametrize(
    ("verdict", "fits"),
    [("rejected", ""), ("held", "accept drop"), ("dropped", ""), ("reverted", ""), ("accepted", "revert")],
)
async def test_only_decisions_that_fit_are_taken_and_only_from_whom_it_belongs_to(
    running: Running, verdict: str, fits: str
) -> None:
    for decision in ("accept", "drop", "revert"):
        training_id = new_id()
        feedback_id, dataset_id = await _given(running, verdict, training_id)
        await _learned(running, feedback_id, dataset_id, training_id)
        place = f"{API}/chat/feedback/{feedback_id}/{decision}"
        assert (await running.ben.post(place)).status_code == 404
        assert (await running.anna.post(place)).status_code == (202 if decision in fits.split() else 409)


async def test_a_training_that_did_harm_can_be_accepted_or_dropped(running: Running) -> None:
    dataset_id, training_id = await running.dataset(), new_id()
    asked = TrainingRequested(training_id=training_id, dataset_id=dataset_id, requested_at=now())
    place = f"{API}/datasets/{dataset_id}/learning/{training_id}"
    assert (await running.anna.post(f"{place}/drop")).status_code == 404
    measured = LearningMeasured(
        training_id=training_id, dataset_id=dataset_id, source="user", verdict="held", results=(_LOST,),
        measured_at=now(),
    )  # fmt: skip
    await running.hear(asked, measured)
    assert await _history(running, dataset_id) == ["held"]
    assert (await running.ben.post(f"{place}/drop")).status_code == 404
    assert (await running.anna.post(f"{place}/revert")).status_code == 422
    assert (await running.anna.post(f"{place}/drop")).status_code == 202
    await running.hear(measured.model_copy(update={"version": 1, "verdict": "dropped", "decided": 1}))
    assert await _history(running, dataset_id) == await _curve(running, dataset_id) == ["dropped"]
    refused = await running.anna.post(f"{place}/accept", headers={"Accept-Language": "zh"})
    assert refused.status_code == 409 and "已放弃" in refused.json()["detail"]


async def _history(running: Running, dataset_id: str) -> list[str]:
    trainings = (await running.anna.get(f"{API}/datasets/{dataset_id}/trainings")).json()["items"]
    return [training["verdict"] for training in trainings]


async def test_a_learned_pair_shows_the_verdict_behind_it(running: Running) -> None:
    training_id = new_id()
    feedback_id, dataset_id = await _given(running, "accepted", training_id)
    await _learned(running, feedback_id, dataset_id, training_id)
    [pair] = (await running.anna.get(f"{API}/datasets/{dataset_id}/training-data?type=qa")).json()["items"]
    said = pair["feedback"]
    assert (said["feedback_id"], said["rating"], said["comment"]) == (feedback_id, 1, "fine")
    assert said["who"] and said["given_at"]
