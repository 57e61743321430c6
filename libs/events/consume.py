"""Consumes batches: decode, skip what was seen, handle, and commit offsets with the state in one transaction.

Kafka's own commit follows and is only advice: on every assignment the consumer goes to where the database stands.
"""

import asyncio
import time
from collections.abc import Sequence
from itertools import chain
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import UnknownTopicOrPartitionError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from libs.events.dead_letters import HANDLER_FAILED, dead_letter, record_gap
from libs.events.envelope import Received, Record, Undecodable, decode
from libs.events.failures import Gap, LogReplaced, TooManyDeadLetters, decide
from libs.events.positions import advance_positions, after, read_positions
from libs.events.projection import Handlers
from libs.events.transaction import Transaction, transaction
from libs.postgres.transient import retrying
from libs.runtime import telemetry

log = structlog.get_logger(__name__)

BATCH_RECORDS = 500
_LOOK_MILLISECONDS = 1_000
_RETRY_SECONDS = 60.0
_ADVICE_SECONDS = 1.0
_GAP_LIMIT = 10


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """Consumes the topics of a service's handlers into its database."""

    def __init__(
        self,
        broker: KafkaBroker,
        pool: asyncpg.Pool,
        service: str,
        handlers: Handlers,
        prefix: str = "",
        instance: str | None = None,
    ) -> None:
        self._pool, self._service, self._handlers, self._prefix = pool, service, handlers, prefix
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._refused_in_a_row = 0
        self._gaps_in_a_row = 0
        self._advised_at = 0.0
        self._broker = broker
        self._subscriber = broker.subscriber(
            *(prefix + topic for topic in handlers.topics),
            group_id=f"{prefix}{service}",
            # A process that comes back under its name takes its partitions at once (static membership, KIP-345).
            group_instance_id=instance,
            batch=True,
            max_records=BATCH_RECORDS,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            partition_assignment_strategy=[RangePartitionAssignor],
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_500,
            max_partition_fetch_bytes=4_194_304,
            listener=self,
            parser=_leave_raw,
            decoder=_raw_records,
        )
        # FastStream looks for a moment and then sleeps as long, many times a second; what comes meanwhile waits.
        self._subscriber.get_msg = _next_batch
        self._subscriber(self._handle)

    async def run(self) -> None:
        """Consume until cancelled, on a connected broker; raises when going on would lose or miscount an event."""
        await self._broker.start()
        try:
            await self._failed
        finally:
            await self._subscriber.stop()

    async def behind(self) -> int:
        """How many events of our partitions are not in the read models; raises when Kafka does not tell."""
        consumer = self._subscriber.consumer
        if consumer is None or not (assigned := consumer.assignment()):
            return 0
        ends, begins = await consumer.end_offsets(assigned), await consumer.beginning_offsets(assigned)
        positions = await self._positions()
        read = {TopicPartition(self._prefix + topic, part): offset for (topic, part), offset in positions.items()}
        return sum(max(0, ends[place] - max(begins[place], read.get(place, 0))) for place in assigned)

    async def last_positions(self, topic: str) -> tuple[str, ...]:
        """The last position in each partition of `topic` that holds anything; raises `KafkaError` or `TimeoutError`."""
        consumer, name = self._subscriber.consumer, self._prefix + topic
        numbers = consumer.partitions_for_topic(name) if consumer else None
        if consumer is None or not numbers:
            raise UnknownTopicOrPartitionError(name)
        ends = await consumer.end_offsets([TopicPartition(name, number) for number in numbers])
        return tuple(f"{topic}/{place.partition}/{end - 1}" for place, end in ends.items() if end)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Go to where the database stands, whatever Kafka believes."""
        positions = await retrying(self._positions, _RETRY_SECONDS)
        ends = await self._subscriber.consumer.end_offsets(list(assigned)) if assigned else {}
        for partition in assigned:
            offset = positions.get((partition.topic.removeprefix(self._prefix), partition.partition), 0)
            if offset > ends[partition] and not self._failed.done():
                self._failed.set_exception(LogReplaced(partition.topic, partition.partition, offset, ends[partition]))
            self._subscriber.consumer.seek(partition, offset)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Nothing to do: a batch still under way is sorted out by its row locks and offsets."""

    async def _positions(self) -> dict[tuple[str, int], int]:
        async with self._pool.acquire() as connection:
            return await read_positions(connection)

    async def _handle(self, records: Any) -> None:  # FastStream would check anything narrower with pydantic.
        if self._failed.done():
            return
        try:
            await self._handle_or_split(records)
            self._gaps_in_a_row = 0
            await self._advise()
        except Gap as gap:
            await self._read_again(records, gap)
        except Exception as error:
            log.exception("consumer_stopped", service=self._service)
            if not self._failed.done():
                self._failed.set_exception(error)

    async def _read_again(self, records: tuple[Record, ...], gap: Gap) -> None:
        self._gaps_in_a_row += 1
        log.warning("batch_read_again", service=self._service, reason=str(gap))
        if self._gaps_in_a_row > _GAP_LIMIT and not self._failed.done():
            self._failed.set_exception(gap)
        await self.on_partitions_assigned({TopicPartition(r.topic, r.partition) for r in records})

    async def _handle_or_split(self, records: tuple[Record, ...]) -> None:
        with telemetry.consume_span(self._service, records):
            try:
                await self._commit_retrying(records)
            except Exception as error:
                if decide(error, single=False, refused_in_a_row=0) != "singly":
                    raise
                log.warning("batch_split", service=self._service, records=len(records), error=type(error).__name__)
                for record in records:
                    await self._handle_single(record)

    async def _handle_single(self, record: Record) -> None:
        try:
            await self._commit_retrying((record,))
        except Exception as error:
            action = decide(error, single=True, refused_in_a_row=self._refused_in_a_row)
            if action == "stop":
                raise TooManyDeadLetters(f"{self._refused_in_a_row} events in a row were refused") from error
            if action != "dead_letter":
                raise
            self._refused_in_a_row += 1
            log.error("event_refused", topic=record.topic, offset=record.offset, error=type(error).__name__)
            detail = f"{type(error).__name__} in {self._service}"
            await retrying(lambda: self._commit((record,), refused=(HANDLER_FAILED, detail)), _RETRY_SECONDS)

    async def _commit_retrying(self, records: Sequence[Record]) -> None:
        if await retrying(lambda: self._commit(records), _RETRY_SECONDS):
            self._refused_in_a_row = 0  # What was seen before, and is only delivered again, tells nothing.

    async def _commit(self, records: Sequence[Record], refused: tuple[str, str] | None = None) -> bool:
        """Handle `records` in one transaction; with `refused` set them aside instead. False when all were seen."""
        async with transaction(self._pool, self._service) as opened:
            positions = await read_positions(opened.connection, lock=after(records, self._prefix))
            fresh = [r for r in records if r.offset >= positions[r.topic.removeprefix(self._prefix), r.partition]]
            if not fresh:
                return False
            await self._check_gaps(fresh, positions)
            batch: list[Received[Any]] = []
            for record in fresh:
                try:
                    if refused:
                        raise Undecodable(*refused)
                    batch.append(decode(record, self._prefix))
                except Undecodable as error:
                    await self._set_aside(opened, record, error)
            await self._handlers.apply_projections(opened.connection, batch)
            await self._handlers.apply_reactions(opened, batch)
            await advance_positions(opened.connection, after(fresh, self._prefix))
        telemetry.events_consumed(self._service, len(batch))
        return True

    async def _set_aside(self, opened: Transaction, record: Record, error: Undecodable) -> None:
        log.warning("message_dead_lettered", topic=record.topic, offset=record.offset, reason=error.reason)
        await record_gap(opened.connection, self._prefix, record, error.reason)
        opened.publish(dead_letter(self._service, self._prefix, record, error.reason, error.detail))
        telemetry.dead_lettered(self._service, error.reason)

    async def _check_gaps(self, fresh: Sequence[Record], positions: dict[tuple[str, int], int]) -> None:
        """Raise `Gap` when Kafka's commit was ahead of the database."""
        first: dict[tuple[str, int], Record] = {}
        for record in fresh:
            first.setdefault((record.topic, record.partition), record)
        for (topic, partition), record in first.items():
            expected = positions[topic.removeprefix(self._prefix), partition]
            if record.offset > expected:
                place = TopicPartition(topic, partition)
                begins = await self._subscriber.consumer.beginning_offsets([place])
                if begins[place] <= expected:
                    raise Gap(f"{topic}/{partition} continues at {record.offset}, expected {expected}")

    async def _advise(self) -> None:
        if time.monotonic() - self._advised_at < _ADVICE_SECONDS:
            return
        self._advised_at = time.monotonic()
        try:
            consumer = self._subscriber.consumer
            positions = await self._positions()
            place = {TopicPartition(self._prefix + topic, part): offset for (topic, part), offset in positions.items()}
            mine = {partition: place[partition] for partition in consumer.assignment() if partition in place}
            if mine:
                await consumer.commit(mine)
        except Exception as error:  # Only advice, for those who look at the group's lag.
            log.info("offset_advice_failed", service=self._service, error=type(error).__name__)


async def _next_batch(consumer: AIOKafkaConsumer) -> tuple[Record, ...]:
    """What comes next, as soon as it comes."""
    came: dict[TopicPartition, list[Record]] = {}
    while not came:
        came = await consumer.getmany(timeout_ms=_LOOK_MILLISECONDS, max_records=BATCH_RECORDS)
    return tuple(chain.from_iterable(came.values()))


async def _leave_raw(message: Any, _original: Any) -> Any:
    """Give FastStream a message without letting it touch headers, which may be null or no text."""
    from faststream.kafka.message import KafkaMessage

    return KafkaMessage(
        raw_message=message, body=b"", headers={}, message_id="", correlation_id="", consumer=None, batch_headers=[]
    )


async def _raw_records(message: Any, _original: Any = None) -> tuple[Record, ...]:
    records: tuple[Record, ...] = message.raw_message
    return records
