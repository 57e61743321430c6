"""A worker: woken at once, begun again after a failure or a takeover, and never at work that may be another's."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from libs.leases.claim import Lease, claim, finish, release
from libs.leases.worker import ATTEMPTS, Held, pause
from tests.leases.support import claim_job, finish_job, offer_jobs, working


async def test_a_worker_is_woken_at_once_and_a_failing_work_is_tried_again(
    pool: "asyncpg.Pool[Any]", postgres_url: str
) -> None:
    attempts: list[int] = []
    done = asyncio.Event()

    async def run(lease: Lease, _held: Held) -> None:
        attempts.append(lease.epoch)
        if len(attempts) == 1:
            raise ValueError("the first try fails")
        await finish_job(pool, lease)
        done.set()

    async with working(pool, postgres_url, run, concurrency=2, poll=0.2):
        await offer_jobs(pool, "s")
        async with asyncio.timeout(10):
            await done.wait()
    assert attempts == sorted(set(attempts)) and len(attempts) == 2


@pytest.mark.parametrize(
    ("failures", "left", "seconds"),
    [(1, None, 0.5), (3, None, 2), (20, None, 30), (6, 29, 14.5), (3, 29, 2), (6, 0.8, 0.5), (6, 0.2, 0.2), (1, -3, 0)],
)
def test_the_pause_before_another_try_grows_and_ends_before_the_work_is_of_no_use(
    failures: int, left: float | None, seconds: float
) -> None:
    assert pause(failures, left) == seconds


async def test_work_that_is_of_use_for_a_while_only_is_tried_again_in_that_while(
    pool: "asyncpg.Pool[Any]", postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.leases.worker._FIRST_DELAY", 20.0)
    done = asyncio.Event()

    async def run(lease: Lease, held: Held) -> None:
        held.ends = time.monotonic()
        if lease.epoch == 1:
            raise ValueError("the first try fails")
        await finish_job(pool, lease)
        done.set()

    async with working(pool, postgres_url, run):
        await offer_jobs(pool, "s")
        async with asyncio.timeout(10):
            await done.wait()


async def test_a_stopping_worker_gives_its_lease_back_at_once(pool: "asyncpg.Pool[Any]", postgres_url: str) -> None:
    begun = asyncio.Event()

    async def run(_lease: Lease, _held: Held) -> None:
        begun.set()
        await asyncio.Event().wait()

    await offer_jobs(pool, "s")
    async with working(pool, postgres_url, run), asyncio.timeout(10):
        await begun.wait()
    assert len(await claim_job(pool, "next")) == 1


async def test_a_worker_that_is_stopped_while_it_gives_a_lease_back_gives_it_back(
    pool: "asyncpg.Pool[Any]", postgres_url: str
) -> None:
    failed = asyncio.Event()
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    async def run(_lease: Lease, _held: Held) -> None:
        await failed.wait()
        raise ValueError("the try fails")

    async with working(pool, postgres_url, run) as worker, asyncio.timeout(10):
        await offer_jobs(pool, "s")
        while await pool.fetchval("SELECT count(*) FROM work WHERE state = 'held'") == 0:
            await asyncio.sleep(0.01)
        async with pool.acquire() as other, other.transaction():
            await other.execute("SELECT FROM work FOR UPDATE")
            failed.set()
            while await pool.fetchval(blocked) == 0:
                await asyncio.sleep(0.01)
            worker.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([worker])
    assert await pool.fetchval("SELECT state FROM work") == "ready"


async def test_a_worker_whose_lease_was_taken_over_stops(pool: "asyncpg.Pool[Any]", postgres_url: str) -> None:
    stopped = asyncio.Event()
    begun = asyncio.Event()

    async def run(_lease: Lease, held: Held) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            assert held.lost.is_set()
            stopped.set()

    await offer_jobs(pool, "s")
    async with working(pool, postgres_url, run, heartbeat=0.05), asyncio.timeout(10):
        await begun.wait()
        await pool.execute("UPDATE work SET epoch = epoch + 1, holder = 'thief'")
        await stopped.wait()


async def test_work_that_takes_longer_than_its_lease_keeps_it(pool: "asyncpg.Pool[Any]", postgres_url: str) -> None:
    renewals: asyncio.Queue[Lease] = asyncio.Queue()

    async def run(lease: Lease, held: Held) -> None:
        for _ in range(3):
            while held.lease.trusted_until <= lease.trusted_until:
                await asyncio.sleep(0.01)
            renewals.put_nowait(lease := held.lease)
        await asyncio.Event().wait()

    await offer_jobs(pool, "s")
    async with working(pool, postgres_url, run, heartbeat=0.05), asyncio.timeout(10):
        assert {(await renewals.get()).epoch for _ in range(3)} == {1}


@asynccontextmanager
async def _silent(pool: "asyncpg.Pool[Any]") -> AsyncIterator[None]:
    """Let renewals wait, as for a database that vanished."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        await connection.execute("SELECT FROM work FOR UPDATE")
        yield


