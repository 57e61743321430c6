"""Feedback and imported pairs are learned beside the training of their dataset."""

import asyncio
from hashlib import sha256
from typing import Any

import pytest

from libs.events.catalog import CheckpointReached, LearnedItem, PauseRequested, ResumeRequested
from libs.language.catalogue import text
from libs.runtime.clock import now
from services.trainer.datasets.plan import pair_item
from services.trainer.runs.learned import known_items
from tests.trainer.events import DATASET, requested, wish
from tests.trainer.support import CountingEmbedder, Trainer, check_history

_HAS_VECTOR = "SELECT EXISTS (SELECT FROM embeddings WHERE text_hash = $1)"


async def test_feedback_is_learned_at_once_even_while_its_dataset_is_trained(trainer: Trainer) -> None:
    await trainer.deliver(requested())
    trainer.embedder.stop_at = 2
    working = asyncio.create_task(trainer.work())
    await trainer.embedder.stopped()
    item = LearnedItem(item_id="x", kind="pair", text="q", question="q", sql="SELECT 1", origin="feedback")
    lesson = requested(source="feedback", items=(item,))
    await trainer.deliver(lesson)
    async with asyncio.timeout(5):  # It is embedded before anybody works on it, with a model that no training holds up.
        while not await trainer.pool.fetchval(_HAS_VECTOR, sha256(b"q").digest()):
            await asyncio.sleep(0.01)
    await trainer.work("lesson")
    assert isinstance(trainer.urgent.embedder, CountingEmbedder) and trainer.urgent.embedder.texts == ["q"]
    said = [c for c in await trainer.said() if c.training_id == lesson.training_id]
    assert [(c.status, c.progress) for c in said] == [("completed", 100)]
    assert [i.item_id for i in said[-1].items] == ["x"]
    trainer.embedder.go_on.set()
    await working


def _given(count: int) -> tuple[LearnedItem, ...]:
    questions = [f"question {number:02}" for number in range(count)]
    return tuple(
        LearnedItem(item_id=each, kind="pair", text=each, question=each, sql="SELECT 1", origin="feedback")
        for each in questions
    )


async def test_imported_pairs_are_learned_in_batches_and_stay_as_they_are_when_they_come_again(
    trainer: Trainer,
) -> None:
    generated, *items = _given(40)
    made = generated.model_copy(update={"origin": "training"})
    await trainer.deliver(
        CheckpointReached(
            training_id="t", dataset_id=DATASET, sequence=1, status="training", items=(made,), reached_at=now()
        )
    )

    async def imports(*given: LearnedItem) -> tuple[list[str], str]:
        request = requested(items=given, language="zh")
        await trainer.deliver(request)
        await trainer.work("lesson")
        said = [c for c in await trainer.said() if c.training_id == request.training_id]
        check_history(said)
        assert max(len(c.items) for c in said) <= 16 and all(item.embedding for c in said for item in c.items)
        assert all(c.progress < 100 for c in said[:-1])
        assert (said[-1].status, said[-1].progress) == ("completed", 100)
        return [item.item_id for c in said for item in c.items], said[-1].message

    assert await imports(generated, *items) == (
        [item.item_id for item in items], text("trainer.given_learned", "zh", count=39, known=1),
    )  # fmt: skip
    assert await imports(generated, *items) == ([], text("trainer.given_learned", "zh", count=0, known=40))
    assert len(trainer.embedder.texts) == 39
    other = generated.model_copy(update={"item_id": "other", "sql": "SELECT 2"})
    for pair in (other, generated, other):  # Each replaces the one before, so that none of them counts any more.
        assert (await imports(pair))[0] == [pair.item_id]


