"""A database of a thousand tables: learned to the end, watched meanwhile, and learned again."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from deploy.demo.client import Client
from deploy.local.memory import megabytes
from deploy.local.postgres import create_database
from deploy.local.stack import LocalStack
from tests.bench.figures import Figure, spread, value
from tests.bench.trainings import checkpoint_of, dataset_on

TABLES, PAUSES = 1_000, 20

_COLUMNS = (
    "id bigint PRIMARY KEY, name varchar(40), status varchar(20), region varchar(20), parent_id bigint, "
    + ", ".join(f"amount_{number} numeric(12, 2)" for number in range(12))
    + ", "
    + ", ".join(f"count_{number} integer" for number in range(8))
    + ", created_at timestamptz, changed_at timestamptz, remark text, owner_code varchar(12), closed boolean"
)
_ROWS = """
INSERT INTO {table} (id, name, status, region, parent_id, amount_0, count_0, created_at, remark, owner_code)
SELECT n, 'thing ' || n, (array['open', 'paid', 'late'])[n % 3 + 1], 'region ' || n % 7, n, n, n, now(), md5(n::text),
    'o' || n % 5 FROM generate_series(1, 60) AS n
"""


async def large_database(client: Client, stack: LocalStack, users_url: str) -> list[Figure]:
    """Learn it, pausing now and then; learn it again unchanged; learn it again with one table changed."""
    url = await create_database(users_url, "large")
    connection = await asyncpg.connect(url)
    for number in range(TABLES):
        await connection.execute(f"CREATE TABLE thing_{number} ({_COLUMNS})")
        await connection.execute(_ROWS.format(table=f"thing_{number}"))
    dataset_id = await dataset_on(client, url)
    async with _watched(client, stack, dataset_id) as watched:
        first = await _learn(client, dataset_id, pauses=PAUSES)
    again = await _learn(client, dataset_id)
    await connection.execute("ALTER TABLE thing_7 ADD COLUMN colour varchar(20)")
    changed = await _learn(client, dataset_id)
    await connection.close()
    unit = f"s, {TABLES} tables"
    return [
        value("large_learned", unit, first.seconds),
        value("large_items_learned", "items", first.items),
        value("large_trainer_memory_peak", "MB", max(watched.megabytes)),
        spread("large_pause", "ms", first.pauses),
        spread("large_progress_read", "ms", watched.progress),
        spread("large_logs_read", "ms", watched.logs),
        value("unchanged_learned_again", unit, again.seconds),
        value("unchanged_items_learned", "items", again.items),
        value("unchanged_share_of_first", "ratio", again.seconds / first.seconds),
        value("one_table_changed_learned_again", unit, changed.seconds),
        value("one_table_changed_items_learned", "items", changed.items),
    ]


@dataclass
class Learned:
    """A training that was completed; without the time that pauses took, with beginning anew after each."""

    seconds: float
    items: int
    pauses: list[float]


async def _learn(client: Client, dataset_id: str, pauses: int = 0) -> Learned:
    began, rested, took = time.perf_counter(), 0.0, []
    training_id = (await client.post(f"/datasets/{dataset_id}/train"))["training_id"]
    for number in range(pauses):
        await _reached(client, dataset_id, 100 * (number + 1) / (pauses + 1))
        resting = asyncio.create_task(checkpoint_of(client, dataset_id, training_id, "paused"))
        await asyncio.sleep(0.02)
        asked = time.perf_counter()
        await client.post(f"/datasets/{dataset_id}/training/pause")
        await resting
        took.append((time.perf_counter() - asked) * 1000)
        await client.post(f"/datasets/{dataset_id}/training/resume")
        await checkpoint_of(client, dataset_id, training_id, "training")
        rested += time.perf_counter() - asked
    last = await checkpoint_of(client, dataset_id, training_id, "completed")
    return Learned(time.perf_counter() - began - rested, last["items_learned"], took)


async def _reached(client: Client, dataset_id: str, percent: float) -> None:
    async for checkpoint in client.follow(dataset_id, seconds=600):
        if checkpoint["status"] == "training" and checkpoint["progress"] >= percent:
            return


@dataclass
class Watched:
    """What was seen while a training ran: the trainer's memory, and how long the gateway took to answer."""

    megabytes: list[float] = field(default_factory=list)
    progress: list[float] = field(default_factory=list)
    logs: list[float] = field(default_factory=list)


@asynccontextmanager
async def _watched(client: Client, stack: LocalStack, dataset_id: str) -> AsyncIterator[Watched]:
    watched, trainer = Watched(), stack.process("trainer").pid

    async def watch() -> None:
        while True:
            watched.megabytes.append(megabytes({trainer}))
            for path, times in (("progress", watched.progress), ("logs", watched.logs)):
                asked = time.perf_counter()
                await client.get(f"/datasets/{dataset_id}/training/{path}")
                times.append((time.perf_counter() - asked) * 1000)
            await asyncio.sleep(0.25)

    watching = asyncio.create_task(watch())
    try:
        yield watched
    finally:
        watching.cancel()
