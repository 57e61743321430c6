"""Vectors by the hash of their text: what was embedded is kept, and not embedded again, whoever asks and whenever."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import asyncpg
import structlog

from libs.embeddings.embedder import Embedder
from libs.embeddings.encoding import encode_vector
from libs.events.catalog import Embedding
from libs.postgres.transient import AWAY

log = structlog.get_logger(__name__)

_MOST_CHARACTERS = 400
"""Of a long text so much is embedded: what it is about stands at its beginning, and all of a wide table's structure
would take five times as long."""
_FIND = "SELECT text_hash, dimensions, data FROM embeddings WHERE text_hash = ANY($1) AND model = $2"
_KEEP = "INSERT INTO embeddings VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"


@dataclass(frozen=True)
class Embeddings:
    """Makes vectors with `embedder` and keeps them; one under way is finished and kept though nobody waits for it."""

    pool: "asyncpg.Pool[Any]"
    embedder: Embedder
    _under_way: dict[tuple[str, ...], "asyncio.Task[list[Embedding]]"] = field(default_factory=dict)
    _keeping: set["asyncio.Task[None]"] = field(default_factory=set)

    async def of(self, texts: Sequence[str]) -> list[Embedding]:
        """The vectors of texts that are to be found; raises `EmbeddingFailed`."""
        return await asyncio.shield(self.begin(texts))

    def begin(self, texts: Sequence[str]) -> "asyncio.Task[list[Embedding]]":
        """Begin to make the vectors that `of` the same texts will be asked for, or go on with what has begun."""
        wanted = tuple(text[:_MOST_CHARACTERS] for text in texts)
        if wanted not in self._under_way:
            task = self._under_way[wanted] = asyncio.create_task(self._of(wanted), name="embedding")
            task.add_done_callback(lambda done: self._done(wanted, done))
        return self._under_way[wanted]

    async def close(self) -> None:
        """Wait for what is under way, for a second at most."""
        if left := [*self._under_way.values(), *self._keeping]:
            await asyncio.wait(left, timeout=1.0)
        await self.embedder.close()

    async def _of(self, texts: tuple[str, ...]) -> list[Embedding]:
        keys, model = {text: sha256(text.encode()).digest() for text in texts}, self.embedder.model
        rows = await self.pool.fetch(_FIND, list(keys.values()), model)
        known = {r["text_hash"]: Embedding(model=model, dimensions=r["dimensions"], data=r["data"]) for r in rows}
        missing = [text for text, key in keys.items() if key not in known]
        made = {
            keys[text]: encode_vector(model, vector)
            for text, vector in zip(missing, await self.embedder.passages(missing), strict=True)
        }
        if made:  # Nobody waits for that; what is asked for until then, or when it fails, is made again.
            keeping = asyncio.create_task(self._keep(model, made), name="keeping embeddings")
            self._keeping.add(keeping)
            keeping.add_done_callback(self._keeping.discard)
        return [(known | made)[keys[text]] for text in texts]

    async def _keep(self, model: str, made: Mapping[bytes, Embedding]) -> None:
        try:
            await self.pool.executemany(_KEEP, [(key, model, each.dimensions, each.data) for key, each in made.items()])
        except AWAY as error:
            log.info("embeddings_not_kept", count=len(made), error=type(error).__name__)

    def _done(self, wanted: tuple[str, ...], task: "asyncio.Task[list[Embedding]]") -> None:
        del self._under_way[wanted]
        if not task.cancelled():
            task.exception()  # Whoever waits gets it; if nobody does, it is no news.
