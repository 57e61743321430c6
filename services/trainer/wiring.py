"""The one place where the trainer is put together."""

import os
from contextlib import AsyncExitStack

from libs.datasources.open import Connections
from libs.embeddings.choose import choose_embedder
from libs.events.rebuild import Rebuild
from libs.events.service import EventService
from libs.runtime.entry import Wired
from libs.runtime.settings import Settings
from services.trainer.datasets.train import Training
from services.trainer.embeddings import Embeddings
from services.trainer.handlers import HANDLERS, handlers
from services.trainer.inspection.reader import Reader
from services.trainer.inspection.requests import INSPECTION, Inspection
from services.trainer.runs.handlers import LESSON, TRAINING
from services.trainer.schemas import SCHEMAS

_LESSONS, _INSPECTIONS = 4, 4


async def wire(settings: Settings, stack: AsyncExitStack) -> Wired:
    """Connect and build everything; all is closed with `stack`."""
    service = await EventService.connect("trainer", settings, stack, SCHEMAS)
    # Learning a database gives way to everything else: no pause is to wait for the core that it holds.
    embeddings = Embeddings(service.pool, choose_embedder(settings, gives_way=True))
    stack.push_async_callback(embeddings.close)
    urgent = Embeddings(service.pool, choose_embedder(settings))
    stack.push_async_callback(urgent.close)
    rebuild = service.rebuild(handlers(urgent))
    await service.bring_up_to_date(rebuild)
    connections = Connections.configured(settings)
    stack.push_async_callback(connections.close)
    reader = Reader(connections)
    stack.push_async_callback(reader.close)
    training = Training(service.pool, service.listener, connections, reader, embeddings, urgent)
    inspection = Inspection(service.pool, reader)

    tasks = service.tasks(rebuild)
    tasks["trainings"] = service.worker(TRAINING, training.run, os.cpu_count() or 1, in_turns=True).run_forever
    tasks["lessons"] = service.worker(LESSON, training.run, _LESSONS).run_forever
    tasks["inspections"] = service.worker(INSPECTION, inspection.run, _INSPECTIONS, inspection.give_up).run_forever
    return Wired(tasks, service.checks())


async def rebuilding(settings: Settings, stack: AsyncExitStack) -> Rebuild:
    """A rebuild of the trainer's read models."""
    return (await EventService.connect("trainer", settings, stack, SCHEMAS)).rebuild(HANDLERS)
