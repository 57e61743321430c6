"""Reads that something is there at all: `guests who have an email`, 有邮箱的客人, `that have no email`."""

from services.query.composer.language.codes import yes_of
from services.query.composer.language.cues import CueName
from services.query.composer.language.small_words import HAVE
from services.query.composer.queries.plan import Condition
from services.query.composer.reading.amounts.amounts import is_amount
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES, add

_ARTICLES = frozenset({"a", "an", "any", "no"})
_HAVE = frozenset({"有", "没有"})
_TOLD_OF_ALL: frozenset[CueName | None] = frozenset({"count", *AGGREGATES})
_ENDS: tuple[CueName | None, ...] = ("and", "each", "count")


def read_present(reading: Reading) -> None:
    """Take each column that rows have something in; of amounts it is unclear, for 0 may be nothing."""
    had: set[int] = set()
    for index in sorted(reading.meant):
        place = reading.column(index) if reading.free(index) else None
        is_had = _is_had(reading, index) or (reading.is_and(index - 1) and index - 2 in had)
        if place is None or not (is_had and _ends(reading, index)) or yes_of(reading.known(place)):
            continue
        reading.unclear |= is_amount(reading, place)
        add(reading, Condition(place.table, place, "not null"), index)
        had.add(index)
        reading.take(index, *(i for i in (index - 1, index - 2) if reading.cue(i) == "having"))


def _is_had(reading: Reading, index: int) -> bool:
    if reading.said(index - 1) in _HAVE and reading.adjacent(index - 1):
        return True
    first, tokens = reading.items[index].first, reading.text.tokens
    if first and tokens[first - 1].text.lower() == "with" and any(item.cue in _TOLD_OF_ALL for item in reading.items):
        return True  # `how many guests with email`, where `hotels with city` are shown with it
    return first > 1 and tokens[first - 1].key in _ARTICLES and tokens[first - 2].text.lower() in HAVE


def _ends(reading: Reading, index: int) -> bool:
    """Whether nothing is said of what it is: `with an email`, but not `with a salary above 5` nor `an email of ...`."""
    behind = reading.cue(index + 1)
    if reading.said(index + 1) == "的":
        return reading.table(index + 2) is not None
    if reading.kind(index + 1) in (None, "comma", "break") or (behind == "equal" and not reading.exists(index + 2)):
        return True
    return behind in _ENDS and reading.kind(index + 2) != "number"
