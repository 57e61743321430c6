"""Waits until our read models hold what a training was asked with."""

import asyncio
from typing import Any

import asyncpg

from libs.events.catalog import Needs

_SECONDS, _POLL_SECONDS = 15.0, 0.05
_MET = """
SELECT coalesce(d.version, 0) >= $2 AND coalesce(s.version, 0) >= $3
    AND coalesce((SELECT max(terms_version) FROM terms WHERE dataset_id = $1), 0) >= $4
FROM (SELECT $1 AS dataset_id) AS wanted
LEFT JOIN datasets AS d USING (dataset_id) LEFT JOIN datasources AS s USING (datasource_id)
"""


async def met(pool: "asyncpg.Pool[Any]", dataset_id: str, needs: Needs) -> bool:
    """Wait for `needs`, 15 s at most; whether they are there."""
    wanted = (dataset_id, max(needs.dataset_version, 1), max(needs.datasource_version, 1), needs.terms_version)
    ends = asyncio.get_running_loop().time() + _SECONDS
    while not await pool.fetchval(_MET, *wanted):
        if asyncio.get_running_loop().time() > ends:
            return False
        await asyncio.sleep(_POLL_SECONDS)
    return True
