"""Leases: each piece of work is one process's at a time, and what an earlier holder writes is refused."""

import asyncio
import time
from collections import Counter
from typing import Any

import asyncpg
import pytest

from libs.leases.claim import Lease, LeaseLost, claim, finish, release, renew, withdraw
from tests.leases.support import claim_job, fence_job, finish_job, offer_jobs, release_job

_WAITING = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
)


async def test_of_many_claimers_each_work_goes_to_one(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, *(f"s{number}" for number in range(60)))
    claimed = await asyncio.gather(*(claim_job(pool, f"h{number}", limit=9) for number in range(10)))
    subjects = Counter(lease.subject for leases in claimed for lease in leases)
    assert set(subjects.values()) == {1} and len(subjects) + len(await claim_job(pool, "rest", limit=60)) == 60


async def test_whoever_offers_much_waits_for_those_who_offer_little(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, *(f"anna{number}" for number in range(6)), turn_key="anna")
    await offer_jobs(pool, "ben0", "ben1", turn_key="ben")
    await offer_jobs(pool, "claire0", turn_key="claire")

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
    await offer_jobs(pool, "a0", "a1", group_key="g", turn_key="anna")
    await offer_jobs(pool, "b0", group_key="h", turn_key="ben")
    claims = []
    for number in range(4):
        async with pool.acquire() as connection:
            claims += await claim(connection, "job", f"h{number}", 10.0, 3, in_turns=True)
    assert sorted(lease.subject for lease in claims) == ["a0", "b0"]


async def test_of_a_group_only_one_is_held(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, "a", "b", group_key="g")
    claimed = await asyncio.gather(*(claim_job(pool, f"h{number}", limit=2) for number in range(6)))
    leases = [lease for found in claimed for lease in found]
    assert len(leases) == 1
    async with pool.acquire() as connection, connection.transaction():
        await finish(connection, leases[0])
    assert len(await claim_job(pool, "next", limit=2)) == 1


async def test_a_lease_that_ran_out_is_taken_over_with_a_higher_epoch_and_the_old_holder_is_refused(
    pool: "asyncpg.Pool[Any]",
) -> None:
    await offer_jobs(pool, "s", group_key="g")
    (old,) = await claim_job(pool, "old", ttl=0.05)
    await fence_job(pool, old)
    await asyncio.sleep(0.08)
    await fence_job(pool, old)  # Nobody took it: it is still the old holder's.
    (new,) = await claim_job(pool, "new")
    assert new.epoch > old.epoch
    for refused in (fence_job(pool, old), finish_job(pool, old), release_job(pool, old)):
        with pytest.raises(LeaseLost):
            await refused
    async with pool.acquire() as connection:
        assert await renew(connection, old, 10) is None
        assert await renew(connection, new, 10) is not None
    await fence_job(pool, new)


async def test_epochs_go_on_when_finished_work_is_offered_again(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, "s")
    (first,) = await claim_job(pool, "h")
    await finish_job(pool, first)
    assert await claim_job(pool, "h") == []
    await offer_jobs(pool, "s")
    (second,) = await claim_job(pool, "h")
    assert second.epoch > first.epoch


async def test_what_is_offered_while_it_is_held_is_done_once_more(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, "s")
    (lease,) = await claim_job(pool, "h")
    await offer_jobs(pool, "s")
    assert await claim_job(pool, "other") == []
    await finish_job(pool, lease)
    assert len(await claim_job(pool, "other")) == 1


async def test_only_work_that_nobody_holds_can_be_withdrawn(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, "s")
    async with pool.acquire() as connection:
        (lease,) = await claim(connection, "job", "h", 10, 1)
        assert await withdraw(connection, "job", "s") is False
        await release(connection, lease)
        assert await withdraw(connection, "job", "s") is True
    assert await claim_job(pool, "h") == []


async def test_work_that_is_to_be_done_later_is_claimed_then_or_when_it_is_offered_for_now(
    pool: "asyncpg.Pool[Any]",
) -> None:
    await offer_jobs(pool, "s", delay=600)
    assert await claim_job(pool, "h") == []
    await offer_jobs(pool, "s")
    (lease,) = await claim_job(pool, "h")
    async with pool.acquire() as connection, connection.transaction():
        await release(connection, lease, 600)
    assert await claim_job(pool, "h") == []


async def test_of_a_group_whose_holder_let_its_lease_run_out_another_may_be_held(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, "a", group_key="g")
    (old,) = await claim_job(pool, "old", ttl=0)
    await offer_jobs(pool, "b", group_key="g", priority=1)
    (new,) = await claim_job(pool, "new", limit=2)
    assert new.subject == "b"
    with pytest.raises(LeaseLost):
        await fence_job(pool, old)
    await finish_job(pool, new)
    assert [lease.subject for lease in await claim_job(pool, "next")] == ["a"]


async def test_whoever_comes_second_to_a_group_gets_nothing_of_it(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, "a", "b", group_key="g")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        (first,) = await claim(connection, "job", "first", 10, 1)
        second = asyncio.create_task(claim_job(pool, "second"))
        async with asyncio.timeout(10):
            while not await pool.fetchval(_WAITING):
                await asyncio.sleep(0.01)
    assert (first.subject, await second) == ("a", [])


async def test_an_offer_that_a_dead_holder_missed_is_not_done_twice_by_the_next(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, "s")
    await claim_job(pool, "dead", ttl=0)
    await offer_jobs(pool, "s")
    (lease,) = await claim_job(pool, "next")
    await finish_job(pool, lease)
    assert await claim_job(pool, "next") == []


async def test_epochs_begin_above_those_that_were_seen_elsewhere(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, "s", epoch_floor=7)
    (lease,) = await claim_job(pool, "h")
    assert lease.epoch == 8


async def test_a_holder_stops_trusting_its_lease_before_the_database_does(pool: "asyncpg.Pool[Any]") -> None:
    await offer_jobs(pool, "s")
    (lease,) = await claim_job(pool, "h", ttl=10)
    assert lease.trusted_until <= time.monotonic() + 10 - 0.5
    async with pool.acquire() as connection:
        renewed = await renew(connection, lease, 20)
    assert renewed and renewed.trusted_until <= time.monotonic() + 20 - 0.5
