"""Trainings: requested, controlled, their checkpoints and log lines, and what was learned."""

from typing import Any

from libs.events.catalog import CheckpointReached
from libs.events.envelope import Received
from libs.events.projection import Batch
from libs.knowledge.items import normalised_question
from libs.postgres.pool import Connection
from services.gateway.live.shown import NOT_FOLLOWED

_PUT_CHECKPOINT = "INSERT INTO checkpoints VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
_PUT_LOG = "INSERT INTO training_logs VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
# Not compared with `removals` here: a removal may commit beside this transaction, unseen. Readers compare.
_PUT_ITEM = """
INSERT INTO learned_items AS i VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (dataset_id, item_id, generation) DO UPDATE
SET origin = excluded.origin, state = excluded.state, learned_at = excluded.learned_at,
    requested_offset = excluded.requested_offset, "offset" = excluded."offset"
WHERE (i.origin = 'feedback', i.requested_offset, i."offset")
    < (excluded.origin = 'feedback', excluded.requested_offset, excluded."offset")
"""
_FORGET = """
DELETE FROM learned_items
WHERE dataset_id = $1 AND item_id = ANY($2) AND generation <= $3 AND "offset" < $4
    AND (origin <> 'feedback' OR ($5 AND requested_offset < $6))
"""


async def keep_requests(connection: Connection, batch: Batch) -> None:
    """Every training that was asked for."""
    events = [received.event for received in batch]
    await connection.executemany(
        "INSERT INTO trainings VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        [
            (e.training_id, e.dataset_id, e.source, e.requested_at, e.who, list(e.table_names), len(e.items))
            for e in events
        ],
    )


async def keep_controls(connection: Connection, batch: Batch) -> None:
    """Every wish about a training."""
    events = [received.event for received in batch]
    await connection.executemany(
        "INSERT INTO controls VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        [(e.training_id, e.control_sequence, type(e).__name__, e.requested_at) for e in events],
    )


async def keep_checkpoints(connection: Connection, batch: Batch) -> None:
    """Every checkpoint, without what it learned; and what was learned, without embeddings."""
    received_rows = [_checkpoint(received) for received in batch]
    await connection.executemany(_PUT_CHECKPOINT, received_rows)
    for received in batch:
        await _keep_items(connection, received.event, received.offset)
    for dataset_id in {received.event.dataset_id for received in batch}:
        await connection.execute("SELECT pg_notify('trainings', $1)", dataset_id)


def _checkpoint(received: Received[CheckpointReached]) -> tuple[Any, ...]:
    event = received.event
    state = event.model_dump(mode="json", exclude=NOT_FOLLOWED)
    return (event.training_id, event.sequence, event.dataset_id, received.offset, event.status, state)


async def _keep_items(connection: Connection, event: CheckpointReached, offset: int) -> None:
    if event.forgotten:
        taken_back = (event.source == "feedback", event.requested_offset)
        await connection.execute(
            _FORGET, event.dataset_id, list(event.forgotten), event.generation, offset, *taken_back
        )
    rows = []
    for item in event.items:
        state = item.model_dump(mode="json", exclude={"embedding", "content"}) | {"training_id": event.training_id}
        question = normalised_question(item.question) if item.question else None
        what = (item.item_id, event.generation, item.kind, item.origin, question)
        said = event.requested_offset if item.origin == "feedback" else 0
        rows.append((event.dataset_id, *what, state, event.reached_at, said, offset))
    if rows:
        await connection.executemany(_PUT_ITEM, rows)


async def keep_logs(connection: Connection, batch: Batch) -> None:
    """Every log line."""
    rows = [
        (e.training_id, line.number, e.dataset_id, received.offset, line.level, line.content, line.created_at)
        for received in batch
        for e in [received.event]
        for line in e.lines
    ]
    await connection.executemany(_PUT_LOG, rows)
    for dataset_id in {received.event.dataset_id for received in batch}:
        await connection.execute("SELECT pg_notify('trainings', $1)", dataset_id)
