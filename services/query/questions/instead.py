"""Pairs that a check gives for its own question: what was known before something else was learned in their place."""

from dataclasses import replace

import numpy as np

from libs.embeddings.embedder import Vector
from libs.embeddings.encoding import decode_vector
from libs.events.catalog import QuestionAsked
from services.query.knowledge.recall import Knowledge, KnownPair
from services.query.knowledge.schema import Pair
from services.query.questions.scope import Found


def instead_of(asked: QuestionAsked, vector: Vector | None = None) -> list[Found]:
    """The pairs that are given with `asked`, as near as they are to `vector`."""
    found = []
    for item in asked.instead:
        pair = KnownPair(item.item_id, item.question or "", item.sql or "", item.tables, item.origin)
        similarity = 0.0
        if vector is not None and item.embedding is not None and item.embedding.dimensions == len(vector):
            similarity = _cosine(vector, decode_vector(item.embedding))
        found.append(Found(pair, similarity))
    return found


def with_instead(known: Knowledge, asked: QuestionAsked) -> Knowledge:
    """`known` with what those pairs teach of words."""
    given = tuple(Pair(item.question or "", item.sql or "", 0.0, item.item_id) for item in asked.instead)
    return replace(known, taught=(*given, *known.taught)) if given else known


def _cosine(one: Vector, other: Vector) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0
