"""Handles once more what could not be handled, and closes the gaps of what now can.

A late event is harmless: versions and sequences tell what is newer (docs/decisions/0004-read-models-own-columns.md).
"""

from dataclasses import dataclass

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from libs.events.envelope import decode
from libs.events.projection import Handlers
from libs.events.transaction import transaction

log = structlog.get_logger(__name__)

_GAPS = 'SELECT topic, partition, "offset" FROM gaps ORDER BY topic, partition, "offset"'
_CLOSE = 'DELETE FROM gaps WHERE topic = $1 AND partition = $2 AND "offset" = $3'
_READ_MILLISECONDS = 10_000


@dataclass(frozen=True)
class Retried:
    """How many gaps were closed, and how many are left."""

    closed: int
    left: int


async def retry(pool: asyncpg.Pool, service: str, bootstrap: str, prefix: str, handlers: Handlers) -> Retried:
    """Read the messages of all gaps from the log and handle each in a transaction, reactions included."""
    rows = await pool.fetch(_GAPS)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, max_partition_fetch_bytes=4_194_304
    )
    await consumer.start()
    closed = 0
    try:
        for row in rows:
            place = TopicPartition(prefix + row["topic"], row["partition"])
            try:
                await _handle(consumer, place, row["offset"], pool, service, handlers, prefix)
                closed += 1
            except Exception as error:
                log.warning("gap_left", topic=row["topic"], offset=row["offset"], error=type(error).__name__)
    finally:
        await consumer.stop()
    return Retried(closed, len(rows) - closed)


async def _handle(
    consumer: AIOKafkaConsumer,
    place: TopicPartition,
    offset: int,
    pool: asyncpg.Pool,
    service: str,
    handlers: Handlers,
    prefix: str,
) -> None:
    consumer.assign([place])
    consumer.seek(place, offset)
    found = (await consumer.getmany(place, timeout_ms=_READ_MILLISECONDS, max_records=1)).get(place, [])
    if not found or found[0].offset != offset:
        raise LookupError(f"{place.topic}/{place.partition}/{offset} is in the log no longer")
    received = decode(found[0], prefix)
    async with transaction(pool, service) as opened:
        await handlers.apply_projections(opened.connection, [received])
        await handlers.apply_reactions(opened, [received])
        await opened.connection.execute(_CLOSE, received.topic, place.partition, offset)
