"""A database that cannot be used gets a clear problem over HTTP, with its reason and a hint; nothing is half-done."""

from urllib.parse import urlsplit

import httpx
import pytest

from tests.system.conftest import CANARY, Running


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"host": "no.such.host.invalid"}, "host_not_found"),
        ({"port": 1}, "refused"),
        ({"password": "wrong"}, "login"),
        ({"database": "nothing_here"}, "database_missing"),
    ],
)
async def test_a_database_that_cannot_be_used_is_a_clear_problem(
    running: Running, change: dict[str, object], reason: str
) -> None:
    parts = urlsplit(running.database_url)
    good = {"kind": "postgresql", "host": parts.hostname, "port": parts.port, "database": parts.path[1:],
            "username": "shop_reader", "password": CANARY}  # fmt: skip
    async with _signed_in(running) as client:
        before = (await client.get("/datasources")).json()["total"]
        assert (await client.post("/datasources/test", json=good)).json()["ok"] is True
        answer = await client.post("/datasources/test", json=good | change, headers={"Accept-Language": "zh"})
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (422, "urn:espalier:problem:datasource"), answer.text
        assert problem["reason"] == reason and problem["detail"] and problem["hint"]
        assert any("\u4e00" <= character <= "\u9fff" for character in problem["detail"])
        assert int(problem["trace_id"], 16)
        assert (await client.get("/datasources")).json()["total"] == before


async def test_a_training_is_followed_live_over_http(running: Running) -> None:
    dataset_id = await running.dataset("followed")
    async with _signed_in(running) as client:
        await client.post(f"/datasets/{dataset_id}/train", json={"table_names": ["customers"]})
        kinds, last = set(), ""
        async with client.stream("GET", f"/datasets/{dataset_id}/training/stream") as events:
            assert events.headers["content-type"].startswith("text/event-stream")
            async for line in events.aiter_lines():
                if line.startswith("event: "):
                    kinds.add(line.removeprefix("event: "))
                if '"status":"completed"' in line.replace(" ", ""):
                    last = line
                if last and kinds == {"checkpoint", "log"}:
                    break
        assert '"progress":100' in last.replace(" ", "")


def _signed_in(running: Running) -> httpx.AsyncClient:
    stack = running.stack.addresses
    form = {"username": stack["credentials"]["username"], "password": stack["credentials"]["password"]}
    base = f"{stack['gateway_url']}/api/v1"
    token = httpx.post(f"{base}/auth/login", data=form).json()["access_token"]
    return httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60)
