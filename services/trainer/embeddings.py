"""Vectors by the hash of their text: the same text is embedded once, whoever asks and whenever."""

import asyncio
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import asyncpg

from libs.embeddings.embedder import Embedder
from libs.embeddings.encoding import encode_vector
from libs.events.catalog import Embedding

_FIND = "SELECT dimensions, data FROM embeddings WHERE text_hash = $1 AND model = $2"
_KEEP = "INSERT INTO embeddings VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"


@dataclass(frozen=True)
class Embeddings:
    """Makes vectors with `embedder` and keeps them; one under way is finished and kept though nobody waits for it."""

    pool: "asyncpg.Pool[Any]"
    embedder: Embedder
    _under_way: set["asyncio.Task[Embedding]"] = field(default_factory=set)

    async def of(self, text: str) -> Embedding:
        """The vector of a text that is to be found; raises `EmbeddingFailed`."""
        task = asyncio.create_task(self._of(text), name="embedding")
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for what is under way, for a second at most."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=1.0)
        await self.embedder.close()

    async def _of(self, text: str) -> Embedding:
        key, model = sha256(text.encode()).digest(), self.embedder.model
        row = await self.pool.fetchrow(_FIND, key, model)
        if row:
            return Embedding(model=model, dimensions=row["dimensions"], data=row["data"])
        vector = (await self.embedder.passages([text]))[0]
        made = encode_vector(model, vector)
        await self.pool.execute(_KEEP, key, model, made.dimensions, made.data)
        return made

    def _done(self, task: "asyncio.Task[Embedding]") -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # Whoever waits gets it; if nobody does, it is no news.
