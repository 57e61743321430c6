"""Keeps what datasets know up to date with checkpoints and removals, the same for every order of the two.

What belongs to one generation never touches what belongs to a later one; so it does not matter whether a removal comes
before or after what it removes. Chroma is brought to what PostgreSQL will hold before the transaction commits: if it
does not commit, the batch comes again and the same is done again.
"""

from dataclasses import dataclass, field

from libs.events.catalog import CheckpointReached, KnowledgeRemoved, LearnedItem
from libs.events.envelope import Received
from libs.events.projection import Batch
from libs.knowledge.databases import keep_generations
from libs.knowledge.items import normalised_question
from libs.postgres.pool import Connection
from services.query.knowledge.vectors import Vectors

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('knowledge/' || $1, 0))"
_NEW_CHECKPOINT = "INSERT INTO checkpoints VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true"
# All checkpoints of a dataset are in one partition, and so are all requests of its trainings. A checkpoint that is
# handled late, because it could not be before, does nothing to what later ones taught. A training forgets only what a
# training taught: a person may have said that it is right since that training looked. And what a person said counts
# from when it was said, not from when it was learned: a training that was paused meanwhile takes no newer word back.
# So does what a person takes back.
_FORGET = """
DELETE FROM items
WHERE dataset_id = $1 AND item_id = ANY($2) AND generation <= $3 AND "offset" < $4
    AND (origin <> 'feedback' OR ($5 AND requested_offset < $6))
RETURNING item_id
"""
_SUPERSEDE = """
DELETE FROM items
WHERE dataset_id = $1 AND kind = 'pair' AND normalised_question = $2 AND item_id <> $3 AND generation <= $4
    AND (origin <> 'feedback' OR (requested_offset, "offset") <= ($5, $6))
RETURNING item_id
"""
_CORRECTED = """
SELECT EXISTS (SELECT FROM items WHERE dataset_id = $1 AND kind = 'pair' AND normalised_question = $2
    AND origin = 'feedback' AND generation >= $3 AND ((requested_offset, "offset") > ($4, $5) OR NOT $6))
"""
_PUT_ITEM = """
INSERT INTO items AS i (dataset_id, item_id, generation, kind, origin, text, question, normalised_question, sql, tables,
    content, training_id, learned_at, requested_offset, "offset")
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (dataset_id, item_id) DO UPDATE
SET generation = excluded.generation, kind = excluded.kind, origin = excluded.origin, text = excluded.text,
    question = excluded.question, normalised_question = excluded.normalised_question, sql = excluded.sql,
    tables = excluded.tables, content = excluded.content, training_id = excluded.training_id,
    learned_at = excluded.learned_at, requested_offset = excluded.requested_offset, "offset" = excluded."offset"
WHERE (i.generation, i.origin = 'feedback', i.requested_offset, i."offset")
    <= (excluded.generation, excluded.origin = 'feedback', excluded.requested_offset, excluded."offset") RETURNING true
"""
_WAIT_FOR_VECTORS = "SET LOCAL idle_in_transaction_session_timeout = '90s'"
"""A transaction is idle while the vector store works: longer than the few calls between two statements may take (20 s
each), but not for ever, because a frozen process is to lose its locks."""
_VECTORS = 500
_REMOVE = "DELETE FROM items WHERE dataset_id = $1 AND generation < $2 RETURNING item_id"


