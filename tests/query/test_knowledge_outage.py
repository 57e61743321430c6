"""A Chroma that is away for a while costs time, and no knowledge."""

import asyncio
from urllib.parse import urlsplit

import pytest

from libs.knowledge.items import pair_id
from libs.postgres.transient import is_transient
from services.query.knowledge.vectors import Vectors, VectorsUnavailable
from services.query.questions.handlers import handlers
from tests.query.conftest import Query
from tests.query.knowledge_events import checkpoint, pair, vector


class Cable:
    """A connection to Chroma that can be pulled and plugged in again."""

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._host, self._port)
        self._open |= {writer, back}
        await asyncio.gather(self._copy(reader, back), self._copy(there, writer), return_exceptions=True)

    @staticmethod
    async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


async def test_knowledge_that_comes_while_chroma_is_away_is_refused_for_now_and_taken_in_later(
    query: Query, chroma_url: str
) -> None:
    cable = Cable(chroma_url)
    await cable.plug()
    service = Query(query.pool, vectors := await Vectors.connect(f"http://127.0.0.1:{cable.port}"), handlers(vectors))
    event = checkpoint(1, [pair("How many?", "SELECT 1")])
    await cable.pull()
    with pytest.raises(VectorsUnavailable) as raised:
        await service.project(event)
    assert is_transient(raised.value)
    assert await query.pool.fetchval("SELECT count(*) FROM items") == 0
    await cable.plug()
    await service.project(event)
    [near] = await service.vectors.nearest(await query.copy(), "d1", "test", vector("How many?"), "pair", 1)
    assert near.item_id == pair_id("How many?", "SELECT 1")
    await cable.pull()
