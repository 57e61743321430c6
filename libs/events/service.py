"""What every service has of events: its database, its broker, a consumer, a relay, and whether they are in order."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
import structlog
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError
from faststream.kafka import KafkaBroker

from libs.events.broker import make_broker
from libs.events.consume import Consumer
from libs.events.failures import ReadModelsReplaced
from libs.events.projection import Handlers
from libs.events.rebuild import Rebuild
from libs.events.relay import Relay
from libs.events.topics import KafkaAway, create_topics
from libs.leases.worker import Run, Worker
from libs.postgres.listen import Listener
from libs.postgres.pool import open_pool
from libs.postgres.schema import Schemas, migrate, read_hash, read_state
from libs.runtime.health import Degraded
from libs.runtime.settings import Settings

log = structlog.get_logger(__name__)

_LEASE_CONNECTIONS = 4
_BEHIND = 10_000
"""So many events that are not sent or not read yet are more than a moment's work."""

Task = Callable[[], Awaitable[None]]
Check = Callable[[], Awaitable[str | None]]


@dataclass
class EventService:
    """The connections of one service; `tasks` and `checks` are for the entry point (libs.runtime.entry)."""

    name: str
    settings: Settings
    schemas: Schemas
    pool: asyncpg.Pool
    lease_pool: asyncpg.Pool
    """Of its own, so that heartbeats and the relay never wait behind writers that wait for a rebuild."""
    listener: Listener
    broker: KafkaBroker
    consumer: Consumer | None = None
    """Made by `tasks`."""

    @classmethod
    async def connect(cls, name: str, settings: Settings, stack: AsyncExitStack, schemas: Schemas) -> "EventService":
        """Connect, bring the database up to date and make missing topics; all is closed with `stack`."""
        url = settings.postgres_url
        pool = await open_pool(url, name=name, read_models=read_hash(schemas.read))
        stack.push_async_callback(pool.close)
        lease_pool = await open_pool(url, name=f"{name}-leases", size=_LEASE_CONNECTIONS)
        stack.push_async_callback(lease_pool.close)
        await migrate(pool, schemas)
        await create_topics(settings.kafka_bootstrap, settings.topic_prefix, settings.partitions)
        broker = make_broker(settings.kafka_bootstrap, name)
        stack.push_async_callback(broker.stop)
        try:
            await broker.connect()
        except KafkaConnectionError as error:
            raise KafkaAway(f"no Kafka answers at {settings.kafka_bootstrap} any more") from error
        listener = Listener(settings.postgres_url)
        stack.push_async_callback(listener.close)
        return cls(name, settings, schemas, pool, lease_pool, listener, broker)

    def tasks(self, rebuild: Rebuild) -> dict[str, Task]:
        """Consume with the handlers of `rebuild`, relay the outbox, and drop copies that are out of use."""
        settings = self.settings
        self.consumer = Consumer(
            self.broker, self.pool, self.name, rebuild.handlers, settings.topic_prefix, settings.instance
        )
        return {"consumer": self.consumer.run, "relay": self._relay().run, "copies": rebuild.tidy_forever}

    def worker(
        self, kind: str, run: Run, concurrency: int, give_up: Run | None = None, *, in_turns: bool = False
    ) -> Worker:
        """A worker of this service for work of `kind`, with the leases that the settings ask for."""
        ttl, instance = self.settings.lease_seconds, self.settings.instance
        return Worker(
            self.lease_pool,
            self.listener,
            kind,
            run,
            concurrency=concurrency,
            ttl=ttl,
            heartbeat=ttl / 4,
            instance=instance,
            give_up=give_up,
            in_turns=in_turns,
        )

    async def last_positions(self, topic: str) -> tuple[str, ...]:
        """The last position in each partition of `topic` that holds anything; raises `KafkaError` or `TimeoutError`."""
        if self.consumer is None:
            raise NodeNotReadyError("nothing is consumed yet")
        return await self.consumer.last_positions(topic)

    def rebuild(self, handlers: Handlers) -> Rebuild:
        """A rebuild of the read models."""
        return Rebuild(self.pool, self.settings.kafka_bootstrap, self.settings.topic_prefix, handlers, self.schemas)

    async def bring_up_to_date(self, rebuild: Rebuild) -> None:
        """Rebuild read models of an earlier description; raises `ReadModelsReplaced` when they are of a later one."""
        async with self.pool.acquire() as connection:
            state = await read_state(connection, self.schemas)
        if state == "replaced":
            raise ReadModelsReplaced(
                f"another release has rebuilt the read models of {self.name}: start that one, or go back to this one "
                f"with `python -m services.{self.name} rebuild`"
            )
        if state == "current":
            return
        log.info("read_models_outdated", service=self.name)
        relaying = asyncio.create_task(self._relay().run(), name="relay")  # A rebuild waits until the outbox is empty.
        try:
            await rebuild.run_if_outdated()
        finally:
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)

    def checks(self) -> dict[str, Check]:
        """The database answers; the outbox drains; the read models are near the log's end, and lack no message."""
        return {"database": self._database, "outbox": self._outbox, "log": self._log, "gaps": self._gaps}

    def _relay(self) -> Relay:
        settings = self.settings
        return Relay(
            self.lease_pool,
            self.listener,
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
        return f"{waiting} events wait to be sent" if waiting > _BEHIND else None

    async def _log(self) -> str | None:
        behind = await self.consumer.behind() if self.consumer else 0
        return f"{behind} events of the log are not in the read models yet" if behind > _BEHIND else None

    async def _gaps(self) -> str | None:
        gaps = await self.pool.fetchval("SELECT count(*) FROM gaps")
        retry = f"python -m services.{self.name} retry"
        return Degraded(f"{gaps} messages could not be handled (topic DeadLettered, `{retry}`)") if gaps else None
