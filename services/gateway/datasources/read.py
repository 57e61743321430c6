"""What was found in a data source, and who uses it."""

from typing import Any

from libs.postgres.pool import Connection

_NEWEST_STRUCTURE = """
SELECT state FROM inspections WHERE inspection_id = (
    SELECT inspection_id FROM inspections WHERE datasource_id = $1 AND ok AND NOT only_test
    GROUP BY inspection_id, sequence, state->'parts' HAVING count(*) = (state->'parts')::int
    ORDER BY sequence DESC LIMIT 1)
ORDER BY part
"""
_KIND = """
SELECT s.state->'settings'->>'kind' FROM datasets JOIN datasources AS s USING (datasource_id) WHERE dataset_id = $1
"""
_DATASETS = "SELECT count(*) FROM datasets WHERE datasource_id = $1 AND NOT deleted"


async def newest_structure(pool: Any, datasource_id: str) -> list[dict[str, Any]] | None:
    """The parts of the newest whole structure that was read without an error; None when there is none yet."""
    return [row["state"] for row in await pool.fetch(_NEWEST_STRUCTURE, datasource_id)] or None


async def kind_of(connection: Any, dataset_id: str) -> str:
    """The kind of the database that a dataset asks, which never changes. `connection` may be a pool."""
    return str(await connection.fetchval(_KIND, dataset_id))


async def datasets_of(connection: Connection, datasource_id: str) -> int:
    """How many datasets ask a data source."""
    return int(await connection.fetchval(_DATASETS, datasource_id))
