"""What every service has of events: its database, its broker, a consumer, a relay, and whether they are in order."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
from faststream.kafka import KafkaBroker

from libs.events.broker import make_broker
from libs.events.consume import Consumer
from libs.events.projection import Handlers
from libs.events.relay import Relay
from libs.events.topics import create_topics
from libs.leases.worker import Run, Worker
from libs.postgres.listen import Listener
from libs.postgres.pool import open_pool
from libs.postgres.schema import Schemas, migrate
from libs.runtime.settings import Settings

Task = Callable[[], Awaitable[None]]
Check = Callable[[], Awaitable[str | None]]


@dataclass(frozen=True)
class EventService:
    """The connections of one service; `tasks` and `checks` are for the entry point (libs.runtime.entry)."""

    name: str
    settings: Settings
    pool: asyncpg.Pool
    listener: Listener
    broker: KafkaBroker

    @classmethod
    async def connect(cls, name: str, settings: Settings, stack: AsyncExitStack, schemas: Schemas) -> "EventService":
        """Connect, bring the database up to date and make missing topics; all is closed with `stack`."""
        pool = await open_pool(settings.postgres_url, name=name)
        stack.push_async_callback(pool.close)
        await migrate(pool, schemas)
        await create_topics(settings.kafka_bootstrap, settings.topic_prefix, settings.partitions)
        broker = make_broker(settings.kafka_bootstrap, name)
        await broker.connect()
        stack.push_async_callback(broker.stop)
        listener = Listener(settings.postgres_url)
        stack.push_async_callback(listener.close)
        return cls(name, settings, pool, listener, broker)

    def tasks(self, handlers: Handlers) -> dict[str, Task]:
        """Consume with `handlers`, and relay the outbox."""
        settings = self.settings
        consumer = Consumer(self.broker, self.pool, self.name, handlers, settings.topic_prefix, settings.instance)
        relay = Relay(
            self.pool,
            self.listener,
            self.broker,
            settings.kafka_bootstrap,
            settings.topic_prefix,
            settings.lease_seconds,
            settings.instance,
        )
        return {"consumer": consumer.run, "relay": relay.run}

    def worker(self, kind: str, run: Run, concurrency: int) -> Worker:
        """A worker of this service for work of `kind`, with the leases that the settings ask for."""
        ttl, instance = self.settings.lease_seconds, self.settings.instance
        return Worker(
            self.pool, self.listener, kind, run, concurrency=concurrency, ttl=ttl, heartbeat=ttl / 4, instance=instance
        )

    def checks(self) -> dict[str, Check]:
        """The database answers; the outbox drains; no message is missing from the read models."""
        return {"database": self._database, "outbox": self._outbox, "gaps": self._gaps}

    async def _database(self) -> str | None:
        await self.pool.fetchval("SELECT 1")
        return None

    async def _outbox(self) -> str | None:
        waiting = await self.pool.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL")
        return f"{waiting} events wait to be sent" if waiting > 10_000 else None

    async def _gaps(self) -> str | None:
        gaps = await self.pool.fetchval("SELECT count(*) FROM gaps")
        return f"{gaps} messages could not be handled; see the topic DeadLettered" if gaps else None
