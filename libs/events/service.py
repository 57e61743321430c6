"""What every service has of events: its database, its broker, a consumer, a relay, and whether they are in order."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
import structlog
from faststream.kafka import KafkaBroker

from libs.events.broker import make_broker
from libs.events.consume import Consumer
from libs.events.projection import Handlers
from libs.events.rebuild import Rebuild
from libs.events.relay import Relay
from libs.events.topics import create_topics
from libs.leases.worker import Run, Worker
from libs.postgres.listen import Listener
from libs.postgres.pool import open_pool
from libs.postgres.schema import Schemas, migrate, read_is_outdated
from libs.runtime.health import Degraded
from libs.runtime.settings import Settings

log = structlog.get_logger(__name__)

Task = Callable[[], Awaitable[None]]
Check = Callable[[], Awaitable[str | None]]


@dataclass(frozen=True)
class EventService:
    """The connections of one service; `tasks` and `checks` are for the entry point (libs.runtime.entry)."""

    name: str
    settings: Settings
    schemas: Schemas
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
        return cls(name, settings, schemas, pool, listener, broker)

    def tasks(self, handlers: Handlers) -> dict[str, Task]:
        """Consume with `handlers`, and relay the outbox."""
        settings = self.settings
        consumer = Consumer(self.broker, self.pool, self.name, handlers, settings.topic_prefix, settings.instance)
        return {"consumer": consumer.run, "relay": self._relay().run}

    def worker(self, kind: str, run: Run, concurrency: int) -> Worker:
        """A worker of this service for work of `kind`, with the leases that the settings ask for."""
        ttl, instance = self.settings.lease_seconds, self.settings.instance
        return Worker(
            self.pool, self.listener, kind, run, concurrency=concurrency, ttl=ttl, heartbeat=ttl / 4, instance=instance
        )

    def rebuild(self, handlers: Handlers) -> Rebuild:
        """A rebuild of the read models."""
        return Rebuild(self.pool, self.settings.kafka_bootstrap, self.settings.topic_prefix, handlers, self.schemas)

    async def bring_up_to_date(self, rebuild: Rebuild) -> None:
        """Rebuild the read models if they were made of another description than the one that is in use now."""
        async with self.pool.acquire() as connection:
            if not await read_is_outdated(connection, self.schemas):
                return
        log.info("read_models_outdated", service=self.name)
        relaying = asyncio.create_task(self._relay().run(), name="relay")  # A rebuild waits until the outbox is empty.
        try:
            await rebuild.run()
        finally:
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)

    def checks(self) -> dict[str, Check]:
        """The database answers; the outbox drains; no message is missing from the read models."""
        return {"database": self._database, "outbox": self._outbox, "gaps": self._gaps}

    def _relay(self) -> Relay:
        settings = self.settings
        return Relay(
            self.pool,
            self.listener,
            self.broker,
            settings.kafka_bootstrap,
            settings.topic_prefix,
            settings.lease_seconds,
            settings.instance,
        )

    async def _database(self) -> str | None:
        await self.pool.fetchval("SELECT 1")
        return None

    async def _outbox(self) -> str | None:
        waiting = await self.pool.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL")
        return f"{waiting} events wait to be sent" if waiting > 10_000 else None

    async def _gaps(self) -> str | None:
        gaps = await self.pool.fetchval("SELECT count(*) FROM gaps")
        return Degraded(f"{gaps} messages could not be handled; see the topic DeadLettered") if gaps else None
