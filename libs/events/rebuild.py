"""Rebuilds the read models of a running service from the log into a fresh copy, and swaps it in.

The fresh copy may not pass the live one on topics that the service reacts to, or the reactions to the events between
would never happen. So writers are held for the last stretch, the outbox drains, and the copy stops exactly there.
"""

import asyncio
import math
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from libs.events.checksum import checksum
from libs.events.dead_letters import HANDLER_FAILED, record_gap
from libs.events.envelope import Record, Undecodable, decode
from libs.events.failures import decide
from libs.events.positions import Positions, advance_positions
from libs.events.projection import Handlers
from libs.events.topics import partitions_of
from libs.events.transaction import READ_LOCK
from libs.postgres.pool import SEARCH_PATH, Connection
from libs.postgres.schema import Schemas, create_read, read_state, record_read
from libs.postgres.transient import retrying

log = structlog.get_logger(__name__)

_REBUILD_LOCK = 0x45535043
"""Advisory lock of a service's database: one rebuild at a time."""
_RETIRED = "read_retired_"
_COPIES = "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'read_')"
_GRACE_SECONDS = 60.0
_LOCK_SECONDS = 3_600.0
_BATCH = 500
_NEAR = 500
"""So close to the end, in events, the writers are held."""
_DRAIN_SECONDS = 20.0
_STALL_SECONDS = 30.0
_HELD_SECONDS = 45.0
"""So long writers are held at most; they give up after a minute."""
_RETRY_SECONDS = 30.0
_KEEP_GAPS = """
INSERT INTO {schema}.gaps SELECT * FROM read.gaps WHERE reason = $1 AND topic = ANY($2) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did. The checksums, if it compared, are of the old and the new copy, read to the same offsets."""

    events: int
    seconds: float
    old_copy: str
    new_copy: str
    before: str | None = None
    after: str | None = None


@dataclass
class Rebuild:
    """A rebuild of one service's read models. `retired` is told the name of the old copy once it is out of use."""

    pool: asyncpg.Pool
    bootstrap: str
    prefix: str
    handlers: Handlers
    schemas: Schemas
    retired: Callable[[str], Awaitable[None]] | None = None
    checksum: Callable[[Connection, str], Awaitable[str]] = checksum
    """Of the copy in a schema; a service that keeps more than PostgreSQL puts that in too."""

    async def run(self, *, compare: bool = False) -> Rebuilt:
        """Rebuild and swap; raises `TimeoutError` when the log or the outbox stands still.

        With `compare` writers wait until both copies were read for their checksums.
        """
        async with self._alone() as connection:
            return await self._rebuild(connection, compare)

    async def run_if_outdated(self) -> None:
        """Rebuild and swap, unless another process has brought the read models up to date meanwhile."""
        async with self._alone() as connection:
            if await read_state(connection, self.schemas) == "outdated":
                await self._rebuild(connection, compare=False)

    @asynccontextmanager
    async def aside(self, ends: Mapping[TopicPartition, int], wanted: Callable[[Record], bool]) -> AsyncIterator[str]:
        """A copy in a schema of its own, whose name is given, of the log's `wanted` records before `ends`.

        Nobody else uses it, no rebuild begins meanwhile, and it is dropped at the end.
        """
        async with self._alone() as connection, self._copy(connection) as (copy, schema):
            await copy.fill_to(ends, wanted)
            yield schema

    async def _rebuild(self, connection: Connection, compare: bool) -> Rebuilt:
        started = time.monotonic()
        async with self._copy(connection) as (copy, _):
            return await copy.fill_and_swap(started, compare)

    @asynccontextmanager
    async def _copy(self, connection: Connection) -> AsyncIterator[tuple["_Copy", str]]:
        """An empty copy and its schema, dropped at the end unless it was swapped in and has another name by then."""
        schema = f"read_{secrets.token_hex(4)}"
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, enable_auto_commit=False, max_partition_fetch_bytes=4_194_304
        )
        await consumer.start()
        try:
            await create_read(connection, schema, self.schemas)
            await connection.execute(f"SET search_path = {schema}, core")
            yield _Copy(self, connection, consumer, schema), schema
        finally:
            await self._drop(connection, schema)
            await connection.execute(f"SET search_path = {SEARCH_PATH}")
            await consumer.stop()

    async def tidy_forever(self) -> None:
        """Drop copies that are out of use, now and then."""
        while True:
            try:
                await self.tidy(_GRACE_SECONDS)
            except Exception as error:
                log.warning("copies_not_tidied", error=type(error).__name__)
            await asyncio.sleep(_GRACE_SECONDS)

    async def tidy(self, grace: float) -> None:
        """Drop former copies after `grace` seconds, in which readers may still be at them, and what died half-built."""
        async with self.pool.acquire() as connection:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _REBUILD_LOCK):
                return  # A rebuild is under way, and what is half-built may be its.
            try:
                for (schema,) in await connection.fetch(_COPIES):
                    _, _, retired_at = schema.partition(_RETIRED)
                    if not retired_at or time.time() - int(retired_at) / 1000 >= grace:
                        await self._drop(connection, schema)
            finally:
                await connection.execute("SELECT pg_advisory_unlock_all()")

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[Connection]:
        async with self.pool.acquire() as connection:
            await connection.execute("SELECT pg_advisory_lock($1)", _REBUILD_LOCK, timeout=_LOCK_SECONDS)
            try:
                yield connection
            finally:
                await connection.execute("SELECT pg_advisory_unlock_all()")

    async def _drop(self, connection: Connection, schema: str) -> None:
        """Drop what a copy has elsewhere first: its name would be lost with it."""
        if self.retired and await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{schema}.copy"):
            await self.retired(await connection.fetchval(f"SELECT name FROM {schema}.copy"))
        await connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        await connection.execute("DELETE FROM core.read_models WHERE schema = $1", schema)