async def test_what_is_taken_back_is_forgotten_before_what_it_replaced_is_learned_again(trainer: Trainer) -> None:
    wrong, right = _given(2)
    await trainer.deliver(requested(source="feedback", items=(wrong,)))
    await trainer.work("lesson")
    back = requested(source="feedback", items=(right,), forgets=(wrong.item_id,))
    await trainer.deliver(back)
    await trainer.work("lesson")
    said = [c for c in await trainer.said() if c.training_id == back.training_id]
    assert [(c.forgotten, [i.item_id for i in c.items]) for c in said if c.items or c.forgotten] == [
        ((wrong.item_id,), []), ((), [right.item_id]),
    ]  # fmt: skip
    assert (said[-1].status, "1" in said[-1].message) == ("completed", True)
    async with trainer.pool.acquire() as connection:
        known = await known_items(connection, DATASET, 0)
    assert {key: item.taken_back for key, item in known.items()} == {wrong.item_id: True, right.item_id: False}


async def test_a_generated_pair_that_was_taken_back_is_not_learned_by_the_next_training_until_it_is_accepted(
    trainer: Trainer,
) -> None:
    async def trains() -> list[CheckpointReached]:
        request = requested()
        await trainer.deliver(request)
        await trainer.work()
        return [c for c in await trainer.said() if c.training_id == request.training_id]

    async def taught(**lesson: Any) -> None:
        await trainer.deliver(requested(source="feedback", **lesson))
        await trainer.work("lesson")

    pair = next(item for c in await trains() for item in c.items if item.kind == "pair")
    given = {"items": (pair.model_copy(update={"embedding": None}),)}
    for lesson in ({"forgets": (pair.item_id,)}, given):
        await taught(**lesson)
        said = await trains()
        assert said[-1].status == "completed"
        assert not [c for c in said if c.items or c.forgotten], (
            "nothing of it comes back, and nothing is forgotten twice"
        )
        async with trainer.pool.acquire() as connection:
            known = await known_items(connection, DATASET, 0)
        assert known[pair.item_id].taken_back == (lesson is not given)


@pytest.mark.parametrize("stop_at", [0, 5, 20])
async def test_an_import_that_was_paused_goes_on_after_the_last_learned_pair(trainer: Trainer, stop_at: int) -> None:
    request = requested(items=_given(24))
    await trainer.deliver(request)
    trainer.embedder.stop_at = stop_at
    working = asyncio.create_task(trainer.work("lesson"))
    await trainer.embedder.stopped()
    await trainer.deliver(wish(PauseRequested, request.training_id, 1))
    async with asyncio.timeout(2):
        await working
    assert ((paused := (await trainer.said())[-1]).status, paused.items_learned) == ("paused", stop_at)
    trainer.embedder.go_on.set()
    await trainer.deliver(wish(ResumeRequested, request.training_id, 2))
    await trainer.work("lesson")
    checkpoints = await trainer.said()
    check_history(checkpoints)
    assert (checkpoints[-1].status, checkpoints[-1].items_learned) == ("completed", 24)
    asked = next(each.offset for each in trainer.delivered if each.event is request)
    assert {c.requested_offset for c in checkpoints} == {asked} != {0}


async def test_a_training_of_the_database_does_not_forget_imported_pairs(trainer: Trainer) -> None:
    await trainer.deliver(requested(items=_given(3)))
    await trainer.work("lesson")
    await trainer.deliver(requested())
    await trainer.work()
    assert not {item.item_id for item in _given(3)} & {each for c in await trainer.said() for each in c.forgotten}


async def test_a_pair_that_was_confirmed_while_a_training_looked_is_not_forgotten_by_it(trainer: Trainer) -> None:
    generated = pair_item("How many?", "SELECT 1", ())
    confirmed = generated.model_copy(update={"origin": "feedback"})
    for sequence, (items, forgotten) in enumerate([((generated,), ()), ((confirmed,), ()), ((), (generated.item_id,))]):
        await trainer.deliver(
            CheckpointReached(
                training_id="t", dataset_id=DATASET, sequence=sequence + 1, status="training", items=items,
                forgotten=forgotten, reached_at=now(),
            )
        )  # fmt: skip
    async with trainer.pool.acquire() as connection:
        known = await known_items(connection, DATASET, 0)
    assert [item.origin for item in known.values()] == ["feedback"]
