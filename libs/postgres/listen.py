"""LISTEN/NOTIFY over one connection for a whole process. Notifications only wake; the tables tell the truth."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog

log = structlog.get_logger(__name__)

_RECONNECT_SECONDS = 0.5
_MOST_PAYLOADS = 1_000


class Wake:
    """Wakes one waiter; `wait` gives the payloads since the last wait, each once.

    Of one that does not wait for long only so many are kept; then "" stands for whatever there was.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._payloads: set[str] = set()

    def ring(self, payload: str) -> None:
        """Wake the waiter."""
        if len(self._payloads) < _MOST_PAYLOADS:
            self._payloads.add(payload)
        else:
            self._payloads = {""}
        self._event.set()

    async def wait(self, timeout: float) -> set[str]:
        """Payloads of what came, at once or within `timeout` seconds; empty when nothing came."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._event.wait()
        self._event.clear()
        payloads, self._payloads = self._payloads, set()
        return payloads


class Listener:
    """Listens to channels of one database; connects on first use and again when the connection is lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._wakes: dict[str, set[Wake]] = defaultdict(set)
        self._connection: asyncpg.Connection[Any] | None = None
        self._lock = asyncio.Lock()
        self._reconnecting: asyncio.Task[None] | None = None
        self._closed = False

    @asynccontextmanager
    async def subscribed(self, channel: str) -> AsyncIterator[Wake]:
        """A `Wake` that rings for each notification of `channel` from now on."""
        wake = Wake()
        self._wakes[channel].add(wake)
        try:
            await self._listen(channel)
            yield wake
        finally:
            self._wakes[channel].discard(wake)

    async def close(self) -> None:
        """Close the connection."""
        self._closed = True
        if self._reconnecting:
            self._reconnecting.cancel()
        if self._connection and not self._connection.is_closed():
            await self._connection.close(timeout=5)

    async def _listen(self, channel: str) -> None:
        async with self._lock:
            if self._connection is None or self._connection.is_closed():
                await self._connect()
            elif channel not in self._listening:
                await self._connection.add_listener(channel, self._notified)
                self._listening.add(channel)

    async def _connect(self) -> None:
        connection = await asyncpg.connect(
            self._url, timeout=10, server_settings={"application_name": "espalier-listen"}
        )
        connection.add_termination_listener(self._lost)
        self._listening = set(self._wakes)
        for channel in self._listening:
            await connection.add_listener(channel, self._notified)
        self._connection = connection

    def _notified(self, _connection: Any, _pid: int, channel: str, payload: object) -> None:
        for wake in tuple(self._wakes[channel]):
            wake.ring(str(payload))

    def _lost(self, _connection: Any) -> None:
        if not self._closed and (self._reconnecting is None or self._reconnecting.done()):
            self._reconnecting = asyncio.get_running_loop().create_task(self._reconnect(), name="reconnect listener")

    async def _reconnect(self) -> None:
        """Connect again, as long as it takes, and wake everybody: notifications may have been missed."""
        while not self._closed:
            try:
                async with self._lock:
                    if self._connection is None or self._connection.is_closed():
                        await self._connect()
            except (OSError, asyncpg.PostgresError, TimeoutError) as error:
                log.warning("listener_reconnecting", error=type(error).__name__)
                await asyncio.sleep(_RECONNECT_SECONDS)
                continue
            for wakes in self._wakes.values():
                for wake in tuple(wakes):
                    wake.ring("")
            return
