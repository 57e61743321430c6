"""Which training is told of: the one just asked for, in the order of asking, and by where it came from."""

from datetime import timedelta
from typing import Any

import orjson

from libs.events.catalog import LearnedItem, TrainingRequested
from libs.runtime.clock import now
from services.gateway.live.told import beginning, told_after
from tests.gateway.conftest import API, Running, structure
from tests.gateway.test_bad_input import assert_problem
from tests.gateway.test_live import reached


async def _train(running: Running, dataset_id: str, **more: Any) -> str:
    return str((await running.anna.post(f"{API}/datasets/{dataset_id}/train", **more)).json()["training_id"])


async def test_a_stream_does_not_begin_with_the_end_of_the_training_before(running: Running) -> None:
    dataset_id = await running.dataset()
    first = await _train(running, dataset_id)
    await running.hear(reached(first, dataset_id, 1), reached(first, dataset_id, 2, "completed"))
    second = await _train(running, dataset_id)
    pool = running.gateway.pool
    assert await told_after(pool, dataset_id, await beginning(pool, dataset_id, None)) == []
    await running.hear(reached(second, dataset_id, 1, "preparing"))
    told = await told_after(pool, dataset_id, await beginning(pool, dataset_id, None))
    assert [orjson.loads(each.data)["training_id"] for each in told] == [second]


async def test_trainings_are_listed_newest_first_with_those_of_feedback_and_imports_among_them(
    running: Running,
) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}"
    await running.hear(structure((await running.anna.get(path)).json()["datasource_id"], "orders"))
    trained = await _train(running, dataset_id)
    await running.hear(reached(trained, dataset_id, 1, "completed"))
    headers = {"Content-Type": "text/csv"}
    sent = await running.anna.post(
        f"{path}/training-data/import", content="question,sql\nHow many?,SELECT count(*) FROM orders\n", headers=headers
    )
    imported = sent.json()["training_id"]
    item = LearnedItem(item_id="x", kind="pair", text="x", question="x", sql="SELECT 1", origin="feedback")
    given: dict[str, Any] = {"dataset_id": dataset_id, "source": "feedback", "who": "anna", "items": (item,)}
    # The ids of what feedback asks for are not in the order of time.
    for training_id, later in ((f"z{dataset_id}", -3_600), (f"0{dataset_id}", 3_600)):
        at = now() + timedelta(seconds=later)
        await running.hear(TrainingRequested(training_id=training_id, requested_at=at, **given))
    listed = (await running.anna.get(f"{path}/trainings")).json()["items"]
    assert [(each["training_id"], each["source"]) for each in listed] == [
        (f"0{dataset_id}", "feedback"), (imported, "import"), (trained, "user"), (f"z{dataset_id}", "feedback"),
    ]  # fmt: skip
    acts = await running.gateway.pool.fetch(
        "SELECT subject_id, about FROM audit WHERE action = 'training.requested' AND dataset_id = $1", dataset_id
    )
    assert {row["subject_id"]: row["about"] for row in acts}.items() >= {imported: "import", trained: "user"}.items()


async def test_a_training_of_tables_that_do_not_exist_is_422_and_names_them(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}"
    await running.hear(structure((await running.anna.get(path)).json()["datasource_id"], "orders"))
    refused = await running.anna.post(f"{path}/train", json={"table_names": ["orders", "oders", "clients"]})
    problem = assert_problem(refused, 422)
    assert problem["type"].endswith(":unknown_tables") and "oders, clients" in problem["detail"]
    assert (await running.anna.get(f"{path}/trainings")).json()["total"] == 0
    assert await _train(running, dataset_id, json={"table_names": ["orders"]}) != "None"


async def test_nothing_is_retried_while_a_training_is_active(running: Running) -> None:
    dataset_id = await running.dataset()
    retry = f"{API}/datasets/{dataset_id}/training/retry"
    failed = await _train(running, dataset_id)
    await running.hear(reached(failed, dataset_id, 1, "failed"))
    retried = await running.anna.post(retry)
    assert retried.status_code == 202
    problem = assert_problem(await running.anna.post(retry), 409)
    assert problem["type"].endswith(":training_active") and retried.json()["training_id"] in problem["detail"]
