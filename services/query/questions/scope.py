"""Gives the reasoning what it works on: what is known of a dataset, with the pairs nearest to a question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.query.knowledge import schema
from services.query.knowledge.recall import Knowledge, KnownPair
from services.query.questions.withheld import is_secret


@dataclass(frozen=True)
class Found:
    """A learned pair near a question; `similarity` is the cosine, 1 for the very same question."""

    pair: KnownPair
    similarity: float


def scope_of(known: Knowledge, found: Sequence[Found]) -> schema.Scope:
    """`known` and `found` in the words of the reasoning, without pairs that ask tables which are known no longer."""
    near = tuple(
        schema.Pair(
            one.pair.question,
            one.pair.sql,
            one.similarity,
            one.pair.item_id,
            one.pair.origin,
            secret=is_secret(one.pair.sql, known),
        )
        for one in found
        if known.table_names.issuperset(one.pair.tables)
    )
    return replace(known.described, pairs=near)
