"""The caches as an answer uses them: whatever store they are in, and also when that store is away."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol, TypeVar

import structlog

from services.query.caches.key import CacheKey

log = structlog.get_logger(__name__)

Kind = Literal["sql", "result"]
KEEPS: dict[Kind, timedelta] = {"sql": timedelta(days=7), "result": timedelta(minutes=5)}
_SECONDS = 0.5
T = TypeVar("T")


class StoreAway(Exception):
    """A store did not do what it was asked."""


class Store(Protocol):
    """Where entries are kept; both raise `StoreAway`."""

    async def get(self, kind: Kind, key: CacheKey) -> dict[str, Any] | None:
        """The entry, unless its time is over."""

    async def put(self, kind: Kind, key: CacheKey, body: dict[str, Any], keeps: timedelta) -> None:
        """Keep an entry for a time."""


@dataclass(frozen=True)
class Caches:
    """The cached SQL and results."""

    store: Store

    async def get(self, kind: Kind, key: CacheKey) -> dict[str, Any] | None:
        """What was put under `key` and is still good; None also when the store does not answer."""
        return await _only_slower(self.store.get(kind, key))

    async def put(self, kind: Kind, key: CacheKey, body: dict[str, Any]) -> None:
        """Remember `body`, if the store is there."""
        await _only_slower(self.store.put(kind, key, body, KEEPS[kind]))


async def _only_slower(asking: Awaitable[T]) -> T | None:
    try:
        async with asyncio.timeout(_SECONDS):
            return await asking
    except (StoreAway, TimeoutError) as error:
        log.warning("cache_unavailable", error=type(error.__cause__ or error).__name__)
        return None
