"""Pressing pause, resume or cancel twice does no harm, and what is refused says what can be done instead."""

from libs.events.catalog import CheckpointReached, TrainingStatus
from libs.runtime.clock import now
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem

_CONTROLS = "SELECT count(*) FROM controls WHERE training_id = $1"


async def test_a_wish_that_is_under_way_is_answered_without_being_sent_again(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}/training"
    training_id = (await running.anna.post(f"{API}/datasets/{dataset_id}/train")).json()["training_id"]

    def reached(sequence: int, status: TrainingStatus, control: int = 0) -> CheckpointReached:
        return CheckpointReached(
            training_id=training_id, dataset_id=dataset_id, sequence=sequence, status=status, control_sequence=control,
            reached_at=now(),
        )  # fmt: skip

    async def press(wish: str, said: str) -> None:
        answer = await running.anna.post(f"{path}/{wish}", headers={"Accept-Language": "zh"})
        assert answer.status_code == 202 and said in answer.json()["message"], answer.text

    await running.hear(reached(1, "training"))
    for said in ("训练暂停请求已发送", "正在暂停"):
        await press("pause", said)
    await running.hear(reached(2, "paused", 1))
    for said in ("训练恢复请求已发送", "正在恢复"):
        await press("resume", said)
    await running.hear(reached(3, "training", 2))
    for said in ("训练取消请求已发送", "正在取消"):
        await press("cancel", said)
    assert await running.gateway.pool.fetchval(_CONTROLS, training_id) == 3


async def test_every_refused_wish_says_what_can_be_done_instead(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}/training"

    async def refused(wish: str) -> str:
        problem = assert_problem(await running.anna.post(f"{path}/{wish}"), 400)
        assert problem["type"] == "urn:espalier:problem:not_training"
        return str(problem["detail"])

    assert "POST train" in await refused("pause")
    training_id = (await running.anna.post(f"{API}/datasets/{dataset_id}/train")).json()["training_id"]
    steps: list[tuple[TrainingStatus, str, str]] = [
        ("training", "resume", "training/pause"),
        ("paused", "pause", "training/resume"),
        ("failed", "cancel", "training/retry"),
    ]
    for number, (status, wish, instead) in enumerate(steps, start=1):
        if status == "paused":
            await running.anna.post(f"{path}/pause")
        at = {"training_id": training_id, "dataset_id": dataset_id, "reached_at": now()}
        await running.hear(CheckpointReached.model_validate(at | {"sequence": number, "status": status}))
        assert instead in await refused(wish)
