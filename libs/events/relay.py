"""Sends the outbox to Kafka: in order per subject, at once after commit, each event once.

A shard is relayed by the one process that holds its lease. After a crash an event may have been sent without being
marked: before a new holder sends, it looks for such events at the end of the log.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from faststream.kafka import KafkaBroker

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

_UNSENT = """
SELECT id, event_id::text, topic, key, value, headers FROM outbox
WHERE shard = $1 AND sent_at IS NULL ORDER BY id LIMIT $2
"""
_MARK = """
WITH sent AS (
    UPDATE outbox SET sent_at = clock_timestamp(), sent_partition = s.partition, sent_offset = s.offset
    FROM unnest($1::bigint[], $2::int[], $3::bigint[]) AS s(id, partition, "offset") WHERE outbox.id = s.id
    RETURNING shard, topic, sent_partition, sent_offset
)
INSERT INTO outbox_acknowledged (shard, topic, partition, next_offset)
SELECT shard, topic, sent_partition, max(sent_offset) + 1 FROM sent GROUP BY shard, topic, sent_partition
ON CONFLICT (shard, topic, partition) DO UPDATE
SET next_offset = greatest(outbox_acknowledged.next_offset, excluded.next_offset)
"""
_PURGE = "DELETE FROM outbox WHERE sent_at < now() - interval '1 hour'"


@dataclass
class Relay:
    """Relays all shards whose lease this process gets."""

    pool: asyncpg.Pool
    listener: Listener
    broker: KafkaBroker
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
        async with self.listener.subscribed("outbox") as wake:
            await self._mark_sent_before(shard, lease)
            purge_at = time.monotonic()
            while not held.lost.is_set():
                if not await self._send(shard, lease, held):
                    if time.monotonic() >= purge_at:
                        await self.pool.execute(_PURGE)
                        purge_at = time.monotonic() + _PURGE_SECONDS
                    await wake.wait(_POLL_SECONDS)

    async def _send(self, shard: int, lease: Lease, held: Held) -> int:
        rows = await self.pool.fetch(_UNSENT, shard, _BATCH)
        # A process that was frozen between the two must not send what another has sent meanwhile.
        if not rows or held.lost.is_set() or held.lease.trusted_until < time.monotonic():
            return 0
        sending = asyncio.create_task(self._send_and_mark(lease, rows), name=f"sending shard {shard}")
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            # What the producer holds will be in the log: the next holder must find it marked, or all of it there.
            await asyncio.wait([sending], timeout=_SETTLE_SECONDS)
            raise
        return len(rows)

    async def _send_and_mark(self, lease: Lease, rows: list[asyncpg.Record]) -> None:
        """Send `rows` in order and mark what arrived; raises only once nothing of them is under way any more."""
        futures: list[Any] = []
        failed: BaseException | None = None
        try:
            for row in rows:
                futures.append(await self._publish(row))
        except Exception as error:
            failed = error
        done = await asyncio.gather(*futures, return_exceptions=True)
        arrived = [
            (row["id"], sent.partition, sent.offset)
            for row, sent in zip(rows, done, strict=False)
            if not isinstance(sent, BaseException)
        ]
        if arrived:
            await self._mark(lease, arrived)
        failed = failed or next((sent for sent in done if isinstance(sent, BaseException)), None)
        if failed:
            raise failed

    async def _publish(self, row: asyncpg.Record) -> Any:
        return await self.broker.publish(
            row["value"],
            self.prefix + row["topic"],
            key=row["key"].encode(),
            headers=row["headers"],
            correlation_id=row["headers"]["ce_correlationid"],
            no_confirm=True,
        )

    async def _mark(self, lease: Lease, sent: list[tuple[int, int, int]]) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await fence(connection, lease)
            await connection.execute(_MARK, *map(list, zip(*sent, strict=True)))
            await connection.execute("SELECT pg_notify('sent', '')")

    async def _mark_sent_before(self, shard: int, lease: Lease) -> None:
        """Mark unsent rows that are in the log already, sent by a holder that died before it could mark them."""
        unsent = await self.pool.fetch(_UNSENT, shard, 100_000)
        if not unsent:
            return
        waiting = {row["event_id"]: row["id"] for row in unsent}
        found = [
            (waiting[event_id], partition, offset)
            for event_id, partition, offset in await self._log_end(shard, {row["topic"] for row in unsent})
            if event_id in waiting
        ]
        if found:
            log.info("outbox_found_in_log", shard=shard, events=len(found))
            await self._mark(lease, found)

    async def _log_end(self, shard: int, topics: set[str]) -> list[tuple[str, int, int]]:
        """(event id, partition, offset) of everything in `topics` after what was acknowledged."""
        acknowledged = {
            (row["topic"], row["partition"]): row["next_offset"]
            for row in await self.pool.fetch("SELECT * FROM outbox_acknowledged WHERE shard = $1", shard)
        }
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            async with asyncio.timeout(_LOG_END_SECONDS):
                partitions = await partitions_of(self.bootstrap, [self.prefix + topic for topic in topics])
                return await _read_end(consumer, self.prefix, partitions, acknowledged)
        finally:
            await consumer.stop()


async def _read_end(
    consumer: AIOKafkaConsumer,
    prefix: str,
    partitions: list[TopicPartition],
    acknowledged: dict[tuple[str, int], int],
) -> list[tuple[str, int, int]]:
    consumer.assign(partitions)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    begins: dict[TopicPartition, int] = await consumer.beginning_offsets(partitions)
    position = {
        tp: max(begins[tp], acknowledged.get((tp.topic.removeprefix(prefix), tp.partition), 0)) for tp in partitions
    }
    for tp in partitions:
        consumer.seek(tp, position[tp])
    found: list[tuple[str, int, int]] = []
    while unread := [tp for tp in partitions if position[tp] < ends[tp]]:
        batches: dict[TopicPartition, list[Any]] = await consumer.getmany(*unread, timeout_ms=500)
        for tp, records in batches.items():
            position[tp] = records[-1].offset + 1
            for record in records:
                event_id = dict(record.headers).get("ce_id")
                if event_id:
                    found.append((event_id.decode(errors="replace"), tp.partition, record.offset))
    return found
