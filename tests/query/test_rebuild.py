"""The query service rebuilt from a real log equals the running one, vectors included, and goes on from there."""

from contextlib import AsyncExitStack

from libs.events.catalog import Event
from libs.events.service import EventService
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
from tests.query.on_log import OnLog, log_settings

__all__ = ["log_settings"]


async def test_a_rebuilt_copy_equals_the_live_one_and_the_old_vectors_go(
    log_settings: Settings,
) -> None:
    async with AsyncExitStack() as stack:
        service = await EventService.connect("query", log_settings, stack, SCHEMAS)
        vectors = await Vectors.connect(log_settings.chroma_url)
        live = OnLog(service)
        live.run(service.rebuild(handlers(vectors)), stack)
        await live.say(*_history())
        await live.until("SELECT count(*) = 2 FROM items")
        old_copy = await service.pool.fetchval("SELECT name FROM copy")
        rebuild = await prepare(log_settings, stack)
        rebuilt = await rebuild.run(compare=True)
        assert rebuilt.before == rebuilt.after
        assert (rebuilt.events, rebuilt.old_copy) == (len(_history()), old_copy)
        await rebuild.tidy(grace=0)
        empty = await vectors.digest("no such copy")
        assert await vectors.digest(old_copy) == empty != await vectors.digest(rebuilt.new_copy)
        await live.say(checkpoint(1, [pair("New?", "SELECT 9")], training_id="t9", generation=1))
        await live.until("SELECT count(*) = 3 FROM items")
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
