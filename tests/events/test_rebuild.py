"""A rebuild from the log, beside the live service, gives the same state; and so does every interleaving of topics."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from libs.events.catalog import Event, FeedbackReviewed
from libs.events.checksum import checksum
from libs.events.envelope import Received
from libs.events.failures import ReadModelsReplaced
from libs.events.ids import new_id
from libs.events.rebuild import Rebuild, Rebuilt
from libs.events.relay import Relay
from libs.events.service import EventService
from libs.events.transaction import READ_LOCK, transaction
from libs.postgres.pool import open_pool
from libs.postgres.schema import Schemas, create_read, migrate
from libs.runtime.settings import Settings
from tests.events.records import NOON
from tests.events.toy import COUNTING, REVIEWING, SCHEMAS, Toy, given, toy_service, until

_HELD = """
SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = database AND datname = current_database()
    WHERE locktype = 'advisory' AND objid = $1 AND mode = 'ExclusiveLock' AND granted)
"""


async def _rebuild(toy: Toy) -> Rebuilt:
    rebuild = Rebuild(toy.pool, toy.bootstrap, toy.prefix, toy.handlers, SCHEMAS)
    rebuilt = await rebuild.run(compare=True)
    await rebuild.tidy(grace=0)
    return rebuilt


async def _copies(toy: Toy) -> list[str]:
    rows = await toy.pool.fetch("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'read%'")
    return [row["nspname"] for row in rows]


async def test_a_rebuild_under_continuing_writes_equals_the_live_state_and_loses_nothing(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, REVIEWING) as toy:
        await toy.send(*(given(number) for number in range(300)))
        writing = asyncio.create_task(_write(toy, range(300, 600)))
        rebuilt = [await _rebuild(toy) for _ in range(3)]
        await writing
        await toy.log(FeedbackReviewed, 600)

        async def all_known() -> bool:
            return len(await toy.known()) == 600

        await until(all_known)
        rebuilt.append(await _rebuild(toy))
        assert rebuilt[-1].before == rebuilt[-1].after
        assert len(await toy.known()) == 600
        assert len(await toy.log(FeedbackReviewed, 600)) == 600, "a rebuild never answers an event again"
        assert await _copies(toy) == ["read"]
        assert not toy.consuming.done()


async def _write(toy: Toy, numbers: range) -> None:
    for number in numbers:
        await toy.send(given(number))


async def test_own_events_that_wait_in_the_outbox_are_waited_for_and_in_the_new_copy(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        for number in range(20):
            async with transaction(toy.pool, "toy") as opened:
                await toy.handlers.apply_own(opened, given(number))
        rebuilding = asyncio.create_task(_rebuild(toy))

        async def writers_are_held() -> bool:
            return rebuilding.done() or bool(await toy.pool.fetchval(_HELD, READ_LOCK))

        await until(writers_are_held)
        relaying = asyncio.create_task(Relay(toy.pool, toy.listener, toy.bootstrap, toy.prefix).run())
        rebuilt = await rebuilding
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)
        assert rebuilt.before == rebuilt.after
        assert len(await toy.known()) == 20


async def test_a_live_copy_that_has_read_less_than_the_log_holds_is_compared_at_the_same_offsets(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING) as toy:
        toy.consuming.cancel()
        await asyncio.gather(toy.consuming, return_exceptions=True)
        await toy.send(*(given(number) for number in range(20)))
        rebuilt = await _rebuild(toy)
        assert rebuilt.before == rebuilt.after
        assert len(await toy.known()) == 20


async def test_what_could_not_be_handled_is_a_gap_of_the_new_copy_too(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING) as toy:
        await toy.send(given(0), given(1, comment="poison"))
        await toy.send_raw("FeedbackGiven", b"hello", [])
        await toy.send(given(2))

        async def rest_known() -> bool:
            return set(await toy.known()) == {"f-d-1-0", "f-d-1-2"}

        await until(rest_known)
        gaps = await toy.gaps()
        assert gaps == [("FeedbackGiven", 1, "handler_failed"), ("FeedbackGiven", 2, "no_headers")]
        rebuilt = await _rebuild(toy)
        assert rebuilt.before == rebuilt.after
        assert await toy.gaps() == gaps


async def test_a_rebuild_that_fails_leaves_the_live_copy_as_it_was(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        await toy.send(given(1))

        async def known() -> bool:
            return set(await toy.known()) == {"f-d-1-1"}

        await until(known)

        async def broken(_connection: Any, _schema: str) -> str:
            raise RuntimeError("no checksum today")

        with pytest.raises(RuntimeError, match="no checksum"):
            await Rebuild(toy.pool, toy.bootstrap, toy.prefix, COUNTING, SCHEMAS, checksum=broken).run(compare=True)
        assert await _copies(toy) == ["read"]
        assert await known()
        await toy.send(given(2))

        async def both_known() -> bool:
            return set(await toy.known()) == {"f-d-1-1", "f-d-1-2"}

        await until(both_known)


async def test_a_service_that_starts_with_another_description_of_its_read_models_rebuilds_them(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING, relay=False) as toy:
        for number in range(20):
            async with transaction(toy.pool, "toy") as opened:
                await COUNTING.apply_own(opened, given(number))
    grown = tmp_path / "toy.sql"
    grown.write_text(SCHEMAS.read[-1].read_text() + "ALTER TABLE verdicts ADD COLUMN seen_by text;")
    schemas = Schemas(SCHEMAS.core, (*SCHEMAS.read[:-1], grown))
    configured = Settings(
        postgres_url=postgres_url, kafka_bootstrap=kafka_bootstrap, topic_prefix=topic_prefix, partitions=1
    )
    copies = []
    for _ in range(2):
        async with AsyncExitStack() as stack:
            service = await EventService.connect("toy", configured, stack, schemas)
            await service.bring_up_to_date(service.rebuild(COUNTING))  # Which first sends what waits in the outbox.
            assert await service.pool.fetchval("SELECT count(seen_by) + count(*) FROM verdicts") == 20
            copies.append(await service.pool.fetchval("SELECT name FROM copy"))
    assert copies[0] == copies[1], "what is up to date is left as it is"


async def test_a_rebuild_ends_though_more_writers_wait_for_it_than_there_are_connections(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    configured = Settings(
        postgres_url=postgres_url, kafka_bootstrap=kafka_bootstrap, topic_prefix=topic_prefix, partitions=1
    )
    async with AsyncExitStack() as stack:
        service = await EventService.connect("toy", configured, stack, SCHEMAS)
        rebuild = service.rebuild(COUNTING)
        running = [asyncio.ensure_future(run()) for run in service.tasks(rebuild).values()]
        numbers, rebuilt = count(), asyncio.Event()

        async def write() -> None:
            while not rebuilt.is_set():
                async with transaction(service.pool, "toy") as opened:
                    await COUNTING.apply_own(opened, given(next(numbers)))

        writing = [asyncio.ensure_future(write()) for _ in range(30)]
        other = await EventService.connect("toy", configured, stack, SCHEMAS)
        for _ in range(2):
            await other.rebuild(COUNTING).run()
        rebuilt.set()
        await asyncio.gather(*writing)
        assert await service.pool.fetchval("SELECT count(*) FROM verdicts") == next(numbers)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def test_copies_out_of_use_are_dropped_after_a_grace_and_with_what_they_have_elsewhere(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    async with toy_service(postgres_url, kafka_bootstrap, topic_prefix, COUNTING) as toy:
        async with toy.pool.acquire() as connection:
            await create_read(connection, "read_dead", SCHEMAS)
            dead = await connection.fetchval("SELECT name FROM read_dead.copy")
        retired: list[str] = []

        async def retire(name: str) -> None:
            if not retired:
                retired.append(name)
                raise ConnectionError("what is elsewhere cannot be reached now")
            retired.append(name)

        rebuild = Rebuild(toy.pool, toy.bootstrap, toy.prefix, COUNTING, SCHEMAS, retired=retire)
        rebuilt = await rebuild.run()
        assert rebuilt.before is None
        with pytest.raises(ConnectionError):
            await rebuild.tidy(grace=600)
        assert "read_dead" in await _copies(toy), "its name is kept until what is elsewhere is gone"
        await rebuild.tidy(grace=600)
        assert (retired, len(await _copies(toy))) == ([dead, dead], 2)
        await rebuild.tidy(grace=0)
        assert (retired[2:], await _copies(toy)) == ([rebuilt.old_copy], ["read"])


async def test_a_process_of_a_former_release_neither_writes_nor_starts_but_may_be_gone_back_to(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str, tmp_path: Path
) -> None:
    grown = tmp_path / "toy.sql"
    grown.write_text(SCHEMAS.read[-1].read_text() + "ALTER TABLE verdicts ADD COLUMN seen_by text;")
    newer = Schemas(SCHEMAS.core, (*SCHEMAS.read[:-1], grown))
    configured = Settings(
        postgres_url=postgres_url, kafka_bootstrap=kafka_bootstrap, topic_prefix=topic_prefix, partitions=1
    )
    async with AsyncExitStack() as stack:
        old = await EventService.connect("toy", configured, stack, SCHEMAS)
        consuming = asyncio.ensure_future(old.tasks(old.rebuild(COUNTING))["consumer"]())
        new = await EventService.connect("toy", configured, stack, newer)
        await new.bring_up_to_date(new.rebuild(COUNTING))
        with pytest.raises(ReadModelsReplaced):
            async with transaction(old.pool, "toy") as opened:
                await COUNTING.apply_own(opened, given(1))
        with pytest.raises(ReadModelsReplaced, match="go back"):
            await old.bring_up_to_date(old.rebuild(COUNTING))
        relaying = asyncio.ensure_future(new.tasks(new.rebuild(COUNTING))["relay"]())
        async with transaction(new.pool, "toy") as opened:
            opened.publish(given(2))
        async with asyncio.timeout(30):
            with pytest.raises(ReadModelsReplaced):
                await consuming
        assert await new.pool.fetchval("SELECT count(*) FROM gaps") == 0, "no event is to blame"
        await old.rebuild(COUNTING).run()
        await old.bring_up_to_date(old.rebuild(COUNTING))
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)


@pytest_asyncio.fixture(loop_scope="session")
async def pool(postgres_url: str) -> Any:
    opened = await open_pool(postgres_url, name="interleavings")
    await migrate(opened, SCHEMAS)
    yield opened
    await opened.close()


def _reviewed(number: int) -> FeedbackReviewed:
    return FeedbackReviewed(
        feedback_id=f"f-d-1-{number}", dataset_id="d-1", sequence=number, verdict="accepted", reviewed_at=NOON
    )


async def _state_after(pool: "asyncpg.Pool[Any]", batches: Sequence[Sequence[Event]]) -> str:
    async with pool.acquire() as connection:
        await connection.execute("TRUNCATE verdicts")
        for number, batch in enumerate(batches):
            received = [Received(event, new_id(), "c", None, type(event).__name__, 0, number) for event in batch]
            await COUNTING.apply_projections(connection, received)
        return await checksum(connection)


@for_all(choices=st.lists(st.booleans(), min_size=16, max_size=16), cuts=st.sets(st.integers(1, 15)))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_every_interleaving_of_the_topics_in_batches_of_any_size_gives_the_same_state(
    pool: "asyncpg.Pool[Any]", choices: list[bool], cuts: set[int]
) -> None:
    topics: list[list[Event]] = [[given(n) for n in range(8)], [_reviewed(n) for n in range(8)]]
    straight = [*topics[0], *topics[1]]
    order = [(topics[choice] or topics[not choice]).pop(0) for choice in choices]
    edges = [0, *sorted(cuts), len(order)]
    batches = [order[begin:end] for begin, end in pairwise(edges)]
    assert await _state_after(pool, batches) == await _state_after(pool, [straight])
