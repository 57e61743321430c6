"""The vectors of learned items in Chroma: a collection per dataset, embedding model and copy of the read models.

Only an index: ids, vectors, kind and generation; the items themselves are in PostgreSQL. Vectors are brought to unit
length here and compared by inner product, because Chroma's own cosine changes the last bits of what it stores.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api import AsyncClientAPI
from chromadb.api.models.AsyncCollection import AsyncCollection
from chromadb.config import Settings
from chromadb.errors import InternalError, NotFoundError

from libs.embeddings.embedder import Vector
from libs.embeddings.encoding import decode_vector
from libs.events.catalog import LearnedItem
from libs.postgres.transient import retrying
from libs.runtime.deadlines import DeadlinePassed, deadline

_BATCH = 500
_PAGE = 1000
_CONNECT_SECONDS, _CALL_SECONDS = 30.0, 20.0
_NEAREST_SECONDS = 3.0
"""Somebody waits for the answer, and has one without the nearest items too."""


class VectorsUnavailable(ConnectionError):
    """Chroma does not answer, or not now: it passes, and what was asked can be asked again."""


@dataclass(frozen=True)
class Near:
    """An item near a question; `similarity` is the cosine, at most 1."""

    item_id: str
    similarity: float


class Vectors:
    """The collections of all datasets on one Chroma server."""

    def __init__(self, client: AsyncClientAPI) -> None:
        self._client = client
        self._collections: dict[str, AsyncCollection] = {}

    @classmethod
    async def connect(cls, url: str) -> "Vectors":
        """Connect to the server at `url`, waiting 30 s for one that is starting; raises `VectorsUnavailable`."""
        return await retrying(lambda: _connect(url), _CONNECT_SECONDS)

    async def heartbeat(self) -> None:
        """Raise when the server does not answer."""
        async with _asking():
            await self._client.heartbeat()

    async def put(self, copy: str, dataset_id: str, items: Mapping[str, tuple[LearnedItem, int]]) -> None:
        """Store the vectors of `items` (id -> item, generation); putting the same again changes nothing."""
        by_model: dict[str, dict[str, Vector]] = defaultdict(dict)
        for key, (item, _) in items.items():
            if item.embedding is not None:
                by_model[item.embedding.model][key] = _unit(decode_vector(item.embedding))
        for model, found in by_model.items():
            collection = await self._collection(_name(copy, dataset_id, model))
            ids = list(found)
            for start in range(0, len(ids), _BATCH):
                batch = ids[start : start + _BATCH]
                about = [{"kind": items[key][0].kind, "generation": items[key][1]} for key in batch]
                async with _asking():
                    await collection.upsert(ids=batch, embeddings=[found[key] for key in batch], metadatas=about)

    async def forget(self, copy: str, dataset_id: str, item_ids: Sequence[str]) -> None:
        """Delete the vectors of `item_ids`, those that are there."""
        if not item_ids:
            return
        for name in await self._names(copy, f"dataset-{dataset_id}-"):
            collection = await self._collection(name)
            for start in range(0, len(item_ids), _BATCH):
                async with _asking():
                    await collection.delete(ids=list(item_ids[start : start + _BATCH]))

    async def nearest(
        self, copy: str, dataset_id: str, model: str, vector: Vector, kind: str, count: int
    ) -> list[Near]:
        """The items of `kind` nearest to `vector` of `model`, best first, within three seconds.

        Raises NotFoundError when there is no such collection: nothing was learned, or the copy was swapped out; and
        `VectorsUnavailable`.
        """
        name = _name(copy, dataset_id, model)
        try:
            async with _asking(_NEAREST_SECONDS):
                collection = await self._collection(name, create=False)
                found = await collection.query(
                    query_embeddings=[_unit(vector)], n_results=count, where={"kind": kind}, include=["distances"]
                )
        except NotFoundError:
            self._collections.pop(name, None)
            raise
        distances = (found["distances"] or [[]])[0]
        return [Near(key, 1.0 - float(distance)) for key, distance in zip(found["ids"][0], distances, strict=True)]

    async def digest(self, copy: str) -> str:
        """SHA-256 over the ids, kinds, generations and vectors of every collection of `copy`."""
        digest = sha256()
        for name in await self._names(copy):
            collection = await self._collection(name, create=False)
            rows: list[bytes] = []
            for offset in range(0, await collection.count(), _PAGE):
                async with _asking():
                    page = await collection.get(limit=_PAGE, offset=offset, include=["embeddings", "metadatas"])
                for key, vector, about in zip(page["ids"], page["embeddings"], page["metadatas"], strict=True):
                    bits = np.asarray(vector, dtype="<f4").tobytes()
                    rows.append(f"{key}:{about['kind']}:{about['generation']}:".encode() + sha256(bits).digest())
            if rows:
                digest.update(name.removesuffix(copy).encode() + b"\n".join(sorted(rows)))
        return digest.hexdigest()

    async def drop(self, copy: str) -> None:
        """Delete the collections of a copy that is out of use."""
        for name in await self._names(copy):
            self._collections.pop(name, None)
            async with _asking():
                await self._client.delete_collection(name)

    async def _names(self, copy: str, prefix: str = "") -> list[str]:
        async with _asking():  # In one answer: pages shift when collections come and go between two of them.
            collections = await self._client.list_collections()
        names = (collection.name for collection in collections)
        return sorted(name for name in names if name.startswith(prefix) and name.endswith(f"-{copy}"))

    async def _collection(self, name: str, create: bool = True) -> AsyncCollection:
        if name not in self._collections:
            get = self._client.get_or_create_collection if create else self._client.get_collection
            extra = {"configuration": {"hnsw": {"space": "ip"}}} if create else {}
            async with _asking():
                self._collections[name] = await get(name, embedding_function=None, **extra)
        return self._collections[name]


async def _connect(url: str) -> Vectors:
    parts = urlsplit(url)
    try:
        async with _asking():
            client = await chromadb.AsyncHttpClient(
                host=parts.hostname or "127.0.0.1",
                port=parts.port or 8000,
                ssl=parts.scheme == "https",
                settings=Settings(anonymized_telemetry=False),
            )
    except ValueError as error:  # What chromadb makes of a server that is not there.
        raise VectorsUnavailable("no Chroma server answers; see ESPALIER_CHROMA_URL") from error
    return Vectors(client)


@asynccontextmanager
async def _asking(seconds: float = _CALL_SECONDS) -> AsyncIterator[None]:
    """A call that ends in time, and whose failures that pass by themselves can be told from the others."""
    try:
        async with deadline(seconds, "asking Chroma"):
            yield
    except (DeadlinePassed, httpx.TransportError, InternalError) as error:
        raise VectorsUnavailable(type(error).__name__) from error


def _name(copy: str, dataset_id: str, model: str) -> str:
    # By the id and not by the dataset's collection_name: knowledge may come before the dataset does.
    return f"dataset-{dataset_id}-{sha256(model.encode()).hexdigest()[:8]}-{copy}"


def _unit(vector: Vector) -> Vector:
    length = float(np.linalg.norm(vector))
    return vector if length == 0 else (vector / np.float32(length)).astype(np.float32)
