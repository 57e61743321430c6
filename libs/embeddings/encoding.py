"""Vectors as events carry them: base64 of little-endian float32, whatever machine made them."""

from base64 import b64decode, b64encode

import numpy as np

from libs.embeddings.embedder import Vector
from libs.events.catalog import Embedding


def encode_vector(model: str, vector: Vector) -> Embedding:
    """`vector` of `model` for an event."""
    data = np.asarray(vector, dtype="<f4").tobytes()
    return Embedding(model=model, dimensions=len(vector), data=b64encode(data).decode())


def decode_vector(embedding: Embedding) -> Vector:
    """The vector inside an event; ValueError when it is not as long as it says."""
    vector = np.frombuffer(b64decode(embedding.data), dtype="<f4").astype(np.float32)
    if len(vector) != embedding.dimensions:
        raise ValueError(f"an embedding of {embedding.dimensions} dimensions holds {len(vector)} numbers")
    return vector
