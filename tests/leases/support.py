"""Offering, claiming and ending pieces of work of the kind `job`, each in a transaction of its own; and a worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from libs.leases.claim import Lease, claim, fence, finish, offer, release
from libs.leases.worker import Run, Worker
from libs.postgres.listen import Listener


async def claim_job(pool: "asyncpg.Pool[Any]", holder: str, ttl: float = 10.0, limit: int = 1) -> list[Lease]:
    async with pool.acquire() as connection:
        return await claim(connection, "job", holder, ttl, limit)


async def offer_jobs(pool: "asyncpg.Pool[Any]", *subjects: str, **options: Any) -> None:
    async with pool.acquire() as connection:
        for subject in subjects:
            await offer(connection, "job", subject, **options)


async def fence_job(pool: "asyncpg.Pool[Any]", lease: Lease) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await fence(connection, lease)


async def finish_job(pool: "asyncpg.Pool[Any]", lease: Lease) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await finish(connection, lease)


async def release_job(pool: "asyncpg.Pool[Any]", lease: Lease) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await release(connection, lease)


@asynccontextmanager
async def working(
    pool: "asyncpg.Pool[Any]", postgres_url: str, run: Run, *, concurrency: int = 1, ttl: float = 30.0, **options: Any
) -> "AsyncIterator[asyncio.Task[None]]":
    """Let a worker do jobs with `run` until the block ends."""
    listener = Listener(postgres_url)
    worker = Worker(pool, listener, "job", run, concurrency=concurrency, ttl=ttl, **options)
    task = asyncio.create_task(worker.run_forever())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await listener.close()
