"""The audit: one row for each event that tells of an act, so each topic has its own rows."""

from dataclasses import astuple

from libs.events.projection import Batch, Project
from libs.postgres.pool import Connection
from services.gateway.audit.acts import act_of

_PUT = "INSERT INTO audit VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"


def audited(keep: Project) -> Project:
    """`keep`, and the act that each event tells of."""

    async def kept(connection: Connection, batch: Batch) -> None:
        await keep(connection, batch)
        await keep_acts(connection, batch)

    return kept


async def keep_acts(connection: Connection, batch: Batch) -> None:
    """Every act, once for each event: one that comes back from the log has the id that it was written with."""
    acts = [received for received in batch if getattr(received.event, "purpose", "") != "check"]
    rows = [(received.event_id, *astuple(act_of(received.event))) for received in acts]
    await connection.executemany(_PUT, rows)
