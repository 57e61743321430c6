"""Columns that are called like what a thing does: `customers placed at least one order`, where a date is `placed`."""

from services.query.composer.language.small_words import VERBS
from services.query.composer.language.words import keys
from services.query.composer.reading.reading import Reading


def is_done(reading: Reading, index: int) -> bool:
    """Whether an item says what the thing right before it does, and is no column of that thing."""
    said, meant = reading.said(index), reading.meant.get(index)
    subject = reading.table(index - 1) if reading.adjacent(index - 1) else None
    if meant is None or subject is None or subject == meant.table:
        return False
    return said in VERBS or said.endswith("ed")


def happened(reading: Reading, index: int) -> bool:
    """Whether a date is spoken of as what happened then: `cancelled`, where there is a `cancelled_at`."""
    place, said = reading.column(index), reading.said(index)
    verb = (said.endswith("ed") or said in VERBS) and " " not in said
    return verb and place is not None and reading.is_time(place) and len(keys(place.column)) > 1
