"""Acts that no event tells of for good, noted in the transaction that does what they say."""

from dataclasses import astuple

from libs.events.ids import new_id
from libs.postgres.pool import Connection
from services.gateway.audit.acts import Act

_NOTE = "INSERT INTO acts VALUES ($1, $2, $3, $4, $5, $6, $7)"


async def note(connection: Connection, act: Act) -> None:
    """Let the audit show `act`."""
    await connection.execute(_NOTE, new_id(), *astuple(act))
