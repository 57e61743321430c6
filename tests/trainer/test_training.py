"""Whole trainings of a small database on the real PostgreSQL, stopped at every point where they can be."""

import asyncio
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from libs.embeddings.encoding import decode_vector, encode_vector
from libs.events.catalog import (
    CancelRequested,
    CheckpointReached,
    ColumnDescription,
    DataSourceSettings,
    KnowledgeRemoved,
    LearnedItem,
    Needs,
    PauseRequested,
    Relation,
    ResumeRequested,
    SchemaInspected,
    SchemaInspectionRequested,
    TableDescription,
    TrainingLogged,
)
from libs.events.ids import new_id
from libs.events.transaction import transaction
from libs.knowledge.databases import known_database
from libs.leases.claim import LeaseLost, release
from libs.leases.worker import Held
from libs.runtime.clock import now
from services.trainer.datasets import learn
from services.trainer.datasets.learn import Learner
from services.trainer.datasets.plan import ddl_item
from services.trainer.datasets.stages import STRUCTURE
from services.trainer.handlers import HANDLERS
from services.trainer.inspection.publish import publish
from services.trainer.inspection.requests import Inspection
from services.trainer.runs.attempt import begun
from tests.trainer.support import DATASET, SOURCE, Trainer, WaitingReader, requested, term, wish


def check_history(checkpoints: list[CheckpointReached]) -> None:
    """Sequences without a gap, progress that never goes back, and nothing learned twice."""
    assert [c.sequence for c in checkpoints] == list(range(1, len(checkpoints) + 1))
    progress = [c.progress for c in checkpoints]
    assert progress == sorted(progress)
    times = Counter(item.item_id for c in checkpoints for item in c.items)
    assert [item for item, count in times.items() if count > 1] == []
    assert checkpoints[-1].items_learned == len(times)


def change(folder: Path, statement: str) -> None:
    """Change the shop's database."""
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute(statement)
    connection.close()


def columns_of(event: SchemaInspected, table: str, column: str) -> list[ColumnDescription]:
    """The description of a column, if its table was read."""
    return [found for each in event.tables if each.name == table for found in each.columns if found.name == column]


async def test_a_training_learns_tables_terms_documents_relations_and_pairs(trainer: Trainer) -> None:
    await trainer.deliver(requested(language="zh"))
    await trainer.work()
    checkpoints = await trainer.said()
    check_history(checkpoints)
    assert (checkpoints[0].status, checkpoints[-1].status, checkpoints[-1].progress) == ("pending", "completed", 100)
    items = [item for c in checkpoints for item in c.items]
    kinds = Counter(item.kind for item in items)
    assert (kinds["ddl"], kinds["term"], kinds["document"], kinds["relation"]) == (3, 2, 3, 2)
    pairs = {item.question: item.sql for item in items if item.kind == "pair"}
    assert pairs["How many orders are there?"] == "SELECT count(*) AS count FROM orders"
    assert "customers.name" in (pairs["orders最多的10个customers是哪些？"] or "")
    assert all(item.embedding and len(decode_vector(item.embedding)) == 4 for item in items)
    lines = [line for logged in await trainer.said(TrainingLogged) for line in logged.lines]
    assert [line.number for line in lines] == [c.sequence for c in checkpoints]
    assert "训练完成" in lines[-1].content


async def test_an_unchanged_database_is_learned_again_without_learning_or_embedding_anything(trainer: Trainer) -> None:
    await trainer.deliver(requested())
    await trainer.work()
    embedded, first = len(trainer.embedder.texts), len(await trainer.said())
    await trainer.deliver(requested())
    await trainer.work()
    again = (await trainer.said())[first:]
    assert again[-1].status == "completed"
    assert sum(len(c.items) + len(c.forgotten) for c in again) == 0
    assert len(trainer.embedder.texts) == embedded


