"""Sends the outbox to Kafka: in order per subject, at once after commit, each event once.

A shard is relayed by the one process that holds its lease. After a crash an event may have been sent without being
marked: before a new holder sends, it looks for such events at the end of the log.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import DefaultPartitioner

from libs.events.producer import LeasedProducer, leased_producer
from libs.events.topics import partitions_of
from libs.events.transaction import SHARDS
from libs.leases.claim import Lease, fence, offer
from libs.leases.worker import Held, Worker
from libs.postgres.listen import Listener

log = structlog.get_logger(__name__)

_BATCH = 500
_POLL_SECONDS = 1.0
_PURGE_SECONDS = 60.0
_LOG_END_SECONDS = 15.0
_SETTLE_SECONDS = 4.0

_BATCH_BYTES = 4_000_000
_SKEW_MILLISECONDS = 600_000
"""The clocks of two machines may differ by so much, and an event may have been made so long before it was sent."""
_MOST_WAITING = 100_000

_UNSENT = """
SELECT id, event_id::text, topic, key, value, headers FROM (
    SELECT *, sum(length(value)) OVER (ORDER BY id) - length(value) AS before FROM (
        SELECT * FROM outbox WHERE shard = $1 AND sent_at IS NULL ORDER BY id LIMIT $2) AS next
) AS sized WHERE before < $3 ORDER BY id
"""
_WAITING = """
SELECT id, event_id::text, topic, key, headers->>'ce_time' AS made_at FROM outbox
WHERE shard = $1 AND sent_at IS NULL ORDER BY id LIMIT $2
"""
_MARK = """
WITH sent AS (
    UPDATE outbox SET sent_at = clock_timestamp(), sent_partition = s.partition, sent_offset = s.offset
    FROM unnest($1::bigint[], $2::int[], $3::bigint[]) AS s(id, partition, "offset") WHERE outbox.id = s.id
    RETURNING shard, topic, sent_partition, sent_offset
), acknowledged AS (
    INSERT INTO outbox_acknowledged (shard, topic, partition, next_offset)
    SELECT shard, topic, sent_partition, max(sent_offset) + 1 FROM sent GROUP BY shard, topic, sent_partition
    ON CONFLICT (shard, topic, partition) DO UPDATE
    SET next_offset = greatest(outbox_acknowledged.next_offset, excluded.next_offset)
) SELECT pg_notify('sent', '')
"""
_PURGE = "DELETE FROM outbox WHERE sent_at < now() - interval '1 hour'"


@dataclass
class Relay:
    """Relays all shards whose lease this process gets."""

    pool: asyncpg.Pool
    listener: Listener
    bootstrap: str
    prefix: str
    lease_seconds: float = 4.0
    instance: str | None = None

    async def run(self) -> None:
        """Relay until cancelled."""
        async with self.pool.acquire() as connection:
            for shard in range(SHARDS):
                await offer(connection, "outbox", str(shard))
        worker = Worker(
            self.pool,
            self.listener,
            "outbox",
            self._relay,
            concurrency=SHARDS,
            ttl=self.lease_seconds,
            instance=self.instance,
        )
        await worker.run_forever()

    async def _relay(self, lease: Lease, held: Held) -> None:
        shard = int(lease.subject)
        async with (
            self.listener.subscribed("outbox") as wake,
            leased_producer(self.bootstrap, lambda: time.monotonic() < held.lease.trusted_until) as producer,
        ):
            await self._mark_sent_before(shard, lease)
            purge_at = time.monotonic()
            while not held.lost.is_set():
                if not await self._send(producer, shard, lease):
                    if time.monotonic() >= purge_at:
                        await self.pool.execute(_PURGE)
                        purge_at = time.monotonic() + _PURGE_SECONDS
                    await wake.wait(_POLL_SECONDS)

    async def _send(self, producer: LeasedProducer, shard: int, lease: Lease) -> int:
        rows = await self.pool.fetch(_UNSENT, shard, _BATCH, _BATCH_BYTES)
        if not rows:
            return 0
        sending = asyncio.create_task(self._send_and_mark(producer, lease, rows), name=f"sending shard {shard}")
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            # What the producer holds will be in the log: the next holder must find it marked, or all of it there.
            await asyncio.wait([sending], timeout=_SETTLE_SECONDS)
            raise
        return len(rows)

    async def _send_and_mark(self, producer: LeasedProducer, lease: Lease, rows: list[asyncpg.Record]) -> None:
        """Send `rows` in order and mark what arrived before the first that did not; raises when all are settled."""
        futures: list[Any] = []
        failed: BaseException | None = None
        try:
            for row in rows:
                headers = [(name, value.encode()) for name, value in row["headers"].items()]
                topic, key = self.prefix + row["topic"], row["key"].encode()
                futures.append(await producer.send(topic, row["value"], key, headers=headers))
        except Exception as error:
            failed = error
        arrived = []
        for row, sent in zip(rows, await asyncio.gather(*futures, return_exceptions=True), strict=False):
            if isinstance(sent, BaseException):
                # It may be in the log all the same, and is looked for only after what is marked.
                failed = sent
                break
            arrived.append((row["id"], sent.partition, sent.offset))
        if arrived:
            await self._mark(lease, arrived)
        if failed:
            raise failed

    async def _mark(self, lease: Lease, sent: list[tuple[int, int, int]]) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await fence(connection, lease)
            await connection.execute(_MARK, *map(list, zip(*sent, strict=True)))

    async def _mark_sent_before(self, shard: int, lease: Lease) -> None:
        """Mark unsent rows that are in the log already, sent by a holder that died before it could mark them."""
        waiting = await self.pool.fetch(_WAITING, shard, _MOST_WAITING)
        if not waiting:
            return
        ids = {row["event_id"]: row["id"] for row in waiting}
        found = [
            (ids[event_id], partition, offset)
            for event_id, partition, offset in await self._log_end(shard, waiting)
            if event_id in ids
        ]
        if found:
            log.info("outbox_found_in_log", shard=shard, events=len(found))
            await self._mark(lease, found)

    async def _log_end(self, shard: int, waiting: list[asyncpg.Record]) -> list[tuple[str, int, int]]:
        """(event id, partition, offset) of all that was sent to the partitions of `waiting` since it was made."""
        acknowledged = {
            (row["topic"], row["partition"]): row["next_offset"]
            for row in await self.pool.fetch("SELECT * FROM outbox_acknowledged WHERE shard = $1", shard)
        }
        since = min(datetime.fromisoformat(row["made_at"]) for row in waiting)
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            async with asyncio.timeout(_LOG_END_SECONDS):
                topics = {self.prefix + row["topic"] for row in waiting}
                everywhere = await partitions_of(self.bootstrap, list(topics))
                places = _places_of(self.prefix, waiting, everywhere)
                known = {
                    place: acknowledged.get((place.topic.removeprefix(self.prefix), place.partition), 0)
                    for place in places
                }
                return await _read_end(consumer, known, int(since.timestamp() * 1000) - _SKEW_MILLISECONDS)
        finally:
            await consumer.stop()


def _places_of(prefix: str, waiting: list[asyncpg.Record], everywhere: list[TopicPartition]) -> set[TopicPartition]:
    """The partitions that the keys of the waiting events belong to."""
    numbers: dict[str, list[int]] = {}
    for place in sorted(everywhere):
        numbers.setdefault(place.topic, []).append(place.partition)
    choose = DefaultPartitioner()
    return {
        TopicPartition(topic, choose(row["key"].encode(), numbers[topic], numbers[topic]))
        for row in waiting
        for topic in [prefix + row["topic"]]
    }


async def _read_end(
    consumer: AIOKafkaConsumer, known: dict[TopicPartition, int], since_milliseconds: int
) -> list[tuple[str, int, int]]:
    """What is in the partitions from the offsets `known`, and from the time on, whichever is later."""
    partitions = list(known)
    consumer.assign(partitions)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    begins: dict[TopicPartition, int] = await consumer.beginning_offsets(partitions)
    since = await consumer.offsets_for_times(dict.fromkeys(partitions, since_milliseconds))
    position = {
        place: max(begins[place], known[place], since[place].offset if since[place] else ends[place])
        for place in partitions
    }
    for place in partitions:
        consumer.seek(place, position[place])
    found: list[tuple[str, int, int]] = []
    while unread := [place for place in partitions if position[place] < ends[place]]:
        batches: dict[TopicPartition, list[Any]] = await consumer.getmany(*unread, timeout_ms=500)
        for place, records in batches.items():
            position[place] = records[-1].offset + 1
            for record in records:
                event_id = dict(record.headers).get("ce_id")
                if event_id:
                    found.append((event_id.decode(errors="replace"), place.partition, record.offset))
    return found
