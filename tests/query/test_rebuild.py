"""The query service rebuilt from a real log equals the running one, vectors included, and goes on from there."""

import asyncio
from contextlib import AsyncExitStack

from cryptography.fernet import Fernet
from pydantic import SecretStr

from libs.events.catalog import Event
from libs.events.service import EventService
from libs.events.transaction import transaction
from libs.runtime.settings import Settings
from services.query.knowledge.vectors import Vectors
from services.query.questions.handlers import handlers
from services.query.schemas import SCHEMAS
from services.query.wiring import prepare
from tests.query.knowledge_events import (
    checkpoint,
    dataset,
    datasource,
    ddl,
    pair,
    removed,
    structure,
    table,
    term,
)

_SECONDS = 30.0


async def test_a_rebuilt_copy_equals_the_live_one_and_the_old_vectors_go(
    postgres_url: str, kafka_bootstrap: str, chroma_url: str, topic_prefix: str
) -> None:
    settings = Settings(
        postgres_url=postgres_url,
        kafka_bootstrap=kafka_bootstrap,
        chroma_url=chroma_url,
        topic_prefix=topic_prefix,
        secret_keys=(SecretStr(Fernet.generate_key().decode()),),
        partitions=2,
    )
    async with AsyncExitStack() as stack:
        service = await EventService.connect("query", settings, stack, SCHEMAS)
        vectors = await Vectors.connect(chroma_url)
        tasks = [asyncio.ensure_future(run()) for run in service.tasks(service.rebuild(handlers(vectors))).values()]
        stack.callback(lambda: [task.cancel() for task in tasks])
        await _say(service, *_history())
        await _until(service, "SELECT count(*) = 2 FROM items")
        old_copy = await service.pool.fetchval("SELECT name FROM copy")
        rebuild = await prepare(settings, stack)
        rebuilt = await rebuild.run(compare=True)
        assert rebuilt.before == rebuilt.after
        assert (rebuilt.events, rebuilt.old_copy) == (len(_history()), old_copy)
        await rebuild.tidy(grace=0)
        empty = await vectors.digest("no such copy")
        assert await vectors.digest(old_copy) == empty != await vectors.digest(rebuilt.new_copy)
        await _say(service, checkpoint(1, [pair("New?", "SELECT 9")], training_id="t9", generation=1))
        await _until(service, "SELECT count(*) = 3 FROM items")
        await vectors.drop(rebuilt.new_copy)


def _history() -> list[Event]:
    flights = table("flights", "origin")
    return [
        datasource(),
        dataset(),
        structure(1, [flights]),
        term(1),
        checkpoint(1, [pair("Old?", "SELECT 1"), ddl(flights)]),
        removed(1),
        checkpoint(1, [pair("How many?", "SELECT 2"), ddl(flights)], training_id="t2", generation=1),
        checkpoint(1, [pair("how many", "SELECT 3", "feedback")], training_id="f1", generation=1),
    ]


async def _say(service: EventService, *events: Event) -> None:
    async with transaction(service.pool, "test") as opened:
        for event in events:
            opened.publish(event)


async def _until(service: EventService, query: str) -> None:
    async with asyncio.timeout(_SECONDS):
        while not await service.pool.fetchval(query) or await service.pool.fetchval(
            "SELECT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL)"
        ):
            await asyncio.sleep(0.05)
