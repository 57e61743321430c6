"""Every interleaving of the topics, and every cut into batches, gives the read models that live ones have."""

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.events.catalog import (
    CancelRequested,
    CheckpointReached,
    KnowledgeRemoved,
    PauseRequested,
    ResumeRequested,
    SchemaInspected,
)
from libs.events.checksum import checksum
from libs.events.envelope import Received
from libs.events.ids import new_id
from services.trainer.handlers import HANDLERS
from services.trainer.schemas import SCHEMAS
from tests.interleavings import batches, interleaved, replayed
from tests.trainer.events import DATASET, requested, term, wish
from tests.trainer.support import Trainer


async def history(trainer: Trainer) -> None:
    """Trainings with all that can happen to them."""
    first, second, never = requested(), requested(generation=1), new_id()
    await trainer.deliver(wish(CancelRequested, never, 1), first, wish(PauseRequested, first.training_id, 1))
    await trainer.deliver(wish(ResumeRequested, first.training_id, 2))
    await trainer.work()
    await trainer.deliver(KnowledgeRemoved(dataset_id=DATASET, generation=1, who="o", removed_at=first.requested_at))
    await trainer.deliver(second, term("t1", 2, 3, "revenue", "another meaning"), requested(never))
    await trainer.work()
    await trainer.deliver(requested(generation=1), term("t2", 2, 4, "客户", "买家"))
    await trainer.work()


async def topics_of(trainer: Trainer) -> list[list[Received[Any]]]:
    """What each topic then holds."""
    topics: dict[str, list[Received[Any]]] = {}
    for received in trainer.delivered:
        topics.setdefault(received.topic, []).append(received)
    for event_type in (CheckpointReached, SchemaInspected):
        own = [Received(e, new_id(), "", None, event_type.__name__, 0, 0) for e in await trainer.said(event_type)]
        topics[event_type.__name__] = own
    return list(topics.values())


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seeds=st.lists(st.integers(), min_size=1, max_size=5))
async def test_every_interleaving_of_the_topics_gives_the_live_state(trainer: Trainer, seeds: list[int]) -> None:
    if len(trainer.delivered) < 10:
        await history(trainer)
    topics = await topics_of(trainer)
    async with trainer.pool.acquire() as connection:
        live = await checksum(connection)
    for seed in seeds:
        chance = random.Random(seed)
        read = batches(interleaved(topics, chance), chance)
        assert await replayed(trainer.pool, HANDLERS, SCHEMAS, read) == live


async def test_events_that_come_back_from_the_log_change_nothing(trainer: Trainer) -> None:
    await history(trainer)
    topics = await topics_of(trainer)
    async with trainer.pool.acquire() as connection:
        live = await checksum(connection)
        async with connection.transaction():
            for topic in topics:
                await HANDLERS.apply_projections(connection, topic)
        assert await checksum(connection) == live
