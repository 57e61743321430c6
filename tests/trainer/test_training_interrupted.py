"""Whole trainings, stopped at every point where they can be, do nothing twice."""

import asyncio
from collections import Counter

import pytest

from libs.events.catalog import (
    CancelRequested,
    DataSourceSettings,
    PauseRequested,
    ResumeRequested,
    SchemaInspectionRequested,
)
from libs.events.ids import new_id
from libs.events.transaction import transaction
from libs.leases.claim import LeaseLost, release
from libs.leases.worker import Held
from libs.runtime.clock import now
from services.trainer.handlers import HANDLERS
from services.trainer.inspection.requests import Inspection
from tests.trainer.events import SOURCE, requested, wish
from tests.trainer.support import Trainer, check_history


@pytest.mark.parametrize("stop_at", [0, 1, 3, 7, 10, 15])
async def test_a_pause_keeps_what_was_embedded_and_resuming_does_nothing_twice(trainer: Trainer, stop_at: int) -> None:
    request = requested()
    await trainer.deliver(request)
    trainer.embedder.stop_at = stop_at
    working = asyncio.create_task(trainer.work())
    await trainer.embedder.stopped()
    await trainer.deliver(wish(PauseRequested, request.training_id, 1))
    async with asyncio.timeout(2):
        await working  # Though the embedding under way still hangs.
    paused = (await trainer.said())[-1]  # Beside what was embedded it knows the structures of three tables.
    assert (paused.status, paused.control_sequence, paused.items_learned) == ("paused", 1, 3 + stop_at)
    assert await trainer.claim() is None
    trainer.embedder.go_on.set()
    await trainer.deliver(wish(ResumeRequested, request.training_id, 2))
    await trainer.work()
    checkpoints = await trainer.said()
    check_history(checkpoints)
    assert checkpoints[-1].status == "completed"
    assert max(Counter(trainer.embedder.texts).values()) == 1


async def test_a_training_cancelled_while_it_works_ends_and_starts_no_more(trainer: Trainer) -> None:
    request = requested()
    await trainer.deliver(request)
    trainer.embedder.stop_at = 4
    working = asyncio.create_task(trainer.work())
    await trainer.embedder.stopped()
    await trainer.deliver(wish(CancelRequested, request.training_id, 1))
    async with asyncio.timeout(2):
        await working
    trainer.embedder.go_on.set()
    await trainer.deliver(wish(ResumeRequested, request.training_id, 2))
    last = (await trainer.said())[-1]
    assert (last.status, last.control_sequence) == ("cancelled", 2)
    assert await trainer.claim() is None


@pytest.mark.parametrize("stop_at", [0, 2, 9])
async def test_a_frozen_worker_is_taken_over_and_its_late_writes_are_refused(trainer: Trainer, stop_at: int) -> None:
    await trainer.deliver(requested())
    trainer.embedder.stop_at = stop_at
    frozen = await trainer.claim(ttl=0.2)
    assert frozen is not None
    old = asyncio.create_task(trainer.training.run(frozen, Held(frozen)))
    await trainer.embedder.stopped()
    taken = None
    async with asyncio.timeout(5):
        while taken is None:
            taken = await trainer.claim()
    assert taken.epoch > frozen.epoch
    trainer.embedder.go_on.set()
    await trainer.training.run(taken, Held(taken))
    with pytest.raises(LeaseLost):
        await old
    checkpoints = await trainer.said()
    check_history(checkpoints)
    assert (checkpoints[-1].status, checkpoints[-1].epoch) == ("completed", taken.epoch)


async def test_a_training_that_crashes_its_workers_again_and_again_is_given_up(trainer: Trainer) -> None:
    await trainer.deliver(requested())
    for _ in range(20):
        if (lease := await trainer.claim(ttl=0.01)) is None:
            break
        held = Held(lease)
        held.lost.set()
        try:
            await trainer.training.run(lease, held)
        except LeaseLost:
            await asyncio.sleep(0.02)
    last = (await trainer.said())[-1]
    assert (last.status, last.attempt, last.problem and last.problem.code) == ("failed", 5, "training_gave_up")


async def test_a_training_or_inspection_asked_for_twice_under_one_id_begins_once(trainer: Trainer) -> None:
    asked = requested()
    inspection = SchemaInspectionRequested(
        inspection_id=new_id(), datasource_id=SOURCE, settings=DataSourceSettings(kind="sqlite"), deadline=now()
    )
    await trainer.deliver(asked, inspection)
    training, inspecting = await trainer.claim(), await trainer.claim("inspection")
    assert training and inspecting
    async with trainer.pool.acquire() as connection, connection.transaction():
        await release(connection, training)
    await Inspection(trainer.pool, trainer.training.reader).run(inspecting, Held(inspecting))
    await trainer.work()
    said = await trainer.said()
    async with transaction(trainer.pool, "trainer") as opened:
        await HANDLERS.apply_reactions(opened, trainer.delivered)
    assert await trainer.said() == said
    assert (await trainer.claim(), await trainer.claim("inspection")) == (None, None)
