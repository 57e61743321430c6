"""Produce-to-projected: events per second of one consuming process, from Kafka into PostgreSQL."""

import asyncio
import time
import uuid

from aiokafka import AIOKafkaProducer

from deploy.local.infrastructure import Infrastructure
from deploy.local.postgres import create_database
from libs.events.broker import make_broker
from libs.events.catalog import FeedbackGiven
from libs.events.consume import Consumer
from libs.events.envelope import encode
from libs.events.ids import new_id
from libs.events.projection import Handlers
from libs.events.topics import create_topics
from libs.postgres.pool import open_pool
from libs.postgres.schema import migrate
from libs.runtime.clock import now
from tests.faults.pipeline import SCHEMAS, count

EVENTS, SUBJECTS = 100_000, 1_000


async def produce_to_projected(running: Infrastructure) -> list[dict[str, object]]:
    """Send events beforehand, then consume them all: decode, count per subject, offsets, one transaction a batch."""
    prefix = f"b{uuid.uuid4().hex[:8]}."
    url = await create_database(running.postgres_url, f"bench_{uuid.uuid4().hex[:8]}")
    await create_topics(running.kafka_bootstrap, prefix, 4)
    started = time.perf_counter()
    await _send(running.kafka_bootstrap, prefix)
    sent = time.perf_counter() - started
    pool = await open_pool(url, name="bench")
    await migrate(pool, SCHEMAS)
    broker = make_broker(running.kafka_bootstrap, "bench")
    await broker.connect()
    consumer = asyncio.create_task(
        Consumer(broker, pool, "bench", Handlers(project={FeedbackGiven: count}), prefix).run()
    )
    first = last = 0.0
    try:
        async with asyncio.timeout(120):
            while (done := await pool.fetchval("SELECT coalesce(sum(events), 0) FROM counts")) < EVENTS:
                if done and not first:
                    first, already = time.perf_counter(), int(done)
                await asyncio.sleep(0.02)
            last = time.perf_counter()
    finally:
        consumer.cancel()
        await asyncio.gather(consumer, return_exceptions=True)
        await broker.stop()
        await pool.close()
    rate = (EVENTS - already) / (last - first)
    return [
        {"figure": "produced_per_second", "unit": "events/s", "n": EVENTS, "value": round(EVENTS / sent)},
        {"figure": "projected_per_second", "unit": "events/s per process", "n": EVENTS, "value": round(rate)},
    ]


async def _send(bootstrap: str, prefix: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=5, max_batch_size=262_144)
    await producer.start()
    subjects = [new_id() for _ in range(SUBJECTS)]
    for sequence in range(EVENTS):
        subject = subjects[sequence % SUBJECTS]
        given = FeedbackGiven(
            feedback_id=new_id(), dataset_id=subject, sequence=sequence, question="How many?", rating=1, given_at=now()
        )
        message = encode(given, source="gateway", event_id=new_id(), time=now())
        headers = [(name, value.encode()) for name, value in message.headers.items()]
        await producer.send(prefix + message.topic, message.value, key=subject.encode(), headers=headers)
    await producer.flush()
    await producer.stop()
