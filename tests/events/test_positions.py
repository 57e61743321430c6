"""Positions: the database says how far the read models have got, and a reader can wait for that."""

import asyncio
import time

import pytest

from libs.events.catalog import FeedbackGiven
from libs.events.positions import advance_positions, after, read_positions, wait_for_position
from libs.postgres.listen import Listener
from libs.postgres.pool import open_pool
from libs.postgres.schema import migrate
from tests.events.records import StoredRecord
from tests.events.toy import COUNTING, SCHEMAS, given, toy_service, until

_WAITING = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
)


def test_positions_after_records_are_one_past_the_last_of_each_partition() -> None:
    records = [
        StoredRecord("p.FeedbackGiven", b"", partition=0, offset=4),
        StoredRecord("p.FeedbackGiven", b"", partition=0, offset=9),
        StoredRecord("p.FeedbackGiven", b"", partition=1, offset=2),
    ]
    assert after(records, "p.") == {("FeedbackGiven", 0): 10, ("FeedbackGiven", 1): 3}


@pytest.mark.parametrize("made", [False, True])
async def test_positions_are_made_locked_and_advanced(postgres_url: str, made: bool) -> None:
    pool = await open_pool(postgres_url, name="positions")
    try:
        await migrate(pool, SCHEMAS)
        place = ("FeedbackGiven", 0)
        async with pool.acquire() as first, pool.acquire() as second:
            if made:
                await advance_positions(first, {place: 0})
            async with first.transaction():
                await first.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                assert await read_positions(first, lock=[place]) == {place: 0}
                await advance_positions(first, {place: 5})
                waiting = asyncio.create_task(_locked(second, place))

                async def waits_for_the_first() -> bool:
                    assert not waiting.done()
                    return bool(await pool.fetchval(_WAITING))

                await until(waits_for_the_first)
            assert await asyncio.wait_for(waiting, 10) == {place: 5}
            assert await read_positions(second) == {place: 5}
    finally:
        await pool.close()


async def _locked(connection: object, place: tuple[str, int]) -> dict[tuple[str, int], int]:
    async with connection.transaction():  # type: ignore[attr-defined]
        return await read_positions(connection, lock=[place])  # type: ignore[arg-type]


async def test_a_reader_sees_what_it_waited_for(postgres_url: str, kafka_bootstrap: str, topic_prefix: str) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING) as toy:
        waiting = asyncio.create_task(wait_for_position(toy.pool, toy.listener, "FeedbackGiven/0/2", 20))
        await toy.send(given(0), given(1))
        await toy.log(FeedbackGiven, 2)
        assert not waiting.done()
        await toy.send(given(2))
        await waiting
        assert "f-d-1-2" in await toy.known()


async def test_waiting_for_what_does_not_come_ends_at_its_deadline(postgres_url: str) -> None:
    pool, listener = await open_pool(postgres_url, name="positions"), Listener(postgres_url)
    try:
        await migrate(pool, SCHEMAS)
        async with pool.acquire() as connection:
            await advance_positions(connection, {("FeedbackGiven", 0): 7})
        await wait_for_position(pool, listener, "FeedbackGiven/0/6", 20)
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="FeedbackGiven/0/7"):
            await wait_for_position(pool, listener, "FeedbackGiven/0/7", 0.1)
        assert time.monotonic() - began < 5
        with pytest.raises(ValueError):
            await wait_for_position(pool, listener, "yesterday", 0.1)
    finally:
        await listener.close()
        await pool.close()
