"""Figures of the whole stack, measured through the public HTTP API as a user meets them."""

import asyncio
import random
import signal
import tempfile
import time
from pathlib import Path

import asyncpg

from deploy.demo.client import Client
from deploy.local.postgres import create_database, users_server
from deploy.local.stack import LocalStack
from tests.bench.answers import answers
from tests.bench.figures import Figure, spread, value
from tests.bench.large import large_database
from tests.bench.trainings import checkpoint_of, dataset_on
from tests.bench.watching import checkpoint_to_client

_WIDE_TABLES, _PAUSES, _KILLS, _TRAININGS = 300, 50, 4, 30


async def whole_stack() -> list[Figure]:
    """Start the stack once and take all figures from it."""
    with tempfile.TemporaryDirectory() as folder:
        async with LocalStack(home=Path(folder)) as stack, users_server(Path(folder) / "users") as users_url:
            figures: list[Figure] = [value("stack_start", "s", stack.started_in_seconds)]
            client = Client(stack.addresses["gateway_url"])
            try:
                credentials = stack.addresses["credentials"]
                await client.sign_in(credentials["username"], credentials["password"])
                figures += await _control(client, stack, users_url)
                figures += await answers(client, users_url)
                figures += await large_database(client, stack, users_url)
            finally:
                await client.close()
            figures.append(value("stack_memory", "MB", stack.memory_megabytes()))
        return figures


async def _control(client: Client, stack: LocalStack, users_url: str) -> list[Figure]:
    url = await create_database(users_url, "wide")
    connection = await asyncpg.connect(url)
    for number in range(_WIDE_TABLES):
        columns = ", ".join(f"measure_{number}_{column} numeric" for column in range(8))
        await connection.execute(f"CREATE TABLE things_{number} (id bigint PRIMARY KEY, name text, {columns})")
    await connection.close()
    dataset_id = await dataset_on(client, url)
    first = []
    for _ in range(_TRAININGS):
        asked = time.perf_counter()
        started = await client.post(f"/datasets/{dataset_id}/train")
        await checkpoint_of(client, dataset_id, started["training_id"])
        first.append((time.perf_counter() - asked) * 1000)
        await client.post(f"/datasets/{dataset_id}/training/cancel")
        await checkpoint_of(client, dataset_id, started["training_id"], "cancelled")
    started = await client.post(f"/datasets/{dataset_id}/train")
    pauses = []
    for _ in range(_PAUSES):
        await checkpoint_of(client, dataset_id, started["training_id"], "training")
        await asyncio.sleep(random.uniform(0.02, 0.2))
        resting = asyncio.create_task(checkpoint_of(client, dataset_id, started["training_id"], "paused"))
        await asyncio.sleep(0.02)
        asked = time.perf_counter()
        await client.post(f"/datasets/{dataset_id}/training/pause")
        await resting
        pauses.append((time.perf_counter() - asked) * 1000)
        await client.post(f"/datasets/{dataset_id}/training/resume")
    killed = [await _taken_over(client, stack, dataset_id) for _ in range(_KILLS)]
    await client.post(f"/datasets/{dataset_id}/training/cancel")
    await checkpoint_of(client, dataset_id, started["training_id"], "cancelled")
    return [
        spread("request_to_first_checkpoint", "ms", first),
        spread("pause", "ms", pauses),
        spread("killed_to_first_checkpoint", "ms", killed),
        *await checkpoint_to_client(client, stack, dataset_id),
    ]


async def _taken_over(client: Client, stack: LocalStack, dataset_id: str) -> float:
    """Milliseconds from SIGKILL of the trainer to the first checkpoint of the next epoch."""
    epoch = None
    async for checkpoint in client.follow(dataset_id):
        if epoch is None and checkpoint["status"] == "training" and checkpoint["items_learned"]:
            epoch, began = checkpoint["epoch"], time.perf_counter()
            stack.kill("trainer", signal.SIGKILL)
        elif epoch is not None and checkpoint["epoch"] > epoch:
            return (time.perf_counter() - began) * 1000
    raise RuntimeError("the stream ended before the training went on")
