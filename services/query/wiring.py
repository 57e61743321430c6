"""The one place where the query service is put together."""

from argparse import Namespace
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from libs.datasources.open import Connections
from libs.embeddings.choose import choose_embedder
from libs.events.checksum import checksum
from libs.events.rebuild import Rebuild
from libs.events.service import EventService
from libs.postgres.pool import Connection
from libs.runtime.entry import Wired
from libs.runtime.settings import Settings
from services.query.caches.caches import Caches, Store
from services.query.caches.embedded import EmbeddedStore
from services.query.evaluation import command as evaluation
from services.query.knowledge.vectors import Vectors
from services.query.model.client import Model
from services.query.questions.answer import Answerer
from services.query.questions.find import Finder
from services.query.questions.handlers import handlers
from services.query.questions.overdue import Overdue
from services.query.replay import command as replay_command
from services.query.replay.again import Replay
from services.query.schemas import SCHEMAS

_ANSWERS_AT_ONCE = 4


async def wire(settings: Settings, stack: AsyncExitStack) -> Wired:
    """Connect everything; all is closed with `stack`."""
    service = await EventService.connect("query", settings, stack, SCHEMAS)
    vectors = await Vectors.connect(settings.chroma_url)
    rebuild = _rebuild(service, vectors)
    await service.bring_up_to_date(rebuild)
    finder = _finder(service, vectors, settings, stack)
    answerer = Answerer(service.pool, rebuild.handlers, finder)
    worker = service.worker("question", answerer.answer, _ANSWERS_AT_ONCE, answerer.give_up)

    async def chroma() -> str | None:
        await vectors.heartbeat()
        return None

    await finder.embedder.query("")  # So that the first question does not wait for the model to load.
    overdue = Overdue(service.pool, rebuild.handlers)
    tasks = {**service.tasks(rebuild), "answers": worker.run_forever, "overdue": overdue.run}
    return Wired(tasks, {**service.checks(), "chroma": chroma})


def _finder(service: EventService, vectors: Vectors, settings: Settings, stack: AsyncExitStack) -> Finder:
    """What finds answers, with the connections it needs."""
    connections = Connections.configured(settings)
    stack.push_async_callback(connections.close)
    embedder = choose_embedder(settings)
    stack.push_async_callback(embedder.close)
    model = _model(settings)
    if model:
        stack.push_async_callback(model.close)
    caches = Caches(_store(service, settings, stack))
    return Finder(service.pool, service.listener, vectors, embedder, connections, caches, model)


def _model(settings: Settings) -> Model | None:
    """The model that the settings name; without them there is none, and the composer answers."""
    if not (settings.model_base_url and settings.model_name):
        return None
    key = settings.model_key.get_secret_value() if settings.model_key else None
    return Model(
        settings.model_base_url,
        settings.model_name,
        key,
        temperature=settings.model_temperature,
        seconds=settings.model_seconds,
        answer_tokens=settings.model_answer_tokens,
        window_tokens=settings.model_window_tokens,
    )


def _store(service: EventService, settings: Settings, stack: AsyncExitStack) -> Store:
    """Where answers are cached: a Redis when the settings name one, else the service's own database."""
    if not settings.cache_url:
        return EmbeddedStore(service.pool)
    from services.query.caches.redis import RedisStore

    store = RedisStore.at(settings.cache_url.get_secret_value())
    stack.push_async_callback(store.close)
    return store


async def evaluate(settings: Settings, stack: AsyncExitStack, given: Namespace) -> dict[str, Any]:
    """Ask a file of questions; what is asked is sent and answered by the running service."""
    return await evaluation.evaluate(await EventService.connect("query", settings, stack, SCHEMAS), given)


async def replay(settings: Settings, stack: AsyncExitStack, given: Namespace) -> dict[str, Any]:
    """Ask an old question again, beside the running service."""
    _, replaying = await replaying_with(settings, stack)
    return await replay_command.replay(replaying, given)


async def replaying_with(settings: Settings, stack: AsyncExitStack) -> tuple[EventService, Replay]:
    """Connect what a replay needs; all is closed with `stack`."""
    service = await EventService.connect("query", settings, stack, SCHEMAS)
    vectors = await Vectors.connect(settings.chroma_url)
    return service, Replay(service, _rebuild(service, vectors), _finder(service, vectors, settings, stack))


async def prepare(settings: Settings, stack: AsyncExitStack) -> Rebuild:
    """A rebuild of this service's read models, vectors included."""
    service = await EventService.connect("query", settings, stack, SCHEMAS)
    return _rebuild(service, await Vectors.connect(settings.chroma_url))


def _rebuild(service: EventService, vectors: Vectors) -> Rebuild:
    async def whole(connection: Connection, schema: str) -> str:
        copy = await connection.fetchval(f"SELECT name FROM {schema}.copy")
        return f"{await checksum(connection, schema)}{await vectors.digest(copy)}"

    return replace(service.rebuild(handlers(vectors)), retired=vectors.drop, checksum=whole)
