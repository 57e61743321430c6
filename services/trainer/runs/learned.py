"""What datasets know, so that nothing is learned twice; fed by checkpoints and removals, in whatever order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from libs.events.catalog import CheckpointReached, KnowledgeRemoved
from libs.events.projection import Batch
from libs.knowledge.databases import keep_generations
from libs.knowledge.items import normalised_question
from libs.postgres.pool import Connection

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('learned/' || $1, 0))"
# A training forgets only what a training taught: a person may have said that it is right since the training looked.
_FORGET = (
    "DELETE FROM learned WHERE dataset_id = $1 AND item_id = ANY($2) AND generation <= $3 AND origin <> 'feedback'"
)
_TAKE_BACK = "UPDATE learned SET taken_back = true WHERE dataset_id = $1 AND item_id = ANY($2) AND generation <= $3"
_PUT = """
INSERT INTO learned AS l (
    dataset_id, item_id, generation, kind, origin, tables, training_id, normalised_question, requested_offset,
    taken_back
) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, false
WHERE $3 >= coalesce((SELECT generation FROM generations WHERE dataset_id = $1), 0)
ON CONFLICT (dataset_id, item_id) DO UPDATE
SET generation = excluded.generation, kind = excluded.kind, origin = excluded.origin, tables = excluded.tables,
    training_id = excluded.training_id, requested_offset = excluded.requested_offset, taken_back = false
WHERE l.generation <= excluded.generation
"""
_REMOVE = "DELETE FROM learned WHERE dataset_id = $1 AND generation < $2"
_KNOWN = """
SELECT item_id, kind, origin, tables, training_id, taken_back FROM learned
WHERE dataset_id = $1 AND generation = greatest($2, (
    SELECT coalesce(max(generation), 0) FROM generations WHERE dataset_id = $1))
"""
# Those that a later word of a person supersedes are known too, and yet do not count.
_COUNTING = """
SELECT item_id, kind, origin, tables, training_id, taken_back FROM learned AS item
WHERE dataset_id = $1 AND generation = $2 AND item_id = ANY($3)
    AND (training_id = $4 OR (NOT taken_back AND NOT EXISTS (
    SELECT FROM learned AS given
    WHERE given.dataset_id = item.dataset_id AND given.normalised_question = item.normalised_question
        AND given.generation = item.generation AND given.origin = 'feedback' AND NOT given.taken_back
        AND given.item_id <> item.item_id
        AND (item.origin <> 'feedback' OR item.requested_offset < given.requested_offset))))
"""


@dataclass(frozen=True)
class Known:
    """An item that a dataset knows, or one that was `taken_back` and that no training is to bring back."""

    item_id: str
    kind: str
    origin: str
    tables: tuple[str, ...]
    training_id: str
    """The training that taught it."""
    taken_back: bool


async def keep_learned(connection: Connection, batch: Batch) -> None:
    """Take in what checkpoints taught and drop what they say is no longer true."""
    events: list[CheckpointReached] = [r.event for r in batch if r.event.items or r.event.forgotten]
    for dataset_id in sorted({event.dataset_id for event in events}):
        await connection.execute(_LOCK, dataset_id)
    for event in events:
        forget = _TAKE_BACK if event.source == "feedback" else _FORGET
        await connection.execute(forget, event.dataset_id, list(event.forgotten), event.generation)
        rows = [
            (
                event.dataset_id,
                item.item_id,
                event.generation,
                item.kind,
                item.origin,
                list(item.tables),
                event.training_id,
                normalised_question(item.question) if item.question else None,
                event.requested_offset if item.origin == "feedback" else 0,
            )
            for item in event.items
        ]
        await connection.executemany(_PUT, rows)


async def remove_learned(connection: Connection, batch: Batch) -> None:
    """Drop what datasets knew of earlier generations."""
    events: list[KnowledgeRemoved] = [received.event for received in batch]
    for dataset_id in sorted({event.dataset_id for event in events}):
        await connection.execute(_LOCK, dataset_id)
    await keep_generations(connection, batch)
    await connection.executemany(_REMOVE, [(event.dataset_id, event.generation) for event in events])


async def known_items(connection: Connection, dataset_id: str, generation: int) -> dict[str, Known]:
    """What `dataset_id` knows, and what was taken back, in its current generation, or in `generation` when the training
    is ahead."""
    return _known(await connection.fetch(_KNOWN, dataset_id, generation))


async def counting_pairs(
    connection: Connection, dataset_id: str, generation: int, item_ids: Sequence[str], training_id: str
) -> dict[str, Known]:
    """Those of the pairs `item_ids` by which `dataset_id` answers their questions now, or that `training_id` taught."""
    return _known(await connection.fetch(_COUNTING, dataset_id, generation, item_ids, training_id))


def _known(rows: Sequence[Any]) -> dict[str, Known]:
    return {row["item_id"]: Known(**dict(row) | {"tables": tuple(row["tables"])}) for row in rows}
