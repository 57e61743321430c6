"""Which verified questions a change may concern: the nearest to what it taught, or a sample of all."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from libs.embeddings.encoding import decode_vector
from libs.events.catalog import LearnedItem

NEAREST, SAMPLE = 5, 16
"""So many questions are answered again after a correction or an import, and after a training."""
NEAR = 0.82
"""The least cosine of two questions of which one may help to answer the other."""
ALIKE = 0.9
"""The least cosine of two questions that may ask the same; it is not enough alone to say that they do."""


def nearest(verified: Sequence[LearnedItem], taught: Sequence[LearnedItem], least: float = NEAR) -> list[LearnedItem]:
    """Those of `verified` that are nearest to any of `taught`, the nearest first, from a cosine of `least` on."""
    best: dict[str, float] = {}
    for model in {item.embedding.model for item in taught if item.embedding}:
        ours, theirs = _of(verified, model), _of(taught, model)
        if ours and theirs:
            cosines = (_unit(ours) @ _unit(theirs).T).max(axis=1)
            best.update({item.item_id: float(cosine) for item, cosine in zip(ours, cosines, strict=True)})
    near = [item for item in verified if best.get(item.item_id, 0.0) >= least]
    return sorted(near, key=lambda item: (-best[item.item_id], item.item_id))[:NEAREST]


def sample(verified: Sequence[LearnedItem], training_id: str) -> list[LearnedItem]:
    """Some of `verified`, others for each training."""
    return sorted(verified, key=lambda item: sha256(f"{training_id}/{item.item_id}".encode()).digest())[:SAMPLE]


def _of(items: Sequence[LearnedItem], model: str) -> list[LearnedItem]:
    return [item for item in items if item.embedding and item.embedding.model == model]


def _unit(items: Sequence[LearnedItem]) -> NDArray[np.float32]:
    vectors = np.stack([decode_vector(item.embedding) for item in items if item.embedding])
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-9))
    unit: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return unit