@dataclass
class _Touched:
    """The items of a dataset that a batch put or took away; those with an item may have a new vector."""

    items: dict[str, LearnedItem | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Learning:
    """The handlers that keep items in PostgreSQL and their vectors in Chroma."""

    vectors: Vectors

    async def learn(self, connection: Connection, batch: Batch) -> None:
        """Take in what checkpoints taught and drop what they say is no longer true."""
        taught: list[Received[CheckpointReached]] = [r for r in batch if r.event.items or r.event.forgotten]
        touched: dict[str, _Touched] = {}
        for dataset_id in sorted({received.event.dataset_id for received in taught}):
            await connection.execute(_LOCK, dataset_id)
        for received in taught:
            event = received.event
            if await connection.fetchval(_NEW_CHECKPOINT, event.dataset_id, event.training_id, event.sequence):
                await _take_in(connection, received, touched.setdefault(event.dataset_id, _Touched()))
        await connection.execute(_WAIT_FOR_VECTORS)
        for dataset_id, changes in touched.items():
            await self._bring_vectors(connection, dataset_id, changes)

    async def remove(self, connection: Connection, batch: Batch) -> None:
        """Drop what datasets knew of earlier generations, and remember to drop what of it still comes."""
        events: list[KnowledgeRemoved] = [received.event for received in batch]
        for dataset_id in sorted({event.dataset_id for event in events}):
            await connection.execute(_LOCK, dataset_id)
        await keep_generations(connection, batch)
        await connection.execute(_WAIT_FOR_VECTORS)
        copy = await _copy(connection)
        for event in events:
            removed = await connection.fetch(_REMOVE, event.dataset_id, event.generation)
            await self.vectors.forget(copy, event.dataset_id, [row["item_id"] for row in removed])

    async def _bring_vectors(self, connection: Connection, dataset_id: str, changes: _Touched) -> None:
        rows = await connection.fetch(
            "SELECT item_id, generation FROM items WHERE dataset_id = $1 AND item_id = ANY($2)",
            dataset_id,
            list(changes.items),
        )
        kept = {row["item_id"]: row["generation"] for row in rows}
        copy = await _copy(connection)
        await self.vectors.forget(copy, dataset_id, [key for key in changes.items if key not in kept])
        put = [(key, (item, kept[key])) for key, item in changes.items.items() if item and key in kept]
        for start in range(0, len(put), _VECTORS):
            await self.vectors.put(copy, dataset_id, dict(put[start : start + _VECTORS]))
            await connection.execute("SELECT 1")  # This session is not idle, however many vectors there are.


async def _take_in(connection: Connection, received: Received[CheckpointReached], touched: _Touched) -> None:
    event, offset = received.event, received.offset
    taken_back = (event.source == "feedback", event.requested_offset)
    gone = await connection.fetch(
        _FORGET, event.dataset_id, list(event.forgotten), event.generation, offset, *taken_back
    )
    touched.items.update({row["item_id"]: None for row in gone})
    removed_before = await connection.fetchval(
        "SELECT generation FROM generations WHERE dataset_id = $1", event.dataset_id
    )
    if event.generation < (removed_before or 0):
        return
    for item in event.items:
        question = normalised_question(item.question or "")
        given = item.origin == "feedback"
        if item.kind == "pair":
            of_question, said = (event.dataset_id, question), (event.requested_offset, offset)
            # What a person said of the question is not taken back: not by a training, nor by an older word.
            if await connection.fetchval(_CORRECTED, *of_question, event.generation, *said, given):
                continue
            if given:
                older = await connection.fetch(_SUPERSEDE, *of_question, item.item_id, event.generation, *said)
                touched.items.update({row["item_id"]: None for row in older})
        if await _put(connection, received, item, question):
            touched.items[item.item_id] = item


async def _put(connection: Connection, received: Received[CheckpointReached], item: LearnedItem, question: str) -> bool:
    event = received.event
    put: bool | None = await connection.fetchval(
        _PUT_ITEM,
        event.dataset_id,
        item.item_id,
        event.generation,
        item.kind,
        item.origin,
        item.text,
        item.question,
        question or None,
        item.sql,
        list(item.tables),
        item.content,
        event.training_id,
        event.reached_at,
        event.requested_offset if item.origin == "feedback" else 0,
        received.offset,
    )
    return bool(put)


async def _copy(connection: Connection) -> str:
    name: str = await connection.fetchval("SELECT name FROM copy")
    return name
