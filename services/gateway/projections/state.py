"""Data sources, datasets, terms, removed knowledge and inspections."""

from libs.events.projection import Batch
from libs.postgres.pool import Connection

_PUT_DATASOURCE = """
INSERT INTO datasources AS d VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (datasource_id) DO UPDATE
SET version = excluded.version, owner_id = excluded.owner_id, state = excluded.state, deleted = excluded.deleted
WHERE d.version < excluded.version
"""
_PUT_DATASET = """
INSERT INTO datasets AS d VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (dataset_id) DO UPDATE
SET version = excluded.version, owner_id = excluded.owner_id, datasource_id = excluded.datasource_id,
    state = excluded.state, deleted = excluded.deleted
WHERE d.version < excluded.version
"""
_PUT_TERM = """
INSERT INTO terms AS t VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (term_id) DO UPDATE
SET version = excluded.version, terms_version = excluded.terms_version, state = excluded.state,
    deleted = excluded.deleted
WHERE t.version < excluded.version
"""
_PUT_REMOVAL = """
INSERT INTO removals AS r VALUES ($1, $2)
ON CONFLICT (dataset_id) DO UPDATE SET generation = greatest(r.generation, excluded.generation)
"""


async def keep_datasources(connection: Connection, batch: Batch) -> None:
    """The newest version of each data source."""
    events = [received.event for received in batch]
    rows = [(e.datasource_id, e.version, e.owner_id, e.model_dump(mode="json"), e.deleted) for e in events]
    await connection.executemany(_PUT_DATASOURCE, rows)


async def keep_datasets(connection: Connection, batch: Batch) -> None:
    """The newest version of each dataset."""
    events = [received.event for received in batch]
    await connection.executemany(
        _PUT_DATASET,
        [(e.dataset_id, e.version, e.owner_id, e.datasource_id, e.model_dump(mode="json"), e.deleted) for e in events],
    )


async def keep_terms(connection: Connection, batch: Batch) -> None:
    """The newest version of each term."""
    events = [received.event for received in batch]
    await connection.executemany(
        _PUT_TERM,
        [(e.term_id, e.dataset_id, e.version, e.terms_version, e.model_dump(mode="json"), e.deleted) for e in events],
    )


async def keep_removals(connection: Connection, batch: Batch) -> None:
    """The generation of each dataset's knowledge; what was learned before is left out on reading."""
    rows = [(received.event.dataset_id, received.event.generation) for received in batch]
    await connection.executemany(_PUT_REMOVAL, rows)


async def keep_inspections(connection: Connection, batch: Batch) -> None:
    """What was found in users' databases, part by part."""
    for received in batch:
        event = received.event
        await connection.execute(
            "INSERT INTO inspections VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            event.inspection_id,
            event.part,
            event.datasource_id,
            event.sequence,
            event.only_test,
            event.ok,
            event.model_dump(mode="json"),
        )
        await connection.execute("SELECT pg_notify('inspections', $1)", event.inspection_id)
