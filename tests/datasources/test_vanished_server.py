"""A server that vanished without a word keeps nobody waiting."""

import asyncio
import contextlib

import pytest

from libs.datasources.gate import admit
from libs.datasources.open import Connections
from libs.datasources.run import run
from libs.events.catalog import DataSourceSettings
from tests.datasources.conftest import UserDatabase


class Line:
    """The way to a server, which can be cut so that neither end hears of it."""

    def __init__(self, server: DataSourceSettings) -> None:
        self._server = server
        self._ways: list[asyncio.Task[None]] = []
        self.opened = self.ended = 0
        self.cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client with the server."""
        self.opened += 1
        back, forth = await asyncio.open_connection(self._server.host, self._server.port)
        self._ways.append(asyncio.create_task(self._copy(back, writer)))
        await self._copy(reader, forth)
        self.ended += 1
        forth.close()

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65_536):
                if not self.cut:
                    target.write(data)
            if not self.cut:
                target.close()


@pytest.mark.parametrize("why", ["a newer version", "the end"])
async def test_a_server_that_vanished_keeps_nobody_waiting_and_its_connections_are_given_up(
    why: str, postgresql: UserDatabase, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.datasources.open._CLOSE_SECONDS", 0.2)
    line = Line(postgresql.settings)
    async with await asyncio.start_server(line.carry, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        engine = await connections.engine("d", 1, postgresql.changed(port=port))
        async with engine.connect(), engine.connect():
            pass
        line.cut = True
        async with asyncio.timeout(20):
            if why == "the end":
                await connections.close()
            else:
                newer = await connections.engine("d", 2, postgresql.settings)
                assert newer is not engine and line.ended == 0
                assert (await run(newer, admit("SELECT 1", "postgres"))).rows == ((1,),)
            while line.ended < line.opened:
                await asyncio.sleep(0)
    assert line.opened == 2
