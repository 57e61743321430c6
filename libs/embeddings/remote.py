"""Any OpenAI-compatible `/embeddings` endpoint."""

import asyncio
from collections.abc import Sequence

import httpx
import numpy as np

from libs.embeddings.embedder import EmbeddingFailed, Vector

_DEADLINE_SECONDS = 20.0
_RETRIES = 2
_FIRST_DELAY_SECONDS = 0.2
_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})


class RemoteEmbedder:
    """Embeds with `model` at `url` (the part before `/embeddings`); each call has a deadline and two retries.

    `dimensions` are 0 until the first answer tells them.
    """

    batch = 32

    def __init__(self, url: str, model: str, key: str) -> None:
        self.model, self.dimensions = model, 0
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.AsyncClient(base_url=url.rstrip("/"), headers=headers, timeout=_DEADLINE_SECONDS)

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        """Vectors of texts that are to be found; raises `EmbeddingFailed`."""
        return await self._embed(list(texts)) if texts else []

    async def query(self, text: str) -> Vector:
        """The vector of a text that searches; raises `EmbeddingFailed`."""
        return (await self._embed([text]))[0]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _embed(self, texts: list[str]) -> list[Vector]:
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                return self._vectors(await self._answer(texts), len(texts))
        except (TimeoutError, httpx.HTTPError) as error:
            raise EmbeddingFailed(f"the embedding endpoint did not answer ({type(error).__name__})") from error

    async def _answer(self, texts: list[str]) -> httpx.Response:
        for attempt in range(_RETRIES + 1):
            try:
                answer = await self._client.post("/embeddings", json={"model": self.model, "input": texts})
                if answer.status_code not in _TRANSIENT or attempt == _RETRIES:
                    return answer
            except httpx.TransportError:
                if attempt == _RETRIES:
                    raise
            await asyncio.sleep(_FIRST_DELAY_SECONDS * 2**attempt)
        raise AssertionError("unreachable")

    def _vectors(self, answer: httpx.Response, count: int) -> list[Vector]:
        if not answer.is_success:
            raise EmbeddingFailed(f"the embedding endpoint answered {answer.status_code}")
        try:
            rows = sorted(answer.json()["data"], key=lambda row: row["index"])
            vectors = [np.asarray(row["embedding"], dtype=np.float32) for row in rows]
        except (ValueError, KeyError, TypeError) as error:
            raise EmbeddingFailed("the embedding endpoint's answer holds no vectors") from error
        if vectors and not self.dimensions:
            self.dimensions = vectors[0].size
        if len(vectors) != count or any(vector.shape != (self.dimensions,) for vector in vectors):
            raise EmbeddingFailed(f"the embedding endpoint did not give {count} vectors of {self.dimensions} numbers")
        return vectors
