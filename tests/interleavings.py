"""Orders in which a service may read the log: free between topics, kept inside each, cut into batches anywhere."""

import random
import secrets
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import asyncpg

from libs.events.catalog import Event
from libs.events.checksum import checksum
from libs.events.envelope import Received
from libs.events.ids import new_id
from libs.events.projection import Handlers
from libs.postgres.pool import SEARCH_PATH
from libs.postgres.schema import Schemas, create_read

T = TypeVar("T")


def topics_of(events: Iterable[Event]) -> list[list[Received[Any]]]:
    """What each topic holds, in the order of `events`, in one partition."""
    topics: dict[str, list[Received[Any]]] = {}
    for event in events:
        topic = topics.setdefault(type(event).__name__, [])
        topic.append(Received(event, new_id(), new_id(), None, type(event).__name__, 0, len(topic)))
    return list(topics.values())


def interleaved(topics: Sequence[Sequence[T]], chance: random.Random) -> list[T]:
    """One of all orders that keep the order inside each topic."""
    waiting, order = [list(topic) for topic in topics], []
    while waiting := [topic for topic in waiting if topic]:
        order.append(chance.choice(waiting).pop(0))
    return order


def batches(events: Sequence[T], chance: random.Random) -> list[list[T]]:
    """`events` cut into batches; now and then one is delivered again."""
    left, found = list(events), []
    while left:
        size = chance.randint(1, len(left))
        found += [left[:size]] * (2 if chance.random() < 0.3 else 1)
        left = left[size:]
    return found


async def replayed(
    pool: "asyncpg.Pool[Any]", handlers: Handlers, schemas: Schemas, read: Iterable[Sequence[Received[Any]]]
) -> str:
    """The checksum of a fresh copy of the read models that has read those batches."""
    schema = f"copy_{secrets.token_hex(4)}"
    async with pool.acquire() as connection:
        await create_read(connection, schema, schemas)
        try:
            await connection.execute(f"SET search_path = {schema}, core")
            for batch in read:
                async with connection.transaction():
                    await handlers.apply_projections(connection, batch)
            return await checksum(connection, schema)
        finally:
            await connection.execute(f"SET search_path = {SEARCH_PATH}; DROP SCHEMA {schema} CASCADE")
