"""A POST with an Idempotency-Key is carried out at most once, whatever happens around its commit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from libs.events.ids import new_id
from services.gateway.gateway import Gateway
from tests.gateway.conftest import API, Running, structure
from tests.gateway.test_bad_input import SOURCE, assert_problem

_WRITES: dict[str, dict[str, Any] | str | None] = {
    "datasources": SOURCE | {"name": "{new}"},
    "datasets": {"name": "{new}", "datasource_id": "{datasource}"},
    "datasets/{dataset}/terms": {"term": "late"},
    "datasets/{dataset}/terms/import": "term\nlate\n",
    "datasets/{dataset}/train": None,
    "datasets/{dataset}/training-data/import": "question,sql\nHow many?,SELECT count(*) FROM orders\n",
    "datasets/{dataset}/training/pause": None,
    "chat/": {"dataset_id": "{dataset}", "question": "How many?"},
    "chat/feedback": {"dataset_id": "{dataset}", "question": "How many?", "sql": "SELECT 1", "rating": 1},
}


async def _request(running: Running, path: str) -> dict[str, Any]:
    """The arguments of a POST with a new key, for a dataset of its own."""
    dataset_id = await running.dataset()
    dataset = (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()
    if path.endswith("pause"):
        await running.anna.post(f"{API}/datasets/{dataset_id}/train")
    body = _WRITES[path]
    url, headers = f"{API}/{path.format(dataset=dataset_id)}", {"Idempotency-Key": new_id()}
    if isinstance(body, str):
        await running.hear(structure(dataset["datasource_id"], "orders"))
        return {"url": url, "content": body, "headers": headers | {"Content-Type": "text/csv"}}
    if body is not None:
        ids = {"dataset": dataset_id, "datasource": dataset["datasource_id"], "new": new_id()}
        body = {name: value.format_map(ids) if isinstance(value, str) else value for name, value in body.items()}
    return {"url": url, "json": body, "headers": headers}


async def _written(running: Running) -> int:
    count: int = await running.gateway.pool.fetchval("SELECT count(*) FROM outbox")
    return count


def test_every_post_that_writes_is_tried_here(running: Running) -> None:
    paths = running.anna._transport.app.openapi()["paths"]  # type: ignore[attr-defined]
    posts = {
        path.removeprefix(f"{API}/").replace("{dataset_id}", "{dataset}") for path in paths if "post" in paths[path]
    }
    alike = {f"datasets/{{dataset}}/training/{wish}" for wish in ("resume", "cancel", "retry")}
    alike.add("chat/questions/{question_id}/replay")  # It asks as chat/ does.
    decided = {"chat/feedback/{feedback_id}/{decision}", "datasets/{dataset}/learning/{training_id}/{decision}"}
    alike |= decided  # Said again, a decision is under way and is not made anew: test_learning.py.
    nothing_written = {
        "auth/login",
        "auth/logout",
        "auth/logout-everywhere",
        "auth/password",
        "auth/users",
        "datasources/test",
        "datasources/{datasource_id}/test",
    }
    assert posts - alike - nothing_written == set(_WRITES)


@pytest.mark.parametrize("path", _WRITES)
async def test_what_fails_after_its_commit_is_answered_when_repeated_and_not_done_again(
    running: Running, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    request = await _request(running, path)
    with monkeypatch.context() as broken:
        for name in ("position_of", "wait_for"):
            broken.setattr(Gateway, name, _fails)
        assert_problem(await running.anna.post(**request), 500)
    written = await _written(running)
    first, second = [await running.anna.post(**request) for _ in range(2)]
    assert first.status_code in (200, 201, 202) and first.json() == second.json()
    assert first.headers.get("location") == second.headers.get("location")
    assert await _written(running) == written


async def test_what_is_committed_is_answered_although_the_first_request_never_comes_to_its_answer(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, committed = await _request(running, "datasets"), asyncio.Event()

    async def hangs(*_: object) -> str:
        committed.set()
        await asyncio.Event().wait()
        return ""

    with monkeypatch.context() as broken:
        broken.setattr(Gateway, "position_of", hangs)
        hanging = asyncio.create_task(running.anna.post(**request))
        await committed.wait()
    repeated = await running.anna.post(**request)
    assert repeated.status_code == 201
    await _grow_old(running)
    assert (await running.anna.post(**request)).json() == repeated.json()
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    assert (await running.anna.post(**request)).json() == repeated.json()
    assert (await running.anna.get(repeated.headers["location"])).json()["id"] == repeated.json()["id"]


async def test_a_request_that_still_runs_is_409_for_whoever_repeats_it(running: Running) -> None:
    request = await _request(running, "datasets")
    async with _locked(running, request["json"]["datasource_id"]):
        first = asyncio.create_task(running.anna.post(**request))
        await _waiting(running, 1)
        problem = assert_problem(await running.anna.post(**request), 409)
        assert problem["type"] == "urn:espalier:problem:still_running"
    assert (await first).status_code == 201


async def test_a_run_that_was_overtaken_writes_nothing(running: Running) -> None:
    request = await _request(running, "datasets")
    written = await _written(running)
    async with _locked(running, request["json"]["datasource_id"]):
        runs = [asyncio.create_task(running.anna.post(**request))]
        await _waiting(running, 1)
        await _grow_old(running)
        runs.append(asyncio.create_task(running.anna.post(**request)))
        await _waiting(running, 2)
    answers: list[httpx.Response] = await asyncio.gather(*runs)
    assert [answer.status_code for answer in answers] == [409, 201]
    assert await _written(running) == written + 1


async def _fails(*_: object) -> None:
    raise RuntimeError("after the commit")


async def _grow_old(running: Running) -> None:
    """Let every key seem to have been taken three minutes earlier."""
    await running.gateway.pool.execute("UPDATE idempotency_keys SET created_at = created_at - interval '3 minutes'")


@asynccontextmanager
async def _locked(running: Running, datasource_id: str) -> AsyncIterator[None]:
    """Hold a data source, so that datasets cannot be made of it."""
    async with running.gateway.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        await connection.execute("SELECT FROM datasources WHERE datasource_id = $1 FOR UPDATE", datasource_id)
        yield


async def _waiting(running: Running, number: int) -> None:
    """Wait until `number` statements on data sources wait for a lock."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
        "AND query LIKE '%FROM datasources%'"
    )
    async with asyncio.timeout(20):
        while await running.gateway.pool.fetchval(query) < number:
            await asyncio.sleep(0.01)
