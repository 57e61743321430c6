"""A small service that counts feedback and reviews it: tests consume, relay and rebuild with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from faststream.kafka import KafkaBroker

from libs.events.broker import make_broker
from libs.events.catalog import DeadLettered, Event, FeedbackGiven, FeedbackReviewed
from libs.events.consume import Consumer
from libs.events.envelope import Received, decode
from libs.events.ids import new_id
from libs.events.projection import Batch, Handlers
from libs.events.relay import Relay
from libs.events.schemas import CORE, READ
from libs.events.topics import create_topics
from libs.events.transaction import Transaction
from libs.postgres.listen import Listener
from libs.postgres.pool import Connection, open_pool
from libs.postgres.schema import Schemas, migrate
from tests.events.records import NOON, encoded

_LIBS = Path(__file__).parents[2] / "libs"
SCHEMAS = Schemas(
    core=CORE,
    read=(*READ, Path(__file__).parent / "toy.sql"),
)
Headers = Sequence[tuple[str, bytes | None]]


def given(number: int, dataset: str = "d-1", **changes: Any) -> FeedbackGiven:
    """Verdict `number` of a dataset."""
    fields: dict[str, Any] = {
        "feedback_id": f"f-{dataset}-{number}",
        "dataset_id": dataset,
        "sequence": number,
        "question": "How many?",
        "rating": 1,
        "given_at": NOON,
    }
    return FeedbackGiven(**(fields | changes))


async def note_given(connection: Connection, batch: Batch) -> None:
    """Keep each verdict; one with the comment `poison` cannot be handled."""
    for received in batch:
        if received.event.comment == "poison":
            raise ValueError("this cannot be handled")
        await connection.execute(
            "INSERT INTO verdicts (feedback_id, sequence) VALUES ($1, $2) "
            "ON CONFLICT (feedback_id) DO UPDATE SET sequence = excluded.sequence",
            received.event.feedback_id,
            received.event.sequence,
        )


async def note_reviewed(connection: Connection, batch: Batch) -> None:
    """Keep each review in its own column: it may arrive before the verdict that it is about."""
    for received in batch:
        await connection.execute(
            "INSERT INTO verdicts (feedback_id, review) VALUES ($1, $2) "
            "ON CONFLICT (feedback_id) DO UPDATE SET review = excluded.review",
            received.event.feedback_id,
            received.event.verdict,
        )


async def ask_for_review(transaction: Transaction, batch: Batch) -> None:
    """One review for each verdict."""
    for received in batch:
        event = received.event
        transaction.publish(
            FeedbackReviewed(
                feedback_id=event.feedback_id,
                dataset_id=event.dataset_id,
                sequence=event.sequence,
                verdict="accepted",
                reviewed_at=NOON,
            ),
            caused_by=received,
        )


COUNTING = Handlers(project={FeedbackGiven: note_given, FeedbackReviewed: note_reviewed})
REVIEWING = Handlers(project=COUNTING.project, react={FeedbackGiven: ask_for_review})


@dataclass
class Toy:
    """The running service and the hands that a test has on it."""

    pool: "asyncpg.Pool[Any]"
    listener: Listener
    broker: KafkaBroker
    bootstrap: str
    prefix: str
    handlers: Handlers
    consuming: "asyncio.Task[None]" = field(init=False)

    async def send(self, *events: Event) -> None:
        """Put events on the log as another service would."""
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
            for event in events:
                message = encoded(event)
                headers = [(name, value.encode()) for name, value in message.headers.items()]
                await producer.send_and_wait(
                    self.prefix + message.topic, message.value, message.key.encode(), headers=headers
                )

    async def send_raw(self, topic: str, value: bytes | None, headers: Headers, key: bytes | None = b"d-1") -> None:
        """Put any bytes on the log."""
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
            await producer.send_and_wait(self.prefix + topic, value, key, headers=headers)

    async def known(self) -> dict[str, int | None]:
        """The sequence of each verdict that the read models know."""
        rows = await self.pool.fetch("SELECT feedback_id, sequence FROM verdicts ORDER BY feedback_id")
        return {row["feedback_id"]: row["sequence"] for row in rows}

    async def gaps(self) -> list[tuple[str, int, str]]:
        """(topic, offset, reason) of what could not be handled."""
        rows = await self.pool.fetch('SELECT topic, "offset", reason FROM gaps ORDER BY topic, "offset"')
        return [tuple(row) for row in rows]

    async def dead_letters(self, count: int) -> list[DeadLettered]:
        """The first `count` dead letters of the log."""
        return [received.event for received in await self.log(DeadLettered, count)]

    async def log(self, event: type[Event], count: int) -> list[Received[Any]]:
        """The first `count` events of a topic, as soon as they are there."""
        topic = self.prefix + event.__name__
        found: list[Received[Any]] = []
        async with (
            AIOKafkaConsumer(topic, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest") as consumer,
            asyncio.timeout(20),
        ):
            while len(found) < count:
                for records in (await consumer.getmany(timeout_ms=50)).values():
                    found.extend(decode(record, self.prefix) for record in records)
        return found


@asynccontextmanager
async def toy_service(
    postgres_url: str, bootstrap: str, prefix: str, handlers: Handlers, *, relay: bool = True
) -> AsyncIterator[Toy]:
    """Run the service on an empty database until the block ends."""
    pool = await open_pool(postgres_url, name="toy")
    await migrate(pool, SCHEMAS)
    await create_topics(bootstrap, prefix, partitions=1)
    broker, listener = make_broker(bootstrap, f"toy-{new_id()}"), Listener(postgres_url)
    await broker.connect()
    toy = Toy(pool, listener, broker, bootstrap, prefix, handlers)
    toy.consuming = asyncio.create_task(Consumer(broker, pool, "toy", handlers, prefix).run())
    tasks = [toy.consuming]
    if relay:
        tasks.append(asyncio.create_task(Relay(pool, listener, bootstrap, prefix).run()))
    try:
        yield toy
    finally:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        await broker.stop()
        await listener.close()
        await pool.close()


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait until an async condition holds; `TimeoutError` after `seconds`."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)
