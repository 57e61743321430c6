"""What a dataset knows as the API shows it."""

from datetime import datetime
from typing import Literal

from services.gateway.shown import Shown

Type = Literal["qa", "ddl", "document"]


class SaidBy(Shown):
    """The verdict that a pair was learned from."""

    feedback_id: str
    who: str
    """The account that gave it."""
    given_at: datetime
    rating: Literal[1, -1]
    comment: str


class Learned(Shown):
    """One thing that a dataset knows, with its origin."""

    item_id: str
    type: Type
    kind: Literal["ddl", "term", "document", "relation", "pair"]
    """More exactly what it is: a `document` may be a term or a relation too."""
    text: str
    question: str | None = None
    """Of a pair."""
    sql: str | None = None
    """Of a pair."""
    tables: tuple[str, ...] = ()
    """What it is about."""
    origin: Literal["training", "feedback"]
    """`feedback`: a person said it, by a verdict or in a file."""
    feedback_id: str | None = None
    training_id: str
    learned_at: datetime
    feedback: SaidBy | None
    """Null unless it was learned from a verdict."""
