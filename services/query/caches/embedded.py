"""Entries in the service's own database."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg

from libs.postgres.transient import AWAY
from services.query.caches.caches import Kind, StoreAway
from services.query.caches.key import CacheKey

_GET = "SELECT body FROM cached WHERE kind = $1 AND key = $2 AND expires_at > clock_timestamp()"
_PUT = """
WITH old AS (DELETE FROM cached WHERE expires_at < clock_timestamp())
INSERT INTO cached (kind, key, dataset_id, body, expires_at)
VALUES ($1, $2, $3, $4, clock_timestamp() + $5::interval)
ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at
"""


@dataclass(frozen=True)
class EmbeddedStore:
    """The tables of core.sql."""

    pool: "asyncpg.Pool[Any]"

    async def get(self, kind: Kind, key: CacheKey) -> dict[str, Any] | None:
        """The entry, unless its time is over; raises `StoreAway`."""
        try:
            found: dict[str, Any] | None = await self.pool.fetchval(_GET, kind, key.digest)
        except AWAY as error:
            raise StoreAway from error
        return found

    async def put(self, kind: Kind, key: CacheKey, body: dict[str, Any], keeps: timedelta) -> None:
        """Keep an entry for a time; raises `StoreAway`."""
        try:
            await self.pool.execute(_PUT, kind, key.digest, key.dataset_id, body, keeps)
        except AWAY as error:
            raise StoreAway from error
