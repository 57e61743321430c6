"""How long a checkpoint takes to a thousand clients that watch one training (Server-Sent Events)."""

import asyncio
import re
import time
from datetime import datetime
from urllib.parse import urlsplit

import httpx
import orjson

from deploy.demo.client import Client
from deploy.local.stack import LocalStack
from tests.bench.figures import spread

CLIENTS, CHECKPOINTS = 1_000, 40
_DATA = re.compile(rb"event: checkpoint\r\ndata: (.*?)\r\n\r\n")
_SETTLE_SECONDS = 3.0


class Watching(asyncio.Protocol):
    """A client that only notes what came when: what it costs to read that is not measured."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.came: list[tuple[float, bytes]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self.came.append((time.time(), data))

    def checkpoints(self, training_id: str) -> dict[int, float]:
        """Milliseconds that each checkpoint took, by its sequence; raises when one came twice or is missing."""
        body, ends = b"", []
        for at, data in self.came:
            body += data
            ends.append((len(body), at))
        took: dict[int, float] = {}
        for found in _DATA.finditer(_unchunked(body, ends)):
            state = orjson.loads(found[1])
            if state["training_id"] != training_id:
                continue
            at = next(at for end, at in ends if end >= found.end())
            assert state["sequence"] == len(took) + 1, "a client missed a checkpoint, or got it twice"
            took[state["sequence"]] = (at - datetime.fromisoformat(state["reached_at"]).timestamp()) * 1000
        return took


def _unchunked(body: bytes, ends: list[tuple[int, float]]) -> bytes:
    """`body` without the marks of chunked transfer, at unchanged offsets: each is blanked out before what follows."""
    assert ends
    headers = body.index(b"\r\n\r\n") + 4
    plain, at = [b" " * headers], headers
    while at < len(body):
        line = body.find(b"\r\n", at)
        if line < 0:
            break
        size = int(body[at:line], 16)
        plain.append(b"\n" * (line + 2 - at) + body[line + 2 : line + 2 + size] + b"\n\n")
        at = line + 2 + size + 2
    return b"".join(plain)


async def checkpoint_to_client(client: Client, stack: LocalStack, dataset_id: str) -> list[dict[str, object]]:
    """From the `reached_at` of a checkpoint to the first client, and to each, having it, on one machine's clock."""
    parts = urlsplit(stack.addresses["gateway_url"])
    request = await _request(stack, dataset_id)
    watching = []
    for _ in range(CLIENTS):
        _, made = await asyncio.get_running_loop().create_connection(
            lambda: Watching(request), parts.hostname, parts.port
        )
        watching.append(made)
    async with asyncio.timeout(60):
        while not all(each.came for each in watching):
            await asyncio.sleep(0.05)
    await asyncio.sleep(_SETTLE_SECONDS)
    started = await client.post(f"/datasets/{dataset_id}/train")
    seen = 0
    async for checkpoint in client.follow(dataset_id):
        seen += checkpoint["training_id"] == started["training_id"]
        if seen >= CHECKPOINTS:
            break
    await client.post(f"/datasets/{dataset_id}/training/cancel")
    await asyncio.sleep(_SETTLE_SECONDS)
    took = [each.checkpoints(started["training_id"]) for each in watching]
    for each in watching:
        each.transport.close()
    assert {len(each) for each in took} == {max(map(len, took))}, "not every client got every checkpoint"
    first = [min(each[sequence] for each in took) for sequence in took[0]]
    unit = f"ms, {CLIENTS} clients"
    return [
        spread("checkpoint_to_first_client", unit, first),
        spread("checkpoint_to_client", unit, [one for each in took for one in each.values()]),
    ]


async def _request(stack: LocalStack, dataset_id: str) -> bytes:
    async with httpx.AsyncClient(base_url=stack.addresses["gateway_url"]) as http:
        answer = await http.post("/api/v1/auth/login", data=stack.addresses["credentials"])
    lines = (
        f"GET /api/v1/datasets/{dataset_id}/training/stream HTTP/1.1", "Host: gateway",
        f"Authorization: Bearer {answer.json()['access_token']}", "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()
