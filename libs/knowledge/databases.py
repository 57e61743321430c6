"""Read models of users' databases: how a dataset's database is reached, and what its tables are (databases.sql)."""

from dataclasses import dataclass

from libs.events.catalog import (
    DatasetChanged,
    DataSourceChanged,
    DataSourceSettings,
    KnowledgeRemoved,
    Relation,
    RowPolicy,
    SchemaInspected,
    TableDescription,
)
from libs.events.projection import Batch, Project
from libs.knowledge.relations import relations_between
from libs.postgres.pool import Connection

_PUT_DATASOURCE = """
INSERT INTO datasources AS d (datasource_id, version, settings, deleted) VALUES ($1, $2, $3, $4)
ON CONFLICT (datasource_id) DO UPDATE
SET version = excluded.version, settings = excluded.settings, deleted = excluded.deleted
WHERE d.version < excluded.version
"""
_PUT_DATASET = """
INSERT INTO datasets AS d (dataset_id, version, datasource_id, tables, relations, policies, deleted)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (dataset_id) DO UPDATE
SET version = excluded.version, datasource_id = excluded.datasource_id, tables = excluded.tables,
    relations = excluded.relations, policies = excluded.policies, deleted = excluded.deleted
WHERE d.version < excluded.version
"""
_PUT_PART = """
INSERT INTO structures (datasource_id, sequence, part, parts, tables, relations) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""
_FORGET_OLDER_STRUCTURES = """
DELETE FROM structures WHERE datasource_id = $1 AND sequence < (
    SELECT max(sequence) FROM (
        SELECT sequence FROM structures WHERE datasource_id = $1 GROUP BY sequence HAVING count(*) = max(parts)
    ) AS whole)
"""
_PUT_GENERATION = """
INSERT INTO generations AS g (dataset_id, generation) VALUES ($1, $2)
ON CONFLICT (dataset_id) DO UPDATE SET generation = greatest(g.generation, excluded.generation)
"""
_DATASET = """
SELECT dataset_id, d.datasource_id, d.version, s.version AS datasource_version, s.settings, d.tables, d.relations,
    d.policies, coalesce(g.generation, 0) AS generation
FROM datasets AS d JOIN datasources AS s USING (datasource_id) LEFT JOIN generations AS g USING (dataset_id)
WHERE dataset_id = $1 AND NOT d.deleted AND NOT s.deleted
"""
_STRUCTURE = """
SELECT tables, relations FROM structures WHERE datasource_id = $1 AND sequence = (
    SELECT max(sequence) FROM (
        SELECT sequence FROM structures WHERE datasource_id = $1 GROUP BY sequence HAVING count(*) = max(parts)
    ) AS whole)
ORDER BY part
"""


@dataclass(frozen=True)
class KnownDatabase:
    """A dataset and its database: `tables` and `relations` are those the owner picked, drew, or that were found.

    `picked` are the names of the tables that the owner picked; none means all. `drawn` are the relations as drawn.
    """

    dataset_id: str
    datasource_id: str
    version: int
    datasource_version: int
    generation: int
    settings: DataSourceSettings
    tables: tuple[TableDescription, ...]
    relations: tuple[Relation, ...]
    picked: frozenset[str]
    drawn: tuple[Relation, ...] = ()
    policies: tuple[RowPolicy, ...] = ()


async def known_database(connection: Connection, dataset_id: str) -> KnownDatabase | None:
    """What is known of the database of `dataset_id`; None when it is deleted or was not heard of yet."""
    row = await connection.fetchrow(_DATASET, dataset_id)
    if row is None:
        return None
    parts = await connection.fetch(_STRUCTURE, row["datasource_id"])
    picked = frozenset(row["tables"])
    tables = [TableDescription.model_validate(table) for part in parts for table in part["tables"]]
    chosen = tuple(table for table in tables if not picked or table.name in picked)
    found = [Relation.model_validate(edge) for part in parts for edge in part["relations"]]
    drawn = tuple(Relation.model_validate(edge) for edge in row["relations"])
    return KnownDatabase(
        dataset_id,
        row["datasource_id"],
        row["version"],
        row["datasource_version"],
        row["generation"],
        DataSourceSettings.model_validate(row["settings"]),
        chosen,
        relations_between(chosen, drawn, found),
        picked,
        drawn,
        tuple(RowPolicy.model_validate(policy) for policy in row["policies"]),
    )


async def keep_datasources(connection: Connection, batch: Batch) -> None:
    """The newest settings of each data source."""
    events: list[DataSourceChanged] = [received.event for received in batch]
    rows = [(e.datasource_id, e.version, e.settings.model_dump(mode="json"), e.deleted) for e in events]
    await connection.executemany(_PUT_DATASOURCE, rows)


async def keep_datasets(connection: Connection, batch: Batch) -> None:
    """The newest state of each dataset."""
    events: list[DatasetChanged] = [received.event for received in batch]
    rows = [
        (
            e.dataset_id,
            e.version,
            e.datasource_id,
            list(e.tables),
            [edge.model_dump(mode="json") for edge in e.modeling_config.edges],
            [policy.model_dump(mode="json") for policy in e.policies],
            e.deleted,
        )
        for e in events
    ]
    await connection.executemany(_PUT_DATASET, rows)


async def keep_structures(connection: Connection, batch: Batch) -> None:
    """The newest whole structure of each data source, and the parts of one that is still arriving."""
    events: list[SchemaInspected] = [received.event for received in batch]
    found = [e for e in events if e.ok and not e.only_test]
    rows = [
        (
            e.datasource_id,
            e.sequence,
            e.part,
            e.parts,
            [table.model_dump(mode="json") for table in e.tables],
            [edge.model_dump(mode="json") for edge in e.relations],
        )
        for e in found
    ]
    await connection.executemany(_PUT_PART, rows)
    await connection.executemany(_FORGET_OLDER_STRUCTURES, sorted({(e.datasource_id,) for e in found}))


async def keep_generations(connection: Connection, batch: Batch) -> None:
    """The highest generation of each dataset."""
    events: list[KnowledgeRemoved] = [received.event for received in batch]
    await connection.executemany(_PUT_GENERATION, [(e.dataset_id, e.generation) for e in events])


PROJECT: dict[type, Project] = {
    DataSourceChanged: keep_datasources,
    DatasetChanged: keep_datasets,
    SchemaInspected: keep_structures,
    KnowledgeRemoved: keep_generations,
}
"""To be taken into a service's `Handlers.project`; its read schema takes databases.sql."""