@pytest.mark.parametrize("at_once", [5_000, 1])
async def test_what_changed_is_learned_and_its_former_self_forgotten(
    trainer: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(learn, "_BATCH_FORGOTTEN", at_once)
    await trainer.deliver(requested())
    await trainer.work()
    before = await trainer.said()
    former = {item.item_id: item for c in before for item in c.items}
    change(tmp_path, "ALTER TABLE products ADD COLUMN colour TEXT")
    await trainer.deliver(term("t1", 2, 3, "revenue", "price times quantity, paid orders only"), requested())
    await trainer.work()
    after = (await trainer.said())[len(before) :]
    learned = Counter(item.kind for c in after for item in c.items)
    assert (learned["ddl"], learned["term"]) == (1, 1)
    forgotten = [former[item_id] for c in after for item_id in c.forgotten]
    assert max(len(c.forgotten) for c in after) <= at_once and len(forgotten) == 3
    assert {(item.kind, item.tables) for item in forgotten} == {
        ("ddl", ("products",)),
        ("document", ("products",)),
        ("term", ()),
    }


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
    paused = (await trainer.said())[-1]
    assert (paused.status, paused.control_sequence, paused.items_learned) == ("paused", 1, stop_at)
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


async def test_feedback_is_learned_at_once_even_while_its_dataset_is_trained(trainer: Trainer) -> None:
    await trainer.deliver(requested())
    trainer.embedder.stop_at = 2
    working = asyncio.create_task(trainer.work())
    await trainer.embedder.stopped()
    trainer.embedder.stop_at = None
    item = LearnedItem(item_id="x", kind="pair", text="q", question="q", sql="SELECT 1", origin="feedback")
    lesson = requested(source="feedback", items=(item,))
    await trainer.deliver(lesson)
    await trainer.work("lesson")
    said = [c for c in await trainer.said() if c.training_id == lesson.training_id]
    assert [(c.status, c.progress) for c in said] == [("pending", 0), ("preparing", 0), ("completed", 100)]
    assert [i.item_id for i in said[-1].items] == ["x"]
    trainer.embedder.go_on.set()
    await working


def _given(count: int) -> tuple[LearnedItem, ...]:
    questions = [f"question {number:02}" for number in range(count)]
    return tuple(
        LearnedItem(item_id=each, kind="pair", text=each, question=each, sql="SELECT 1", origin="feedback")
        for each in questions
    )


async def test_imported_pairs_are_learned_in_batches_also_those_that_are_known(trainer: Trainer) -> None:
    items = _given(40)
    for _ in range(2):
        request = requested(items=items, language="zh")
        await trainer.deliver(request)
        await trainer.work("lesson")
        said = [c for c in await trainer.said() if c.training_id == request.training_id]
        check_history(said)
        assert [item.item_id for c in said for item in c.items] == [item.item_id for item in items]
        assert max(len(c.items) for c in said) <= 16 and all(item.embedding for c in said for item in c.items)
        assert all(c.progress < 100 for c in said[:-1])
        assert (said[-1].status, said[-1].progress, "40" in said[-1].message) == ("completed", 100, True)
    assert len(trainer.embedder.texts) == 40


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


async def test_after_its_knowledge_was_removed_a_dataset_learns_everything_again(trainer: Trainer) -> None:
    await trainer.deliver(requested())
    await trainer.work()
    first = (await trainer.said())[-1].items_learned
    embedded = len(trainer.embedder.texts)
    await trainer.deliver(KnowledgeRemoved(dataset_id=DATASET, generation=1, who="o", removed_at=now()))
    await trainer.deliver(requested(generation=1))
    await trainer.work()
    last = (await trainer.said())[-1]
    assert (last.generation, last.items_learned) == (1, first)
    assert len(trainer.embedder.texts) == embedded


async def test_a_database_that_is_not_there_fails_the_training_with_a_hint(trainer: Trainer, tmp_path: Path) -> None:
    (tmp_path / "shop.db").unlink()
    await trainer.deliver(requested(language="zh"))
    await trainer.work()
    last = (await trainer.said())[-1]
    assert last.status == "failed"
    assert last.problem is not None and last.problem.code == "database_missing" and last.problem.hint


async def test_a_training_whose_needs_never_come_fails_and_says_so(
    trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.trainer.datasets.needs._SECONDS", 0.1)
    await trainer.deliver(requested(needs=Needs(dataset_version=9)))
    await trainer.work()
    last = (await trainer.said())[-1]
    assert (last.status, last.problem and last.problem.code) == ("failed", "needs_missing")


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


async def test_the_structure_that_a_training_read_is_published_once(trainer: Trainer) -> None:
    for _ in range(2):
        await trainer.deliver(requested(new_id()))
        await trainer.work()
    inspected = await trainer.said(SchemaInspected)
    assert [(event.ok, len(event.tables), len(event.relations)) for event in inspected] == [(True, 3, 2)]


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


@pytest.mark.parametrize("picked", [(), ("orders", "products")])
async def test_values_and_relations_that_changed_are_published_by_the_next_training(
    trainer: Trainer, tmp_path: Path, picked: tuple[str, ...]
) -> None:
    await trainer.deliver(requested())
    await trainer.work()
    change(tmp_path, "INSERT INTO orders VALUES (4, 3, 1, 1, 'cancelled')")
    await trainer.deliver(requested(table_names=picked))
    await trainer.work()
    change(tmp_path, "CREATE TABLE reviews (id INTEGER PRIMARY KEY, product_id INTEGER)")
    change(tmp_path, "INSERT INTO reviews VALUES (10, 1)")
    await trainer.deliver(requested(table_names=("reviews", *picked) if picked else ()))
    await trainer.work()
    change(tmp_path, "DROP TABLE reviews")
    await trainer.deliver(requested(table_names=("reviews", *picked) if picked else ()))
    await trainer.work()
    published = await trainer.said(SchemaInspected)
    values = [column.values for event in published for column in columns_of(event, "orders", "status")]
    assert values == [("open", "paid"), *[("cancelled", "open", "paid")] * 3]
    assert [len(event.tables) for event in published] == [3, 3, 4, 3]
    edges = [{(edge.source, edge.target) for edge in event.relations} for event in published]
    shop = {("orders", "customers"), ("orders", "products")}
    assert edges == [shop, shop, shop | {("reviews", "products")}, shop]
    assert len({event.inspection_id for event in published}) == len(published)


async def test_the_first_thing_read_of_a_database_is_published_though_it_is_only_the_picked_tables(
    trainer: Trainer,
) -> None:
    for _ in range(2):
        await trainer.deliver(requested(table_names=("products",)))
        await trainer.work()
    (published,) = await trainer.said(SchemaInspected)
    assert [table.name for table in published.tables] == ["products"]


async def test_a_worker_that_was_taken_over_does_not_publish_the_structure_it_read_before(
    trainer: Trainer, tmp_path: Path
) -> None:
    await trainer.deliver(requested())
    frozen = await trainer.claim(ttl=0.2)
    assert frozen is not None
    reader = WaitingReader(trainer.training.connections)
    old = asyncio.create_task(replace(trainer.training, reader=reader).run(frozen, Held(frozen)))
    async with asyncio.timeout(10):
        await reader.reached.wait()
    change(tmp_path, "ALTER TABLE products ADD COLUMN colour TEXT")
    taken = None
    async with asyncio.timeout(5):
        while taken is None:
            taken = await trainer.claim()
    await trainer.training.run(taken, Held(taken))
    reader.go_on.set()
    with pytest.raises(LeaseLost):
        await old
    await reader.close()
    (published,) = await trainer.said(SchemaInspected)
    assert any(column.name == "colour" for table in published.tables for column in table.columns)


def described(name: str, columns: int, **fields: Any) -> TableDescription:
    """A table of many columns."""
    made = tuple(ColumnDescription(name=f"{name}_{n}", type="TEXT", **fields) for n in range(columns))
    return TableDescription(name=name, columns=made)


async def test_a_structure_is_published_in_parts_that_fit_whatever_makes_it_heavy(trainer: Trainer) -> None:
    values = tuple(f"{n:02}" + "值" * 58 for n in range(50))
    tables = (
        described("plain", 2, values=("a", "b"), comment="kept"),
        described("categories", 200, values=values, comment="kept"),
        described("essays", 200, comment="长" * 2_000),
        *(described(f"wide{n}", 300) for n in range(15)),
    )
    relations = tuple(
        Relation(source="plain", source_col=f"c{n}", target="wide0", target_col="x" * 100) for n in range(5_000)
    )
    found = SchemaInspected(
        inspection_id="i", datasource_id=SOURCE, sequence=0, ok=True, relations=relations, inspected_at=now()
    )
    async with transaction(trainer.pool, "trainer") as opened:
        await publish(opened, found, tables)
    parts = await trainer.said(SchemaInspected)
    assert len(parts) > 2 and [(part.part, part.parts) for part in parts] == [
        (number, len(parts)) for number in range(1, len(parts) + 1)
    ]
    assert tuple(edge for part in parts for edge in part.relations) == relations
    published = {table.name: table.columns[0] for part in parts for table in part.tables}
    assert list(published) == [table.name for table in tables]
    assert (published["plain"].values, published["plain"].comment) == (("a", "b"), "kept")
    assert (published["categories"].values, published["categories"].comment) == ((), "kept")
    assert (published["essays"].values, published["essays"].comment) == ((), None)
    async with trainer.pool.acquire() as connection:
        known = await known_database(connection, DATASET)
    assert known is not None and (len(known.tables), len(known.relations)) == (len(tables), len(relations))


async def test_tables_of_hundreds_of_columns_are_learned_in_checkpoints_that_fit(trainer: Trainer) -> None:
    vector = encode_vector("known already", np.zeros(384, dtype=np.float32))
    tables = [described(f"wide{n}", 500, comment="x" * 100) for n in range(20)]
    items = [ddl_item(table).model_copy(update={"embedding": vector}) for table in tables]
    await trainer.deliver(requested())
    lease = await trainer.claim()
    assert lease is not None
    async with begun(trainer.pool, trainer.listener, lease, Held(lease)) as attempt:
        assert attempt is not None
        await Learner(attempt, trainer.embeddings, "en").learn(STRUCTURE, items)
    learned = [item for checkpoint in await trainer.said() for item in checkpoint.items]
    assert [item.item_id for item in learned] == [item.item_id for item in items]
