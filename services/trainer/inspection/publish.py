"""Publishes what was found in a database, in parts that fit into an event."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import asyncpg

from libs.datasources.inspect import Structure
from libs.events.catalog import ColumnDescription, Event, Relation, SchemaInspected, TableDescription
from libs.events.envelope import Received
from libs.events.ids import new_id
from libs.events.projection import Batch, Handlers
from libs.events.transaction import Transaction, transaction
from libs.knowledge.databases import keep_structures
from libs.knowledge.relations import unique_relations
from libs.leases.claim import Lease, fence
from libs.postgres.pool import Connection
from libs.runtime.clock import now
from services.trainer.inspection.unseen import Newest, newest_structure

Found: TypeAlias = TableDescription | Relation

_PART_BYTES = 600_000
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('inspected/' || $1, 0))"
_PUT = """
INSERT INTO inspected AS i (datasource_id, sequence) VALUES ($1, $2)
ON CONFLICT (datasource_id) DO UPDATE SET sequence = greatest(i.sequence, excluded.sequence)
"""


async def keep_inspections(connection: Connection, batch: Batch) -> None:
    """The newest structure of each data source, and the sequence of its last inspection."""
    await keep_structures(connection, batch)
    events: list[SchemaInspected] = [received.event for received in batch]
    await connection.executemany(_PUT, [(event.datasource_id, event.sequence) for event in events])


async def publish(
    transaction: Transaction,
    inspected: SchemaInspected,
    tables: tuple[TableDescription, ...] = (),
    caused_by: Received[Event] | None = None,
) -> None:
    """Publish `inspected` as the newest inspection of its data source; it and `tables` take as many parts as needed."""
    connection = transaction.connection
    await connection.execute(_LOCK, inspected.datasource_id)
    query = "SELECT sequence FROM inspected WHERE datasource_id = $1"
    sequence = (await connection.fetchval(query, inspected.datasource_id) or 0) + 1
    parts = list(_parts([*map(fitting, tables), *inspected.relations]))
    for number, part in enumerate(parts, start=1):
        fields = {
            "sequence": sequence,
            "part": number,
            "parts": len(parts),
            "tables": tuple(found for found in part if isinstance(found, TableDescription)),
            "relations": tuple(found for found in part if isinstance(found, Relation)),
        }
        await OWN.apply_own(transaction, inspected.model_copy(update=fields), caused_by=caused_by, index=number)


async def publish_structure(
    pool: "asyncpg.Pool[Any]", lease: Lease, datasource_id: str, structure: Structure, picked: Collection[str] = ()
) -> None:
    """Publish what the training of `lease` found, if it is not what is known already; raises `LeaseLost`.

    With `picked`, only these tables were looked at: what is known of the others stays.
    """
    read = replace(structure, tables=tuple(map(fitting, structure.tables)))
    async with transaction(pool, "trainer") as opened:
        await fence(opened.connection, lease)
        await opened.connection.execute(_LOCK, datasource_id)
        known = await newest_structure(opened.connection, datasource_id)
        newest = _merged(read, known, frozenset(picked)) if picked else read
        if (set(newest.tables), set(newest.relations)) == (set(known.tables), set(known.relations)):
            return
        inspected = SchemaInspected(
            inspection_id=new_id(),  # not the training's: one that was paused may publish again
            datasource_id=datasource_id,
            sequence=0,
            ok=True,
            server_version=newest.server_version,
            milliseconds=newest.milliseconds,
            relations=newest.relations,
            inspected_at=now(),
        )
        await publish(opened, inspected, newest.tables)


def _merged(read: Structure, known: Newest, picked: frozenset[str]) -> Structure:
    """`read` of the `picked` tables, with what is `known` of all others."""
    others = [table for table in known.tables if table.name not in picked]
    edges = [edge for edge in known.relations if not picked.issuperset((edge.source, edge.target))]
    return replace(
        read,
        tables=tuple(sorted([*others, *read.tables], key=lambda table: table.name)),
        relations=tuple(unique_relations([*read.relations, *edges])),
    )


def _parts(everything: Iterable[Found]) -> Iterator[list[Found]]:
    part: list[Found] = []
    size = 0
    for found in everything:
        weight = _weight(found)
        if part and size + weight > _PART_BYTES:
            yield part
            part, size = [], 0
        part.append(found)
        size += weight
    yield part


def fitting(table: TableDescription) -> TableDescription:
    """`table` without its columns' values, and then without comments, when it would be too heavy for a part."""
    for lighter in (_without_values, _without_comments):
        if _weight(table) > _PART_BYTES:
            table = lighter(table)
    return table


def _without_values(table: TableDescription) -> TableDescription:
    return table.model_copy(update={"columns": tuple(_without(column, "values") for column in table.columns)})


def _without_comments(table: TableDescription) -> TableDescription:
    columns = tuple(_without(column, "comment") for column in table.columns)
    return table.model_copy(update={"comment": None, "columns": columns})


def _without(column: ColumnDescription, field: str) -> ColumnDescription:
    return column.model_copy(update={field: ColumnDescription.model_fields[field].default})


def _weight(found: Found) -> int:
    return len(found.model_dump_json().encode())


OWN = Handlers(project={SchemaInspected: keep_inspections})
"""How our own inspections are projected, in the transaction that makes them."""
