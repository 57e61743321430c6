"""Remembers found SQL for 7 days and results for 5 minutes, in the service's own database.

A cache only saves time: when it cannot be read or written, the question is answered without it.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, TypeVar

import asyncpg
import structlog

from libs.events.projection import Batch
from libs.events.transaction import Transaction
from libs.knowledge.items import normalised_question

log = structlog.get_logger(__name__)

Kind = Literal["sql", "result"]
KEEPS: dict[Kind, timedelta] = {"sql": timedelta(days=7), "result": timedelta(minutes=5)}
_SECONDS = 0.5
T = TypeVar("T")

_GET = """
SELECT body FROM cached AS c WHERE kind = $1 AND key = $2 AND expires_at > clock_timestamp()
    AND begun_at > coalesce((SELECT cleared_at FROM cache_clearings WHERE dataset_id = c.dataset_id), '-infinity')
"""
_PUT = """
WITH old AS (DELETE FROM cached WHERE expires_at < clock_timestamp())
INSERT INTO cached (kind, key, dataset_id, body, begun_at, expires_at)
VALUES ($1, $2, $3, $4, $5, clock_timestamp() + $6::interval)
ON CONFLICT (kind, key) DO UPDATE
SET body = excluded.body, begun_at = excluded.begun_at, expires_at = excluded.expires_at
"""
_CLEAR = """
INSERT INTO cache_clearings (dataset_id, cleared_at) VALUES ($1, clock_timestamp())
ON CONFLICT (dataset_id) DO UPDATE SET cleared_at = excluded.cleared_at
"""


@dataclass(frozen=True)
class CacheKey:
    """What an answer depends on: the question as it is meant, its language, and the state of what is known.

    `context` is what a conversation adds to the question; empty for one that stands alone.
    """

    dataset_id: str
    question: str
    language: str
    knowledge_version: int
    dataset_version: int
    datasource_version: int
    context: str = ""

    @property
    def digest(self) -> str:
        """The key in the store."""
        parts = (
            self.dataset_id,
            normalised_question(self.question),
            self.language,
            str(self.knowledge_version),
            str(self.dataset_version),
            str(self.datasource_version),
            self.context,
        )
        return sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Caches:
    """The cached SQL and results."""

    pool: asyncpg.Pool

    async def get(self, kind: Kind, key: CacheKey) -> dict[str, Any] | None:
        """What was put under `key` and is still good; None also when the store does not answer."""
        return await _only_slower(self.pool.fetchval(_GET, kind, key.digest))

    async def put(self, kind: Kind, key: CacheKey, body: dict[str, Any], begun_at: datetime) -> None:
        """Remember `body`; `begun_at` is the database's time before anything of it was read."""
        await _only_slower(self.pool.execute(_PUT, kind, key.digest, key.dataset_id, body, begun_at, KEEPS[kind]))


async def clear_caches(transaction: Transaction, batch: Batch) -> None:
    """Forget what is cached for the datasets of `CacheCleared` events, also what is being computed now."""
    dataset_ids = sorted({received.event.dataset_id for received in batch})
    await transaction.connection.execute("DELETE FROM cached WHERE dataset_id = ANY($1)", dataset_ids)
    await transaction.connection.executemany(_CLEAR, [(dataset_id,) for dataset_id in dataset_ids])


async def _only_slower(asking: Awaitable[T]) -> T | None:
    try:
        async with asyncio.timeout(_SECONDS):
            return await asking
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        log.warning("cache_unavailable", error=type(error).__name__)
        return None