@asynccontextmanager
async def _refusing(pool: "asyncpg.Pool[Any]") -> AsyncIterator[None]:
    """Let renewals fail, as those on a database that is being restarted."""
    await pool.execute("ALTER TABLE work RENAME expires_at TO gone")
    yield
    await pool.execute("ALTER TABLE work RENAME gone TO expires_at")


@pytest.mark.parametrize("database", [_silent, _refusing])
async def test_work_whose_lease_cannot_be_renewed_is_stopped_before_another_may_have_it(
    pool: "asyncpg.Pool[Any]", postgres_url: str, monkeypatch: pytest.MonkeyPatch, database: Callable[[Any], Any]
) -> None:
    monkeypatch.setattr("libs.leases.claim._MARGIN", 59.5)
    begun = asyncio.Event()
    stopped = asyncio.Event()

    async def run(_lease: Lease, held: Held) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            assert held.lost.is_set()
            stopped.set()

    await offer_jobs(pool, "s")
    async with working(pool, postgres_url, run, ttl=60, heartbeat=0.05, poll=60), asyncio.timeout(10):
        await begun.wait()
        async with database(pool):
            await stopped.wait()
        assert await claim_job(pool, "other") == []


async def _swallows_a_cancellation(begun: asyncio.Event) -> None:
    begun.set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.Event().wait()


@pytest.mark.parametrize("why", ["the end", "a takeover"])
async def test_work_in_which_a_library_swallowed_the_cancellation_ends_all_the_same(
    pool: "asyncpg.Pool[Any]", postgres_url: str, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    monkeypatch.setattr("libs.leases.worker._ASK_AGAIN_SECONDS", 0.01)
    begun = asyncio.Event()
    ended = asyncio.Event()

    async def run(_lease: Lease, _held: Held) -> None:
        try:
            await _swallows_a_cancellation(begun)
        finally:
            ended.set()

    await offer_jobs(pool, "s")
    async with working(pool, postgres_url, run, heartbeat=0.05) as worker, asyncio.timeout(10):
        await begun.wait()
        if why == "the end":
            worker.cancel()
        else:
            await pool.execute("UPDATE work SET epoch = epoch + 1, holder = 'thief'")
        await ended.wait()


async def test_a_process_that_comes_back_under_its_name_takes_its_work_up_at_once(
    pool: "asyncpg.Pool[Any]", postgres_url: str
) -> None:
    taken: asyncio.Queue[Lease] = asyncio.Queue()

    async def run(lease: Lease, _held: Held) -> None:
        taken.put_nowait(lease)
        await asyncio.Event().wait()

    await offer_jobs(pool, "mine", "foreign")
    async with pool.acquire() as connection:
        for holder in ("trainer-1/7-dead", "trainer-12/8-alive"):
            [before] = await claim(connection, "job", holder, 60, 1)
    async with working(pool, postgres_url, run, concurrency=2, instance="trainer-1"), asyncio.timeout(10):
        lease = await taken.get()
        assert (lease.epoch, before.epoch) == (2, 1)
        assert taken.empty()
    states = {row["holder"]: row["epoch"] for row in await pool.fetch("SELECT holder, epoch FROM work")}
    assert states["trainer-12/8-alive"] == 1


async def test_work_that_is_begun_again_and_again_and_never_finished_is_given_up(
    pool: "asyncpg.Pool[Any]", postgres_url: str
) -> None:
    begun: list[int] = []
    given_up: asyncio.Queue[Lease] = asyncio.Queue()

    async def run(lease: Lease, _held: Held) -> None:
        begun.append(lease.epoch)
        async with pool.acquire() as connection, connection.transaction():
            await release(connection, lease)  # As if its process had died, but at once.

    async def give_up(lease: Lease, _held: Held) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await finish(connection, lease)
        given_up.put_nowait(lease)

    await offer_jobs(pool, "s")
    async with working(pool, postgres_url, run, give_up=give_up), asyncio.timeout(30):
        lease = await given_up.get()
    assert (begun, lease.epoch) == (list(range(1, ATTEMPTS + 1)), ATTEMPTS + 1)
