"""Refuses a second data source or dataset of one name: their owner could not tell which is meant."""

from typing import Literal

from libs.postgres.pool import Connection
from services.gateway.api.problems import Problem
from services.gateway.datasets.decider import same_name

_KEYS = {"datasource": "datasource_id", "dataset": "dataset_id"}
# Whoever else gives this name, in whatever process, waits for our transaction, which writes the read model too.
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"


async def check_free(connection: Connection, kind: Literal["datasource", "dataset"], owner_id: str, name: str) -> None:
    """See that none of the owner's has `name`; nobody else can give it until the transaction ends."""
    await connection.execute(_ALONE, f"{kind}/{owner_id}")
    named = f"SELECT {_KEYS[kind]} AS id, state ->> 'name' AS name FROM {kind}s WHERE owner_id = $1 AND NOT deleted"
    rows = await connection.fetch(named, owner_id)
    taken = next((row["id"] for row in rows if same_name(row["name"], name)), None)
    if taken is not None:
        raise Problem(409, f"{kind}_taken", name=name, id=taken)
