"""Makes what is cached for a dataset invisible at once, also what is being computed now.

The number of clearings is a part of every key, and it is read before anything else that an answer rests on: what was
begun before a clearing is never found after it, in whatever store it was put and however late.
"""

from libs.events.projection import Batch
from libs.events.transaction import Transaction
from libs.postgres.pool import Connection

_CLEAR = """
INSERT INTO cache_clearings AS c (dataset_id, number) VALUES ($1, 1)
ON CONFLICT (dataset_id) DO UPDATE SET number = c.number + 1
"""
_CLEARINGS = "SELECT coalesce((SELECT number FROM cache_clearings WHERE dataset_id = $1), 0)"


async def clearings(connection: Connection, dataset_id: str) -> int:
    """How often the caches of a dataset were cleared."""
    number: int = await connection.fetchval(_CLEARINGS, dataset_id)
    return number


async def clear_caches(transaction: Transaction, batch: Batch) -> None:
    """Forget what is cached for the datasets that a person cleared the caches of, or gave a verdict on."""
    dataset_ids = sorted({received.event.dataset_id for received in batch})
    await transaction.connection.execute("DELETE FROM cached WHERE dataset_id = ANY($1)", dataset_ids)
    await transaction.connection.executemany(_CLEAR, [(dataset_id,) for dataset_id in dataset_ids])
