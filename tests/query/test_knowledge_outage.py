"""A Chroma that is away for a while costs time, and neither knowledge nor answers."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit

import asyncpg
import pytest

from libs.events.catalog import LearnedItem
from libs.knowledge.items import pair_id
from libs.postgres.transient import is_transient
from services.query.knowledge import learn
from services.query.knowledge import vectors as vectors_of
from services.query.knowledge.vectors import Vectors, VectorsUnavailable
from services.query.questions.handlers import handlers
from tests.query.conftest import Query
from tests.query.knowledge_events import checkpoint, pair, vector
from tests.query.test_questions import HOW_MANY, Asking, asking  # noqa: F401


class Cable:
    """A connection to Chroma that can be pulled and plugged in again, and frozen: then all is taken, and none given."""

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.frozen = False

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

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not self.frozen:
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


@pytest.mark.parametrize("frozen", [True, False], ids=["frozen", "away"])
async def test_a_question_is_answered_without_near_pairs_when_chroma_does_not_answer(
    frozen: bool,
    asking: Asking,  # noqa: F811
    chroma_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vectors_of, "_NEAREST_SECONDS", 0.2)
    cable = Cable(chroma_url)
    await cable.plug()
    finder = replace(asking.answerer.finder, vectors=await Vectors.connect(f"http://127.0.0.1:{cable.port}"))
    asking.answerer = replace(asking.answerer, finder=finder)
    cable.frozen = frozen
    if not frozen:
        await cable.pull()
    answer = await asking.ask(HOW_MANY)
    steps = [(step["name"], step["status"]) for step in answer["steps"]]
    assert steps[0] == ("retrieve", "failed") and "without them" in answer["steps"][0]["detail"]
    assert (answer["outcome"], answer["sources"]["strategy"]) == ("answered", "composed")
    assert await asking.query.pool.fetchval("SELECT count(*) FROM cached") == 0, "it may be better in a moment"
    with pytest.raises(VectorsUnavailable):
        await asking.ask(HOW_MANY, 2, purpose="check")
    if frozen:
        await cable.pull()


class SlowVectors:
    """Chroma that answers only after the transaction that asks was idle for longer than PostgreSQL allows any other."""

    def __init__(self, query: Query) -> None:
        self._query = query

    async def put(self, copy: str, dataset_id: str, items: Mapping[str, tuple[LearnedItem, int]]) -> None:
        waiting = (
            "SELECT count(*) FILTER (WHERE clock_timestamp() - state_change > interval '5 s') = 0 "
            "FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' "
            "HAVING count(*) > 0"
        )
        while await self._query.pool.fetchval(waiting):
            await asyncio.sleep(0.1)
        await self._query.vectors.put(copy, dataset_id, items)

    async def forget(self, copy: str, dataset_id: str, item_ids: Sequence[str]) -> None:
        await self._query.vectors.forget(copy, dataset_id, item_ids)


async def test_a_slow_chroma_does_not_end_the_transaction_that_waits_for_it(query: Query) -> None:
    service = Query(query.pool, query.vectors, handlers(cast(Vectors, SlowVectors(query))))
    await service.project(checkpoint(1, [pair("How many?", "SELECT 1")]))
    assert await query.pool.fetchval("SELECT count(*) FROM items") == 1
    assert len(await query.vectors.nearest(await query.copy(), "d1", "test", vector("How many?"), "pair", 5)) == 1


async def test_a_process_that_is_frozen_while_it_asks_chroma_loses_its_locks(
    query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learn, "_WAIT_FOR_VECTORS", "SET LOCAL idle_in_transaction_session_timeout = '1s'")
    service = Query(query.pool, query.vectors, handlers(cast(Vectors, SlowVectors(query))))
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as raised:
        await service.project(checkpoint(1, [pair("How many?", "SELECT 1")]))
    assert is_transient(raised.value)
    assert await query.pool.fetchval("SELECT count(*) FROM items") == 0
