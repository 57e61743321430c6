"""One transaction: consumed offsets, state and outbox commit together or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zlib import crc32

import asyncpg
from opentelemetry.propagate import inject

from libs.events.catalog import Event
from libs.events.envelope import Message, Received, encode
from libs.events.failures import ReadModelsReplaced
from libs.events.ids import caused_id, new_id
from libs.postgres.pool import Connection
from libs.runtime.clock import now

SHARDS = 2
"""The outbox is split by key into shards; one process at a time relays a shard."""

READ_LOCK = 0x45535041
"""Advisory lock of a service's database: shared by every writing transaction (core-writing.sql), exclusive for the swap
of a rebuild."""

_REPLACED = "ESP01"
_WRITE = """
WITH written AS (
    INSERT INTO outbox (shard, event_id, topic, key, value, headers)
    SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::jsonb[])
    ON CONFLICT (event_id) DO NOTHING
) SELECT pg_notify('outbox', '')
"""


class Transaction:
    """A database transaction that also collects the events to be sent; they are written just before it commits."""

    def __init__(self, connection: Connection, service: str) -> None:
        self.connection = connection
        self._service = service
        self._messages: list[Message] = []

    def publish(
        self,
        event: Event,
        *,
        event_id: str | None = None,
        caused_by: Received[Event] | None = None,
        index: int | str = 0,
        correlation_id: str | None = None,
    ) -> str:
        """Send `event` once this transaction has committed; gives its id.

        With `caused_by` the id is derived from it and `index`, so that a redelivery makes the same event again.
        """
        causation = caused_by.event_id if caused_by else None
        chosen = event_id or (caused_id(causation, f"{type(event).__name__}/{index}") if causation else new_id())
        message = encode(
            event,
            source=self._service,
            event_id=chosen,
            time=now(),
            correlation_id=correlation_id or (caused_by.correlation_id if caused_by else None),
            causation_id=causation,
            traceparent=(caused_by.traceparent if caused_by else None) or current_traceparent(),
        )
        self._messages.append(message)
        return chosen

    async def flush(self) -> None:
        """Write the collected events to the outbox and wake the relay when this transaction commits."""
        if not self._messages:
            return
        shards = [shard_of(message.key) for message in self._messages]
        await self.connection.execute(
            _WRITE,
            shards,
            [message.event_id for message in self._messages],
            [message.topic for message in self._messages],
            [message.key for message in self._messages],
            [message.value for message in self._messages],
            [message.headers for message in self._messages],
        )
        self._messages.clear()


def current_traceparent() -> str | None:
    """The W3C trace context of the running span, to be carried by what it causes."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")


def shard_of(key: str) -> int:
    """The outbox shard of a subject: one subject is always in one shard, which keeps its events in order."""
    return crc32(key.encode()) % SHARDS


@asynccontextmanager
async def transaction(pool: asyncpg.Pool, service: str) -> AsyncIterator[Transaction]:
    """A writing transaction of `service`: everything inside commits together with the events it publishes.

    Raises `ReadModelsReplaced` once another release has rebuilt the read models in its own shape.
    """
    async with pool.acquire() as connection, connection.transaction():
        try:
            await connection.fetchval("SELECT core.begin_writing()")
        except asyncpg.PostgresError as error:
            if error.sqlstate == _REPLACED:
                raise ReadModelsReplaced(str(error)) from None
            raise
        opened = Transaction(connection, service)
        yield opened
        await opened.flush()
