"""Leases: each piece of work is one process's at a time, and what an earlier holder writes is refused."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from libs.leases.claim import Lease, LeaseLost, claim, fence, finish, offer, release, renew, withdraw
from libs.leases.worker import ATTEMPTS, Held, Worker
from libs.postgres.listen import Listener
from libs.postgres.pool import open_pool
from libs.postgres.schema import Schemas, migrate

_LEASES = Path(__file__).parents[2] / "libs" / "leases"
SCHEMAS = Schemas(core=(_LEASES / "core.sql", _LEASES / "core-turns.sql"), read=())


@pytest_asyncio.fixture(loop_scope="session")
async def pool(postgres_url: str) -> "AsyncIterator[asyncpg.Pool[Any]]":
    opened = await open_pool(postgres_url, name="leases", size=12)
    await migrate(opened, SCHEMAS)
    yield opened
    await opened.close()


async def _claim(pool: "asyncpg.Pool[Any]", holder: str, ttl: float = 10.0, limit: int = 1) -> list[Lease]:
    async with pool.acquire() as connection:
        return await claim(connection, "job", holder, ttl, limit)


async def _offer(pool: "asyncpg.Pool[Any]", *subjects: str, **options: Any) -> None:
    async with pool.acquire() as connection:
        for subject in subjects:
            await offer(connection, "job", subject, **options)


async def _fenced(pool: "asyncpg.Pool[Any]", lease: Lease) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await fence(connection, lease)


async def test_of_many_claimers_each_work_goes_to_one(pool: "asyncpg.Pool[Any]") -> None:
    await _offer(pool, *(f"s{number}" for number in range(60)))
    claimed = await asyncio.gather(*(_claim(pool, f"h{number}", limit=9) for number in range(10)))
    subjects = Counter(lease.subject for leases in claimed for lease in leases)
    assert set(subjects.values()) == {1} and len(subjects) + len(await _claim(pool, "rest", limit=60)) == 60


async def test_whoever_offers_much_waits_for_those_who_offer_little(pool: "asyncpg.Pool[Any]") -> None:
    await _offer(pool, *(f"anna{number}" for number in range(6)), turn_key="anna")
    await _offer(pool, "ben0", "ben1", turn_key="ben")
    await _offer(pool, "claire0", turn_key="claire")

    async def turn(limit: int) -> list[Lease]:
        async with pool.acquire() as connection:
            return await claim(connection, "job", "h", 10.0, limit, in_turns=True)

    first = await turn(2)
    assert [lease.subject for lease in first] == ["anna0", "ben0"]
    order = []
    while first:
        async with pool.acquire() as connection, connection.transaction():
            await finish(connection, first.pop(0))
        taken = await turn(1)
        order += [lease.subject for lease in taken]
        first += taken
    assert order == ["claire0", "anna1", "ben1", "anna2", "anna3", "anna4", "anna5"]


async def test_in_turns_of_a_group_only_one_is_held_and_others_are_not_held_up(pool: "asyncpg.Pool[Any]") -> None:
    await _offer(pool, "a0", "a1", group_key="g", turn_key="anna")
    await _offer(pool, "b0", group_key="h", turn_key="ben")
    claims = []
    for number in range(4):
        async with pool.acquire() as connection:
            claims += await claim(connection, "job", f"h{number}", 10.0, 3, in_turns=True)
    assert sorted(lease.subject for lease in claims) == ["a0", "b0"]


async def test_of_a_group_only_one_is_held(pool: "asyncpg.Pool[Any]") -> None:
    await _offer(pool, "a", "b", group_key="g")
    claimed = await asyncio.gather(*(_claim(pool, f"h{number}", limit=2) for number in range(6)))
    leases = [lease for found in claimed for lease in found]
    assert len(leases) == 1
    async with pool.acquire() as connection, connection.transaction():
        await finish(connection, leases[0])
    assert len(await _claim(pool, "next", limit=2)) == 1


async def test_a_lease_that_ran_out_is_taken_over_with_a_higher_epoch_and_the_old_holder_is_refused(
    pool: "asyncpg.Pool[Any]",
) -> None:
    await _offer(pool, "s", group_key="g")
    (old,) = await _claim(pool, "old", ttl=0.05)
    await _fenced(pool, old)
    await asyncio.sleep(0.08)
    await _fenced(pool, old)  # Nobody took it: it is still the old holder's.
    (new,) = await _claim(pool, "new")
    assert new.epoch > old.epoch
    for refused in (_fenced(pool, old), _finished(pool, old), _released(pool, old)):
        with pytest.raises(LeaseLost):
            await refused
    async with pool.acquire() as connection:
        assert await renew(connection, old, 10) is None
        assert await renew(connection, new, 10) is not None
    await _fenced(pool, new)


async def _finished(pool: "asyncpg.Pool[Any]", lease: Lease) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await finish(connection, lease)


async def _released(pool: "asyncpg.Pool[Any]", lease: Lease) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await release(connection, lease)


async def test_epochs_go_on_when_finished_work_is_offered_again(pool: "asyncpg.Pool[Any]") -> None:
    await _offer(pool, "s")
    (first,) = await _claim(pool, "h")
    await _finished(pool, first)
    assert await _claim(pool, "h") == []
    await _offer(pool, "s")
    (second,) = await _claim(pool, "h")
    assert second.epoch > first.epoch


async def test_what_is_offered_while_it_is_held_is_done_once_more(pool: "asyncpg.Pool[Any]") -> None:
    await _offer(pool, "s")
    (lease,) = await _claim(pool, "h")
    await _offer(pool, "s")
    assert await _claim(pool, "other") == []
    await _finished(pool, lease)
    assert len(await _claim(pool, "other")) == 1


async def test_only_work_that_nobody_holds_can_be_withdrawn(pool: "asyncpg.Pool[Any]") -> None:
    await _offer(pool, "s")
    async with pool.acquire() as connection:
        (lease,) = await claim(connection, "job", "h", 10, 1)
        assert await withdraw(connection, "job", "s") is False
        await release(connection, lease)
        assert await withdraw(connection, "job", "s") is True
    assert await _claim(pool, "h") == []


async def test_a_worker_is_woken_at_once_and_a_failing_work_is_tried_again(
    pool: "asyncpg.Pool[Any]", postgres_url: str
) -> None:
    listener = Listener(postgres_url)
    attempts: list[int] = []
    done = asyncio.Event()

    async def run(lease: Lease, _held: Held) -> None:
        attempts.append(lease.epoch)
        if len(attempts) == 1:
            raise ValueError("the first try fails")
        await _finished(pool, lease)
        done.set()

    working = asyncio.create_task(Worker(pool, listener, "job", run, concurrency=2, poll=0.2).run_forever())
    try:
        await _offer(pool, "s")
        async with asyncio.timeout(10):
            await done.wait()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await listener.close()
    assert attempts == sorted(set(attempts)) and len(attempts) == 2


async def test_a_stopping_worker_gives_its_lease_back_at_once(pool: "asyncpg.Pool[Any]", postgres_url: str) -> None:
    listener = Listener(postgres_url)
    begun = asyncio.Event()

    async def run(_lease: Lease, _held: Held) -> None:
        begun.set()
        await asyncio.Event().wait()

    await _offer(pool, "s")
    working = asyncio.create_task(Worker(pool, listener, "job", run, concurrency=1, ttl=60).run_forever())
    async with asyncio.timeout(10):
        await begun.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await listener.close()
    assert len(await _claim(pool, "next")) == 1


async def test_a_worker_whose_lease_was_taken_over_stops(pool: "asyncpg.Pool[Any]", postgres_url: str) -> None:
    listener = Listener(postgres_url)
    stopped = asyncio.Event()
    begun = asyncio.Event()

    async def run(_lease: Lease, held: Held) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            assert held.lost.is_set()
            stopped.set()

    await _offer(pool, "s")
    worker = Worker(pool, listener, "job", run, concurrency=1, ttl=30, heartbeat=0.05)
    working = asyncio.create_task(worker.run_forever())
    async with asyncio.timeout(10):
        await begun.wait()
        await pool.execute("UPDATE work SET epoch = epoch + 1, holder = 'thief'")
        await stopped.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await listener.close()


async def test_a_process_that_comes_back_under_its_name_takes_its_work_up_at_once(
    pool: "asyncpg.Pool[Any]", postgres_url: str
) -> None:
    listener = Listener(postgres_url)
    taken: asyncio.Queue[Lease] = asyncio.Queue()

    async def run(lease: Lease, _held: Held) -> None:
        taken.put_nowait(lease)
        await asyncio.Event().wait()

    for subject in ("mine", "foreign"):
        await _offer(pool, subject)
    async with pool.acquire() as connection:
        for holder in ("trainer-1/7-dead", "trainer-12/8-alive"):
            [before] = await claim(connection, "job", holder, 60, 1)
    worker = Worker(pool, listener, "job", run, concurrency=2, ttl=60, instance="trainer-1")
    working = asyncio.create_task(worker.run_forever())
    async with asyncio.timeout(10):
        lease = await taken.get()
    assert (lease.epoch, before.epoch) == (2, 1)
    assert taken.empty()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await listener.close()
    states = {row["holder"]: row["epoch"] for row in await pool.fetch("SELECT holder, epoch FROM work")}
    assert states["trainer-12/8-alive"] == 1


async def test_work_that_is_begun_again_and_again_and_never_finished_is_given_up(
    pool: "asyncpg.Pool[Any]", postgres_url: str
) -> None:
    listener = Listener(postgres_url)
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

    await _offer(pool, "s")
    worker = Worker(pool, listener, "job", run, concurrency=1, ttl=30, give_up=give_up)
    working = asyncio.create_task(worker.run_forever())
    async with asyncio.timeout(30):
        lease = await given_up.get()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await listener.close()
    assert (begun, lease.epoch) == (list(range(1, ATTEMPTS + 1)), ATTEMPTS + 1)