class _Copy:
    """The fresh copy while it is filled."""

    def __init__(self, rebuild: Rebuild, connection: Connection, consumer: AIOKafkaConsumer, schema: str) -> None:
        self._rebuild, self._connection, self._consumer, self._schema = rebuild, connection, consumer, schema
        self._position: dict[TopicPartition, int] = {}
        self._reacting = {event.__name__ for event in rebuild.handlers.react}
        self._events = 0
        self._refused_in_a_row = 0

    async def fill_and_swap(self, started: float, compare: bool) -> Rebuilt:
        await self._assign(await self._partitions())
        before, read = math.inf, await self._fill(await self._targets())
        while _NEAR < read < before:  # Writers that are faster than we are would never be caught up with.
            before, read = read, await self._fill(await self._targets())
        # In a transaction, which PostgreSQL ends when this process is frozen in it: writers never wait for ever.
        async with asyncio.timeout(_HELD_SECONDS), self._connection.transaction():
            await self._connection.execute("SELECT pg_advisory_xact_lock($1)", READ_LOCK, timeout=_HELD_SECONDS)
            await self._drained()
            await self._fill(await self._targets())
            if compare:
                await self._level_live()
            rebuilt = await self._swap(started, compare)
        log.info("read_models_rebuilt", events=rebuilt.events, seconds=round(rebuilt.seconds, 3))
        return rebuilt

    async def fill_to(self, ends: Mapping[TopicPartition, int], wanted: Callable[[Record], bool]) -> None:
        """Read the `wanted` records before `ends`, and nothing of other partitions."""
        await self._assign(list(ends))
        await self._fill(ends, wanted)

    async def _partitions(self) -> list[TopicPartition]:
        topics = [self._rebuild.prefix + topic for topic in self._rebuild.handlers.topics]
        return await partitions_of(self._rebuild.bootstrap, topics)

    async def _assign(self, partitions: list[TopicPartition]) -> None:
        self._consumer.assign(partitions)
        self._position = await self._consumer.beginning_offsets(partitions)

    async def _targets(self) -> dict[TopicPartition, int]:
        """Where the live copy, or the log, is now."""
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(list(self._position))
        live = await self._read_by_live()
        return {
            place: live.get((place.topic, place.partition), 0) if self._reacts(place) else end
            for place, end in ends.items()
        }

    async def _read_by_live(self) -> Positions:
        rows = await self._connection.fetch("SELECT topic, partition, next_offset FROM read.offsets")
        return {(self._rebuild.prefix + row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def _level_live(self) -> None:
        """Bring the live copy to where this one is: of topics that are only projected it may have read less."""
        live = _Copy(self._rebuild, self._connection, self._consumer, "read")
        first = await self._consumer.beginning_offsets(list(self._position))
        read = await self._read_by_live()
        live._position = {
            place: min(max(first[place], read.get((place.topic, place.partition), 0)), end)
            for place, end in self._position.items()
        }
        await self._connection.execute(f"SET LOCAL search_path = {SEARCH_PATH}")
        await live._fill(self._position)
        await self._connection.execute(f"SET LOCAL search_path = {self._schema}, core")

    def _reacts(self, place: TopicPartition) -> bool:
        return place.topic.removeprefix(self._rebuild.prefix) in self._reacting

    async def _fill(
        self, targets: Mapping[TopicPartition, int], wanted: Callable[[Record], bool] = lambda _: True
    ) -> int:
        """Read the `wanted` records before `targets`; gives the number of events read."""
        before = self._events
        for place, offset in self._position.items():
            self._consumer.seek(place, offset)
        moved = time.monotonic()
        while unread := [place for place, offset in self._position.items() if offset < targets[place]]:
            batches = await self._consumer.getmany(*unread, timeout_ms=200, max_records=_BATCH)
            records = [r for place, found in batches.items() for r in found if r.offset < targets[place] and wanted(r)]
            if batches:
                moved = time.monotonic()
            if records:
                await self._apply(records)
            for place, found in batches.items():
                self._position[place] = min(found[-1].offset + 1, targets[place])
            if time.monotonic() - moved > _STALL_SECONDS:
                raise TimeoutError(f"the log of {unread[0].topic} gave nothing for {_STALL_SECONDS:.0f} s")
        return self._events - before

    async def _apply(self, records: list[Any]) -> None:
        """Project `records`; what the live copy could not handle is a gap of this copy too, not the end of it."""
        try:
            await self._project(records)
        except Exception as error:
            if decide(error, single=False, refused_in_a_row=0) != "singly":
                raise
            for record in records:
                await self._project_single(record)
        self._events += len(records)

    async def _project_single(self, record: Any) -> None:
        try:
            await self._project([record])
            self._refused_in_a_row = 0
        except Exception as error:
            if decide(error, single=True, refused_in_a_row=self._refused_in_a_row) != "dead_letter":
                raise
            self._refused_in_a_row += 1
            log.warning("event_left_out", topic=record.topic, offset=record.offset, error=type(error).__name__)
            await record_gap(self._connection, self._rebuild.prefix, record, HANDLER_FAILED)

    async def _project(self, records: list[Any]) -> None:
        await retrying(lambda: self._project_once(records), _RETRY_SECONDS)

    async def _project_once(self, records: list[Any]) -> None:
        batch = []
        async with self._connection.transaction():
            for record in records:
                try:
                    batch.append(decode(record, self._rebuild.prefix))
                except Undecodable as error:
                    await record_gap(self._connection, self._rebuild.prefix, record, error.reason)
            await self._rebuild.handlers.apply_projections(self._connection, batch)

    async def _drained(self) -> None:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while await self._connection.fetchval("SELECT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL)"):
                await asyncio.sleep(0.01)

    async def _swap(self, started: float, compare: bool) -> Rebuilt:
        connection, schema = self._connection, self._schema
        before, after = [
            await self._rebuild.checksum(connection, copy) if compare else None for copy in ("read", schema)
        ]
        old_copy = await connection.fetchval("SELECT name FROM read.copy")
        new_copy = await connection.fetchval(f"SELECT name FROM {schema}.copy")
        # What a reaction failed on is a gap still, though the copy could project it.
        await connection.execute(_KEEP_GAPS.format(schema=schema), HANDLER_FAILED, list(self._reacting))
        await advance_positions(
            connection,
            {(p.topic.removeprefix(self._rebuild.prefix), p.partition): o for p, o in self._position.items()},
        )
        await connection.execute(f"ALTER SCHEMA read RENAME TO {_RETIRED}{int(time.time() * 1000)}")
        await connection.execute(f"ALTER SCHEMA {schema} RENAME TO read")
        await record_read(connection, "read", self._rebuild.schemas)
        await connection.execute("DELETE FROM core.read_models WHERE schema = $1", schema)
        seconds = time.monotonic() - started
        return Rebuilt(self._events, seconds, old_copy, new_copy, before, after)
