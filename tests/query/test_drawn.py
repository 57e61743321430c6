"""Questions join along the relations that the owner drew, before and instead of those that were found."""

import sqlite3
from typing import Any

from libs.events.catalog import (
    ColumnDescription,
    DatasetChanged,
    LearnedItem,
    Modeling,
    Relation,
    SchemaInspected,
    TableDescription,
)
from libs.knowledge.items import item_id
from libs.knowledge.relations import relations_between
from tests.query.knowledge_events import THEN, checkpoint, ddl, structure
from tests.query.test_questions import Asking, asking

__all__ = ["asking"]

QUESTION = "How many orders are there per city?"


def table(name: str, *columns: ColumnDescription) -> TableDescription:
    key = ColumnDescription(name="id", type="INTEGER", primary_key=True)
    return TableDescription(name=name, columns=(key, *columns))


ORDERS = table(
    "orders", ColumnDescription(name="buyer", type="INTEGER"), ColumnDescription(name="helper", type="INTEGER")
)
PEOPLE = table("people", ColumnDescription(name="city", type="TEXT"))
BUYER = Relation(source="orders", source_col="buyer", target="people", target_col="id", confidence=0.6)
HELPER = Relation(source="orders", source_col="helper", target="people", target_col="id", confidence=0.9)


def drawn(version: int, *edges: Relation) -> DatasetChanged:
    return DatasetChanged(
        dataset_id="d1", version=version, name="shop", owner_id="o1", datasource_id="s1", collection_name="c",
        modeling_config=Modeling(edges=edges), changed_at=THEN,
    )  # fmt: skip


def relation_item(edge: Relation) -> LearnedItem:
    content = edge.model_dump(mode="json")
    return LearnedItem(item_id=item_id("relation", content), kind="relation", text="", content=content)


async def open_shop(asking: Asking, *found: Relation) -> None:
    """Orders with a buyer and a helper, of which `found` was told by an inspection."""
    with sqlite3.connect(asking.database) as made:
        made.executescript("""
            CREATE TABLE orders (id INTEGER PRIMARY KEY, buyer INTEGER, helper INTEGER);
            CREATE TABLE people (id INTEGER PRIMARY KEY, city TEXT);
            INSERT INTO people VALUES (1, 'Paris'), (2, 'Rome');
            INSERT INTO orders VALUES (1, 1, 2), (2, 1, 2), (3, 1, 2);
        """)
    made.close()
    read = structure(2, [ORDERS, PEOPLE]).model_copy(update={"relations": found})
    await asking.consume(SchemaInspected.model_validate(read.model_dump()))
    await asking.consume(checkpoint(1, [ddl(ORDERS), ddl(PEOPLE)], training_id="t2"))


async def cities(asking: Asking, number: int) -> list[Any]:
    answer = await asking.ask(QUESTION, number)
    return [row["rows"] for row in await asking.sent("RowsFetched") if row["question_id"] == answer["question_id"]]


async def test_a_question_that_needs_a_drawn_relation_joins_along_it(asking: Asking) -> None:
    await open_shop(asking)
    assert await cities(asking, 1) == []
    await asking.consume(drawn(2, BUYER))
    assert await cities(asking, 2) == [[["Paris", 3]]]


async def test_of_two_ways_the_drawn_one_is_joined_though_the_found_one_was_surer(asking: Asking) -> None:
    await open_shop(asking, HELPER, BUYER)
    assert await cities(asking, 1) == [[["Rome", 3]]]
    await asking.consume(drawn(2, BUYER))
    assert await cities(asking, 2) == [[["Paris", 3]]]


async def test_a_relation_learned_before_gives_way_to_one_that_is_drawn_since(asking: Asking) -> None:
    await open_shop(asking)
    wrong = BUYER.model_copy(update={"source_col": "helper"})
    await asking.consume(checkpoint(2, [relation_item(wrong)], training_id="t2"))
    assert await cities(asking, 1) == [[["Rome", 3]]]
    await asking.consume(drawn(2, BUYER))
    assert await cities(asking, 2) == [[["Paris", 3]]]


def test_a_drawn_relation_takes_the_place_of_what_is_found_of_the_same_column() -> None:
    shops = table("shops")
    guessed = Relation(source="orders", source_col="buyer", target="shops", target_col="id", confidence=0.9)
    backwards = Relation(source="people", source_col="id", target="orders", target_col="buyer", type="one_to_many")
    [edge] = relations_between((ORDERS, PEOPLE, shops), (backwards,), (guessed, BUYER))
    assert edge == BUYER.model_copy(update={"confidence": 1.0})
    assert relations_between((ORDERS, shops), (BUYER,), (guessed,)) == (guessed,)
