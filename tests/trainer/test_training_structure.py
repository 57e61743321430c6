"""The structure that a training read is published: once, when it changed, and in parts that fit."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from libs.events.catalog import (
    ColumnDescription,
    DataSourceSettings,
    Relation,
    SchemaInspected,
    SchemaInspectionRequested,
)
from libs.events.ids import new_id
from libs.events.transaction import transaction
from libs.knowledge.databases import known_database
from libs.leases.claim import LeaseLost
from libs.leases.worker import Held
from libs.runtime.clock import now
from services.trainer.inspection.publish import publish
from services.trainer.inspection.requests import Inspection
from tests.trainer.events import DATASET, SOURCE, described, requested, source
from tests.trainer.shop import change
from tests.trainer.support import Trainer, WaitingReader


def columns_of(event: SchemaInspected, table: str, column: str) -> list[ColumnDescription]:
    """The description of a column, if its table was read."""
    return [found for each in event.tables if each.name == table for found in each.columns if found.name == column]


async def test_the_structure_that_a_training_read_is_published_once(trainer: Trainer) -> None:
    for _ in range(2):
        await trainer.deliver(requested(new_id()))
        await trainer.work()
    inspected = await trainer.said(SchemaInspected)
    assert [(event.ok, len(event.tables), len(event.relations)) for event in inspected] == [(True, 3, 2)]


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


@pytest.mark.parametrize("limit", ["inspect._VALUES_SECONDS", "inspect._RELATIONS_SECONDS"])
async def test_what_there_was_no_time_to_look_at_is_as_it_was_known(
    trainer: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    change(tmp_path, "CREATE TABLE cities (name TEXT PRIMARY KEY)")
    change(tmp_path, "INSERT INTO cities VALUES ('北京'), ('Paris')")
    await trainer.deliver(requested())
    await trainer.work()
    first = len(await trainer.said())
    monkeypatch.setattr(f"libs.datasources.{limit}", 0.0)
    settings = DataSourceSettings(kind="sqlite", database=str(tmp_path / "shop.db"))
    asked = SchemaInspectionRequested(
        inspection_id="i", datasource_id=SOURCE, settings=settings, deadline=now() + timedelta(seconds=10)
    )
    await trainer.deliver(asked)
    lease = await trainer.claim("inspection")
    assert lease is not None
    await Inspection(trainer.pool, trainer.training.reader).run(lease, Held(lease))
    await trainer.deliver(requested())
    await trainer.work()
    again = (await trainer.said())[first:]
    assert again[-1].status == "completed" and not [c for c in again if c.items or c.forgotten]
    told = {"inspect._VALUES_SECONDS": "Tables whose values", "inspect._RELATIONS_SECONDS": "Pairs of columns"}[limit]
    assert [c.message for c in again if told in c.message]
    read, refreshed = await trainer.said(SchemaInspected)
    assert set(refreshed.tables) == set(read.tables) and set(refreshed.relations) == set(read.relations)
    await trainer.deliver(source(settings.model_copy(update={"private_columns": ("orders.status",)}), 2), requested())
    await trainer.work()
    assert columns_of((await trainer.said(SchemaInspected))[-1], "orders", "status")[0].values == ()


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
