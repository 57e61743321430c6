"""Refuses a second data source or dataset of one name: their owner could not tell which is meant."""

from typing import Literal

from libs.postgres.pool import Connection
from services.gateway.api.problems import Problem

_KEYS = {"datasource": "datasource_id", "dataset": "dataset_id"}
# Whoever else gives this name, in whatever process, waits for our transaction, which writes the read model too.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"


async def check_free(connection: Connection, kind: Literal["datasource", "dataset"], owner_id: str, name: str) -> None:
    """See that none of the owner's has `name`; nobody else can give it until the transaction ends."""
    await connection.execute(_ALONE, f"{kind}/{owner_id}/{name}")
    taken = await connection.fetchval(
        f"SELECT {_KEYS[kind]} FROM {kind}s WHERE owner_id = $1 AND state ->> 'name' = $2 AND NOT deleted LIMIT 1",
        owner_id,
        name,
    )
    if taken is not None:
        raise Problem(409, f"{kind}_taken", name=name, id=taken)
