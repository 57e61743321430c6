"""Events of datasets' knowledge for tests: short to write, whole as events."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np

from libs.embeddings.encoding import encode_vector
from libs.events.catalog import (
    BusinessTermChanged,
    CheckpointReached,
    ColumnDescription,
    DatasetChanged,
    DataSourceChanged,
    DataSourceSettings,
    Event,
    KnowledgeRemoved,
    LearnedItem,
    SchemaInspected,
    TableDescription,
)
from libs.events.envelope import Received
from libs.events.ids import new_id
from libs.knowledge.items import item_id, pair_id

THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DIMENSIONS = 8


_OFFSETS: dict[str, int] = {}


def received(event: Event) -> Received[Any]:
    """As if the log held the events in the order in which tests first name them."""
    offset = _OFFSETS.setdefault(event.model_dump_json(), len(_OFFSETS))
    return Received(event, new_id(), new_id(), None, type(event).__name__, 0, offset)


def vector(seed: str) -> Any:
    return np.random.default_rng(sum(seed.encode())).normal(size=DIMENSIONS).astype(np.float32)


def pair(question: str, sql: str, origin: Literal["training", "feedback"] = "training", seed: str = "") -> LearnedItem:
    return LearnedItem(
        item_id=pair_id(question, sql),
        kind="pair",
        text=question,
        question=question,
        sql=sql,
        tables=("flights",),
        origin=origin,
        embedding=encode_vector("test", vector(seed or question)),
    )


def table(name: str, *columns: str) -> TableDescription:
    return TableDescription(name=name, columns=tuple(ColumnDescription(name=column, type="TEXT") for column in columns))


def ddl(described: TableDescription) -> LearnedItem:
    content = described.model_dump(mode="json")
    return LearnedItem(
        item_id=item_id("ddl", content),
        kind="ddl",
        text=f"CREATE TABLE {described.name}",
        tables=(described.name,),
        content=content,
        embedding=encode_vector("test", vector(described.name)),
    )


def checkpoint(
    sequence: int,
    items: Sequence[LearnedItem] = (),
    *,
    training_id: str = "t1",
    dataset_id: str = "d1",
    generation: int = 0,
    forgotten: Sequence[str] = (),
    requested_offset: int = 0,
) -> CheckpointReached:
    return CheckpointReached(
        training_id=training_id,
        dataset_id=dataset_id,
        sequence=sequence,
        generation=generation,
        requested_offset=requested_offset,
        status="training",
        items=tuple(items),
        forgotten=tuple(forgotten),
        reached_at=THEN,
    )


def removed(generation: int, dataset_id: str = "d1") -> KnowledgeRemoved:
    return KnowledgeRemoved(dataset_id=dataset_id, generation=generation, who="someone", removed_at=THEN)


def term(version: int, term_id: str = "k1", definition: str = "late by an hour", deleted: bool = False) -> Event:
    return BusinessTermChanged(
        dataset_id="d1",
        term_id=term_id,
        version=version,
        terms_version=version,
        term="delayed",
        definition=definition,
        deleted=deleted,
        changed_at=THEN,
    )


def dataset(version: int = 1, tables: Sequence[str] = ()) -> DatasetChanged:
    return DatasetChanged(
        dataset_id="d1",
        version=version,
        name="flights",
        owner_id="o1",
        datasource_id="s1",
        collection_name="flights_d1",
        tables=tuple(tables),
        changed_at=THEN,
    )


def datasource(version: int = 1, database: str = "flights.db") -> DataSourceChanged:
    settings = DataSourceSettings(kind="sqlite", database=database)
    return DataSourceChanged(
        datasource_id="s1", version=version, name="flights", owner_id="o1", settings=settings, changed_at=THEN
    )


def structure(
    sequence: int, tables: Sequence[TableDescription], part: int = 1, parts: int = 1, only_test: bool = False
) -> SchemaInspected:
    return SchemaInspected(
        inspection_id=f"i{sequence}",
        datasource_id="s1",
        sequence=sequence,
        part=part,
        parts=parts,
        ok=True,
        only_test=only_test,
        tables=tuple(tables),
        inspected_at=THEN,
    )
