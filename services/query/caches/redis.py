"""Entries in a Redis that several processes share. What is cleared is in the key: it may keep or lose all."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from libs.postgres.pool import to_json
from services.query.caches.caches import Kind, StoreAway
from services.query.caches.key import CacheKey

_SECONDS = 0.5


@dataclass(frozen=True)
class RedisStore:
    """A Redis by URL."""

    redis: "Redis"

    @classmethod
    def at(cls, url: str) -> Self:
        """The store at `url`; it is connected when it is first used."""
        return cls(Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS))

    async def close(self) -> None:
        """Close the connections."""
        await self.redis.aclose()

    async def get(self, kind: Kind, key: CacheKey) -> dict[str, Any] | None:
        """The entry, unless its time is over; raises `StoreAway`."""
        try:
            found = await self.redis.get(_name(kind, key))
        except (RedisError, OSError) as error:
            raise StoreAway from error
        body: dict[str, Any] | None = orjson.loads(found) if found else None
        return body

    async def put(self, kind: Kind, key: CacheKey, body: dict[str, Any], keeps: timedelta) -> None:
        """Keep an entry for a time; raises `StoreAway`."""
        try:
            await self.redis.set(_name(kind, key), to_json(body), px=keeps)
        except (RedisError, OSError) as error:
            raise StoreAway from error


def _name(kind: Kind, key: CacheKey) -> str:
    return f"espalier:{kind}:{key.digest}"
