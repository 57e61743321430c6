"""Starting trainings: one of a dataset at a time, in turns between people, and again after a failure."""

import asyncio
from collections import Counter

from libs.datasources.errors import LoginFailed
from libs.events.ids import new_id
from libs.language.catalogue import sentences
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem
from tests.gateway.test_live import reached


async def test_of_two_hundred_starts_at_once_exactly_one_is_accepted(running: Running) -> None:
    dataset_id = await running.dataset()
    answers = await asyncio.gather(*(running.anna.post(f"{API}/datasets/{dataset_id}/train") for _ in range(200)))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: 199}
    [accepted] = [answer.json()["training_id"] for answer in answers if answer.status_code == 202]
    refused = [answer.json()["detail"] for answer in answers if answer.status_code == 409]
    assert all(accepted in detail for detail in refused), "the others are told which one runs"
    assert (await running.anna.get(f"{API}/datasets/{dataset_id}/trainings")).json()["total"] == 1


async def test_a_start_that_is_repeated_with_its_key_is_the_same_training(running: Running) -> None:
    dataset_id, key = await running.dataset(), {"Idempotency-Key": new_id()}
    started = f"{API}/datasets/{dataset_id}/train"
    answers = [await running.anna.post(started, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202} and len({answer.text for answer in answers}) == 1


async def test_a_failed_training_is_retried_with_its_tables_and_no_other_is(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}"
    assert_problem(await running.anna.post(f"{path}/training/retry"), 400)
    started = (await running.anna.post(f"{path}/train", json={"table_names": ["orders"]})).json()["training_id"]
    assert_problem(await running.anna.post(f"{path}/training/retry"), 409)
    problem = LoginFailed().problem("zh")
    await running.hear(reached(started, dataset_id, 1, "failed", problem=problem, message=problem.detail))
    shown = (await running.anna.get(f"{path}/training/progress")).json()
    told = LoginFailed().problem("en")
    assert (shown["status"], shown["error_msg"]) == ("failed", sentences(told.detail, told.hint))
    assert shown["current_step"] == told.detail
    assert (await running.anna.get(f"{path}/trainings")).json()["items"][0]["problem"] == told.model_dump()
    assert_problem(await running.ben.post(f"{path}/training/retry"), 404)
    again = await running.anna.post(f"{path}/training/retry", headers={"Accept-Language": "zh"})
    assert (again.status_code, again.json()["message"]) == (202, "训练已开始")
    newest = (await running.anna.get(f"{path}/trainings")).json()["items"][0]
    assert (newest["training_id"], newest["source"]) == (again.json()["training_id"], "retry")
    names = await running.gateway.pool.fetchval(
        "SELECT table_names FROM trainings WHERE training_id = $1", newest["training_id"]
    )
    assert names == ["orders"]
    assert_problem(await running.anna.post(f"{path}/training/retry"), 409)


async def test_positions_in_the_queue_go_by_turns(running: Running) -> None:
    # All that other tests have left waiting is over.
    await running.gateway.pool.execute("TRUNCATE trainings")
    annas = [await running.dataset() for _ in range(3)]
    bens = await running.dataset(running.ben)

    async def position(dataset_id: str) -> int:
        client = running.ben if dataset_id == bens else running.anna
        shown = (await client.get(f"{API}/datasets/{dataset_id}/training/progress")).json()
        return int(shown["queue_position"])

    for dataset_id in annas:
        assert (await running.anna.post(f"{API}/datasets/{dataset_id}/train")).status_code == 202
    assert [await position(dataset_id) for dataset_id in annas] == [1, 2, 3]
    assert (await running.ben.post(f"{API}/datasets/{bens}/train")).status_code == 202
    assert [await position(dataset_id) for dataset_id in [*annas, bens]] == [1, 3, 4, 2]
