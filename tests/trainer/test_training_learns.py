"""What a training learns of a small database on the real PostgreSQL, what it forgets, and what it cannot learn."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from libs.embeddings.encoding import decode_vector, encode_vector
from libs.events.catalog import (
    DatasetChanged,
    KnowledgeRemoved,
    Needs,
    RowPolicy,
    TrainingLogged,
)
from libs.leases.worker import Held
from libs.runtime.clock import now
from services.trainer.datasets import learn
from services.trainer.datasets.learn import Learner
from services.trainer.datasets.plan import ddl_item
from services.trainer.datasets.stages import STRUCTURE
from services.trainer.runs.attempt import begun
from tests.trainer.events import DATASET, dataset_of, described, requested, term
from tests.trainer.shop import change
from tests.trainer.support import Trainer, check_history


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
    vectors = {item.item_id: decode_vector(item.embedding) for item in items if item.embedding}
    assert {len(vector) for vector in vectors.values()} == {4}
    assert vectors.keys() == {item.item_id for item in items if item.kind != "ddl"}
    lines = [line for logged in await trainer.said(TrainingLogged) for line in logged.lines]
    assert [line.number for line in lines] == [c.sequence for c in checkpoints]
    assert "训练完成" in lines[-1].content


async def test_no_row_policy_holds_where_nobody_asks(trainer: Trainer, tmp_path: Path) -> None:
    [known] = [event for event in dataset_of(tmp_path / "shop.db") if isinstance(event, DatasetChanged)]
    policies = (RowPolicy(table="orders", filter="1 = 0"),)
    await trainer.deliver(known.model_copy(update={"version": 2, "policies": policies}), requested())
    await trainer.work()
    pairs = {item.question: item.sql for said in await trainer.said() for item in said.items if item.kind == "pair"}
    assert pairs["How many orders are there?"] == "SELECT count(*) AS count FROM orders"
    assert "customers.name" in (pairs["Which 10 customers have the most orders?"] or "")


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


async def test_a_training_that_is_ahead_of_the_removal_learns_everything_again_and_the_next_one_nothing(
    trainer: Trainer,
) -> None:
    await trainer.deliver(requested())
    await trainer.work()
    first = (await trainer.said())[-1].items_learned
    for learned in (first, 0):
        await trainer.deliver(requested(generation=1))
        await trainer.work()
        assert (await trainer.said())[-1].items_learned == learned
    await trainer.deliver(KnowledgeRemoved(dataset_id=DATASET, generation=1, who="o", removed_at=now()))
    for late in (1, 0):
        await trainer.deliver(requested(generation=late))
        await trainer.work()
        assert (await trainer.said())[-1].items_learned == 0


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
