"""Server-Sent Events and WebSockets over real sockets: the same events, the same ids, and every end with its reason."""

import asyncio
import contextlib
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from deploy.local.infrastructure import Infrastructure
from services.gateway.api.v1 import live
from services.gateway.live import feed, watcher
from tests.gateway.conftest import API, Running
from tests.gateway.test_feed import EVERYTHING, Training, training_of
from tests.gateway.test_live import reached, token_of


def signed_in(client: httpx.AsyncClient) -> dict[str, str]:
    return {"Authorization": client.headers["authorization"], "Accept-Language": "en"}


def socket_of(address: str, dataset_id: str, last_event_id: str = EVERYTHING, **more: Any) -> connect:
    url = f"ws://{address}{API}/datasets/{dataset_id}/training/ws?last_event_id={last_event_id}"
    return connect(url, **more)


async def received(connection: ClientConnection, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        return [orjson.loads(await connection.recv()) for _ in range(count)]


async def ended(connection: ClientConnection) -> tuple[int, str]:
    """The code and reason of the end."""
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await connection.recv()
    return connection.close_code or 0, connection.close_reason or ""


_ROUTE = f"GET {API}/datasets/{{dataset_id}}/training/stream"


async def streamed(address: str, dataset_id: str, headers: dict[str, str], count: int) -> list[ServerSentEvent]:
    """The first `count` events of a stream, or all if it ends before."""
    url = f"http://{address}{API}/datasets/{dataset_id}/training/stream"
    events: list[ServerSentEvent] = []
    async with (
        asyncio.timeout(20),
        httpx.AsyncClient(headers=headers) as client,
        aconnect_sse(client, "GET", url) as source,
    ):
        async for event in source.aiter_sse():
            events.append(event)
            if len(events) >= count:
                break
    return events


async def test_a_socket_and_a_stream_tell_the_same_with_the_same_ids(running: Running, address: str) -> None:
    training = await training_of(running)
    await training.advance(2)
    headers = signed_in(running.anna)
    told = await streamed(address, training.dataset_id, headers | {"Last-Event-ID": EVERYTHING}, 6)
    running.declared.check_events(_ROUTE, told)
    async with socket_of(address, training.dataset_id, additional_headers=headers) as connection:
        messages = await received(connection, 6)
        assert [(m["event"], m["id"], m["data"]) for m in messages] == [(e.event, e.id, e.json()) for e in told]
    async with socket_of(address, training.dataset_id, messages[3]["id"], additional_headers=headers) as connection:
        assert (await received(connection, 2)) == messages[4:]
        await training.advance(1)
        assert {m["event"] for m in await received(connection, 3)} == {"checkpoint", "log"}


async def test_a_browser_signs_in_with_its_first_message(running: Running, address: str) -> None:
    training = await training_of(running)
    await training.advance(1)
    async with socket_of(address, training.dataset_id) as connection:
        await connection.send(orjson.dumps({"token": token_of(running.anna)}).decode())
        assert (await received(connection, 1))[0]["data"]["sequence"] == 1


@pytest.mark.parametrize(
    "message", ["no json", "[]", "{}", '{"token": 7}', '{"token": "guessed"}', '{"token": "a\\u0000"}', b"\xff", None]
)
async def test_a_socket_without_a_valid_token_is_closed_with_4401(
    running: Running, address: str, monkeypatch: pytest.MonkeyPatch, message: str | bytes | None
) -> None:
    monkeypatch.setattr(live, "_TOKEN_SECONDS", 0.2 if message is None else 10)
    async with socket_of(address, await running.dataset()) as connection:
        if message is not None:
            await connection.send(message)
        assert await ended(connection) == (4401, "not_signed_in")
    headers = {"Authorization": "Bearer guessed"}
    async with socket_of(address, await running.dataset(), additional_headers=headers) as connection:
        assert await ended(connection) == (4401, "not_signed_in")


async def test_a_token_in_the_address_is_not_looked_at(running: Running, address: str) -> None:
    path = f"{EVERYTHING}&token={token_of(running.anna)}"
    async with socket_of(address, await running.dataset(), path) as connection:
        await connection.send("{}")
        assert await ended(connection) == (4401, "not_signed_in")


async def test_a_socket_for_the_dataset_of_another_owner_or_of_nobody_is_closed_with_4404(
    running: Running, address: str
) -> None:
    foreign = await running.dataset(running.ben)
    for dataset_id in (foreign, "no-id", "%00"):
        async with socket_of(address, dataset_id, additional_headers=signed_in(running.anna)) as connection:
            assert await ended(connection) == (4404, "not_found")
    assert foreign not in running.gateway.feeds._feeds


async def test_in_silence_a_socket_and_a_stream_hear_a_heartbeat(
    running: Running, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert live.HEARTBEAT_SECONDS == 15
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    dataset_id, headers = await running.dataset(), signed_in(running.anna)
    async with socket_of(address, dataset_id, additional_headers=headers) as connection:
        assert [message["event"] for message in await received(connection, 2)] == ["heartbeat", "heartbeat"]
    url = f"http://{address}{API}/datasets/{dataset_id}/training/stream"
    async with httpx.AsyncClient(headers=headers) as client, client.stream("GET", url) as answer:
        async with asyncio.timeout(10):
            assert (await anext(answer.aiter_lines())).startswith(": ping")


async def test_a_socket_hears_a_heartbeat_while_the_database_hangs(
    running: Running, address: str, monkeypatch: pytest.MonkeyPatch, infrastructure: Infrastructure
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    training, headers = await training_of(running), signed_in(running.anna)
    await training.advance(1)
    database = await running.gateway.pool.fetchval("SELECT current_database()")
    other = await asyncpg.connect(infrastructure.postgres_url, database=database)
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE read.checkpoints IN ACCESS EXCLUSIVE MODE")
            connection = await socket_of(address, training.dataset_id, additional_headers=headers)
            assert [message["event"] for message in await received(connection, 3)] == ["heartbeat"] * 3
        async with asyncio.timeout(10):
            while orjson.loads(await connection.recv())["event"] != "checkpoint":
                pass
        await connection.close()
    finally:
        await other.close()


async def _both_listen(running: Running, dataset_id: str) -> None:
    """Wait until a socket and a stream are watching."""
    async with asyncio.timeout(10):
        while [each.listening for each in _watchers(running, dataset_id)] != [True, True]:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("happens", "code", "reason", "message"),
    [
        ("signs out", 4401, "signed_out", "令牌已失效，请重新登录。"),
        ("is closed", 4401, "signed_out", "令牌已失效，请重新登录。"),
        ("deletes the dataset", 4404, "deleted", "数据集已被删除，推送结束。"),
    ],
)
async def test_what_ends_a_socket_and_a_stream_is_their_last_event(
    running: Running, address: str, monkeypatch: pytest.MonkeyPatch, happens: str, code: int, reason: str, message: str
) -> None:
    monkeypatch.setattr(feed, "CHECK_SECONDS", 0.1)
    account = await running.gateway.accounts.create(f"who {happens}", "long enough", "member")
    assert account
    token = await running.gateway.accounts.login(account.username, "long enough")
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "zh"}
    async with httpx.AsyncClient(headers=headers, base_url=f"http://{address}") as client:
        training = Training(running, await running.dataset(client))
        stream = asyncio.create_task(streamed(address, training.dataset_id, headers, 4))
        async with socket_of(address, training.dataset_id, additional_headers=headers) as connection:
            await _both_listen(running, training.dataset_id)
            await training.advance(1)
            assert len(await received(connection, 3)) == 3
            if happens == "signs out":
                await client.post(f"{API}/auth/logout")
            elif happens == "is closed":
                await running.admin.patch(f"{API}/auth/users/{account.account_id}", json={"active": False})
            else:
                await client.delete(f"{API}/datasets/{training.dataset_id}")
            [last] = await received(connection, 1)
            assert (last["event"], last["data"]) == ("dropped", {"reason": reason, "message": message})
            assert await ended(connection) == (code, reason)
    dropped = (await stream)[-1]
    assert (dropped.event, dropped.json()) == ("dropped", {"reason": reason, "message": message})


async def test_a_slow_client_is_told_so_and_comes_back_to_what_it_missed(
    running: Running, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = await training_of(running)
    headers = signed_in(running.anna)
    stream = asyncio.create_task(streamed(address, training.dataset_id, headers, 1_000))
    async with socket_of(address, training.dataset_id, additional_headers=headers) as connection:
        await _both_listen(running, training.dataset_id)
        await training.advance(1)
        await received(connection, 3)
        monkeypatch.setattr(watcher, "MOST_WAITING", 3)
        await training.advance_unheard(5)
        [last] = await received(connection, 1)
        assert (last["event"], last["data"]["reason"]) == ("dropped", "too_slow")
        assert await ended(connection) == (4408, "too_slow")
    told = await stream
    running.declared.check_events(_ROUTE, told)
    *seen, dropped = told
    assert (dropped.event, dropped.json()["reason"]) == ("dropped", "too_slow")
    assert dropped.id == seen[-1].id  # A browser comes back with the id it had last.
    back = await streamed(address, training.dataset_id, headers | {"Last-Event-ID": dropped.id}, 5)
    assert [event.json()["sequence"] for event in back] == [2, 3, 4, 5, 6]


async def test_a_client_that_takes_nothing_at_all_is_given_up(
    running: Running, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_SEND_SECONDS", 0.5)
    training = await training_of(running)
    state = reached("t", training.dataset_id, 1, message="x" * 20_000).model_dump(mode="json")
    statement = "INSERT INTO checkpoints SELECT 't', n, $1, n, 'training', $2 FROM generate_series(1, 1000) AS n"
    await running.gateway.pool.execute(statement, training.dataset_id, state)
    headers = signed_in(running.anna) | {"Last-Event-ID": EVERYTHING}
    url = f"http://{address}{API}/datasets/{training.dataset_id}/training/stream"
    async with httpx.AsyncClient(headers=headers, timeout=60) as client, client.stream("GET", url):
        await _come_and_gone(running, training.dataset_id)
    async with socket_of(address, training.dataset_id, additional_headers=headers, compression=None, close_timeout=0):
        await _come_and_gone(running, training.dataset_id)


async def _come_and_gone(running: Running, dataset_id: str) -> None:
    async with asyncio.timeout(20):
        while not _watchers(running, dataset_id):
            await asyncio.sleep(0.01)
        while _watchers(running, dataset_id):
            await asyncio.sleep(0.01)


def _watchers(running: Running, dataset_id: str) -> list[watcher.Watcher]:
    found = running.gateway.feeds._feeds.get(dataset_id)
    return list(found.watchers) if found else []


async def test_nobody_is_watched_any_more_when_the_last_client_has_left(running: Running, address: str) -> None:
    dataset_id, headers = await running.dataset(), signed_in(running.anna)
    async with socket_of(address, dataset_id, additional_headers=headers):
        url = f"http://{address}{API}/datasets/{dataset_id}/training/stream"
        async with httpx.AsyncClient(headers=headers) as client, client.stream("GET", url):
            async with asyncio.timeout(10):
                while len(_watchers(running, dataset_id)) != 2:
                    await asyncio.sleep(0.01)
    async with asyncio.timeout(10):
        while dataset_id in running.gateway.feeds._feeds:
            await asyncio.sleep(0.01)


async def test_a_gateway_that_stops_tells_its_clients_to_come_back(running: Running, address: str) -> None:
    dataset_id, headers = await running.dataset(), signed_in(running.anna)
    async with socket_of(address, dataset_id, additional_headers=headers) as connection:
        async with asyncio.timeout(10):
            while not any(each.listening for each in _watchers(running, dataset_id)):
                await asyncio.sleep(0.01)
        await running.gateway.feeds.close()
        assert await ended(connection) == (1013, "interrupted")
