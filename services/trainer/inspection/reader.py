"""Reads users' databases on an event loop in a thread of its own.

A thousand tables are seconds of computing, which on the trainer's own loop would hold up heartbeats and pauses.
"""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Collection

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.datasources.inspect import INSPECTION_SECONDS, Structure, inspect, test_connection
from libs.datasources.open import Connections
from libs.events.catalog import DataSourceSettings

Read = Callable[[AsyncEngine], Awaitable[Structure]]

_SWITCH_SECONDS = 0.0005
"""How long this thread may keep the interpreter to itself while the trainer's loop wants it; Python's default is ten
times as long, and a pause needs it some thirty times."""
_STOP_SECONDS = 2.0


class Reader:
    """Made once per process; reads with connections of its own, which are closed after each reading."""

    def __init__(self, connections: Connections) -> None:
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._connections = connections
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="reader", daemon=True)
        self._thread.start()

    async def structure(
        self, settings: DataSourceSettings, only: Collection[str] = (), seconds: float = INSPECTION_SECONDS
    ) -> Structure:
        """The structure of all tables, or of `only` some, within `seconds`; raises `DataSourceError`."""
        return await self._apart(settings, lambda engine: inspect(engine, only, settings.may_sample, seconds))

    async def test(self, settings: DataSourceSettings) -> Structure:
        """Connect and read the version and the names of the tables; raises `DataSourceError`."""
        return await self._apart(settings, test_connection)

    async def close(self) -> None:
        """End the thread; what it still reads is given up."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join, _STOP_SECONDS)

    async def _apart(self, settings: DataSourceSettings, read: Read) -> Structure:
        reading = asyncio.run_coroutine_threadsafe(self._read(settings, read), self._loop)
        return await asyncio.wrap_future(reading)

    async def _read(self, settings: DataSourceSettings, read: Read) -> Structure:
        engine = self._connections.unpooled(settings)
        try:
            return await read(engine)
        finally:
            await engine.dispose()
