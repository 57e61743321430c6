"""What the owner of a training reads: what was learned, what was known before, and what needs their hand."""

import asyncio
from pathlib import Path

from libs.events.catalog import (
    BusinessTermChanged,
    CheckpointReached,
    LogLine,
    PauseRequested,
    ResumeRequested,
    TrainingLogged,
)
from libs.language.catalogue import text
from libs.runtime.clock import now
from tests.trainer.events import DATASET, requested, wish
from tests.trainer.shop import change
from tests.trainer.support import Trainer


async def last(trainer: Trainer) -> CheckpointReached:
    checkpoint: CheckpointReached = (await trainer.said())[-1]
    return checkpoint


async def warnings(trainer: Trainer) -> list[str]:
    lines: list[LogLine] = [line for logged in await trainer.said(TrainingLogged) for line in logged.lines]
    return [line.content for line in lines if line.level == "WARNING"]


async def test_what_a_training_taught_before_it_was_interrupted_is_not_called_known(trainer: Trainer) -> None:
    request = requested()
    await trainer.deliver(request)
    trainer.embedder.stop_at = 7
    working = asyncio.create_task(trainer.work())
    await trainer.embedder.stopped()
    await trainer.deliver(wish(PauseRequested, request.training_id, 1))
    await working
    trainer.embedder.go_on.set()
    await trainer.deliver(wish(ResumeRequested, request.training_id, 2))
    await trainer.work()
    end = await last(trainer)
    assert end.message == text("trainer.complete", "en", learned=end.items_learned, known=0)
    await trainer.deliver(requested())
    await trainer.work()
    assert (await last(trainer)).message == text("trainer.complete", "en", learned=0, known=end.items_learned)


async def test_a_term_whose_column_is_gone_is_named(trainer: Trainer, tmp_path: Path) -> None:
    await trainer.deliver(
        BusinessTermChanged(
            dataset_id=DATASET, term_id="t3", version=1, terms_version=3, term="worth", changed_at=now(),
            sql_expression="sum(orders.quantity * products.price)",
        ),
        requested(language="zh"),
    )  # fmt: skip
    await trainer.work()
    assert await warnings(trainer) == []
    change(tmp_path, "ALTER TABLE products DROP COLUMN price")
    await trainer.deliver(requested(language="zh"))
    await trainer.work()
    assert await warnings(trainer) == [text("trainer.term_broken", "zh", term="worth", names="products.price")]
    assert (await last(trainer)).status == "completed"


async def test_a_chosen_table_that_is_not_there_is_named_and_the_others_are_learned(trainer: Trainer) -> None:
    await trainer.deliver(requested(table_names=("orders", "nowhere")))
    await trainer.work()
    assert await warnings(trainer) == [text("trainer.table_missing", "en", table="nowhere")]
    assert (await last(trainer)).status == "completed"


async def test_no_value_of_the_database_is_in_what_is_learned(trainer: Trainer) -> None:
    await trainer.deliver(requested())
    await trainer.work()
    learned = "".join(item.model_dump_json() for said in await trainer.said() for item in said.items)
    assert not [value for value in ("北京", "Paris", "paid", "李雷") if value in learned]
