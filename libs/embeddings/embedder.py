"""What makes vectors of texts."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class EmbeddingFailed(RuntimeError):
    """No vector could be made; the message says what the endpoint answered, never what was sent or the key."""


class Embedder(Protocol):
    """Makes vectors; those of passages and queries of one model can be compared."""

    @property
    def model(self) -> str:
        """The name of the model: vectors of different models cannot be compared."""

    @property
    def dimensions(self) -> int:
        """The length of its vectors."""

    @property
    def batch(self) -> int:
        """So many texts are best embedded with one call."""

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        """Vectors of texts that are to be found; raises `EmbeddingFailed`."""

    async def query(self, text: str) -> Vector:
        """The vector of a text that searches; raises `EmbeddingFailed`."""

    async def close(self) -> None:
        """Give back threads or connections."""
