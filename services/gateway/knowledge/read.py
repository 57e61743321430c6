"""What a dataset knows, read in pages, so that a file of any size is written without holding it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg

from libs.postgres.pool import to_json
from services.gateway.knowledge.shown import Type

KINDS: dict[Type, list[str]] = {"qa": ["pair"], "ddl": ["ddl"], "document": ["document", "term", "relation"]}
"""The kinds of learned items by the names that the API has for them."""
TYPES = {kind: name for name, kinds in KINDS.items() for kind in kinds}
"""The API's name of each kind."""

_PAGE = 500
_GENERATION = "SELECT coalesce(max(generation), 0) FROM removals WHERE dataset_id = $1"
_ITEMS = """
SELECT item_id, state, learned_at FROM known_items
WHERE dataset_id = $1 AND generation = $2 AND kind = ANY($3) AND item_id > $4 ORDER BY item_id LIMIT $5
"""


def kinds_of(asked: str) -> list[str]:
    """The kinds of items that `?type=qa,ddl` asks for."""
    return [kind for name in asked.split(",") for kind in KINDS[name]]  # type: ignore[index]


async def known_lines(pool: "asyncpg.Pool[Any]", dataset_id: str, kinds: Sequence[str]) -> AsyncIterator[str]:
    """The items of a dataset as JSON Lines, by their ids, several to a piece.

    No connection is held while a reader is slow; so what is learned or removed meanwhile may be in the file or not.
    """
    generation, last = await pool.fetchval(_GENERATION, dataset_id), ""
    while rows := await pool.fetch(_ITEMS, dataset_id, generation, kinds, last, _PAGE):
        last = rows[-1]["item_id"]
        yield "".join(f"{to_json(row['state'] | {'learned_at': row['learned_at'].isoformat()})}\n" for row in rows)
