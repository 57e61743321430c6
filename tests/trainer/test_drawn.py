"""A training learns the relations that the owner drew, and forgets what they contradict."""

import sqlite3
from pathlib import Path
from typing import Any

from libs.events.catalog import DatasetChanged, LearnedItem, Modeling, Relation
from libs.runtime.clock import now
from tests.trainer.events import DATASET, SOURCE, requested
from tests.trainer.support import Trainer


def drawn(version: int, *edges: Relation) -> DatasetChanged:
    """The dataset with a model."""
    return DatasetChanged(
        dataset_id=DATASET, version=version, name="shop", owner_id="o", datasource_id=SOURCE, collection_name="c",
        modeling_config=Modeling(edges=edges), changed_at=now(),
    )  # fmt: skip


def edge(source: str, source_col: str, target: str, target_col: str, **more: Any) -> Relation:
    return Relation(source=source, source_col=source_col, target=target, target_col=target_col, **more)


async def learned(trainer: Trainer) -> dict[str, LearnedItem]:
    """What is learned by now, by its text."""
    known: dict[str, LearnedItem] = {}
    for checkpoint in await trainer.said():
        known = {item_id: item for item_id, item in known.items() if item_id not in checkpoint.forgotten}
        known |= {item.item_id: item for item in checkpoint.items}
    return {item.text: item for item in known.values()}


async def relations(trainer: Trainer) -> set[str]:
    return {text for text, item in (await learned(trainer)).items() if item.kind == "relation"}


async def test_a_drawn_relation_is_learned_and_one_that_was_found_gives_way_to_it(
    trainer: Trainer, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.executescript("CREATE TABLE people (id INTEGER PRIMARY KEY, town TEXT);")
    connection.close()
    await trainer.deliver(requested())
    await trainer.work()
    found = "orders.customer_id refers to customers.id (many to one)"
    assert found in await relations(trainer)
    # Drawn from the other side, as whoever looks at people first would.
    other = edge("people", "id", "orders", "customer_id", type="one_to_many", confidence=0.5)
    cities = edge("customers", "city", "people", "town", type="many_to_many")
    gone = edge("customers", "no_such_column", "people", "town")
    await trainer.deliver(drawn(2, other, cities, gone), requested())
    await trainer.work()
    assert await relations(trainer) == {
        "orders.customer_id refers to people.id (many to one)",
        "customers.city refers to people.town (many to many)",
        "orders.product_id refers to products.id (many to one)",
    }
    documents = {text for text, item in (await learned(trainer)).items() if item.kind == "document"}
    assert any("Table orders." in text and "It refers to people, products." in text for text in documents)
    await trainer.deliver(drawn(3), requested())
    await trainer.work()
    assert found in await relations(trainer) and len(await relations(trainer)) == 2
