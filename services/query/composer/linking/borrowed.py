"""Parts an instruction from a column where the thing that is spoken of has no column of the whole name."""

from collections.abc import Iterable, Iterator

from services.query.composer.language.cues import CueName, phrases
from services.query.composer.language.words import Text
from services.query.composer.linking.marks import Mark

_AGGREGATES: frozenset[CueName | None] = frozenset({"sum", "avg", "min", "max"})
_FAIRLY_SURE = 0.75


def without_borrowed(text: Text, found: list[Mark]) -> list[Mark]:
    """The marks without the `total_amt` of bookings in `total amt of payments`, which have an amt of their own."""
    return [mark for mark in found if not _is_borrowed(text, mark, found)]


def _is_borrowed(text: Text, mark: Mark, found: Iterable[Mark]) -> bool:
    if mark.last - mark.first < 2 or phrases().get((text.tokens[mark.first].key,)) not in _AGGREGATES:
        return False
    owners = set(_owners(text, mark, found))
    if not owners or any(meant.table in owners for meant in mark.meanings):
        return False
    rest = [other for other in found if (other.first, other.last) == (mark.first + 1, mark.last)]
    return any(meant.kind == "column" and meant.table in owners for other in rest for meant in other.meanings)


def _owners(text: Text, mark: Mark, found: Iterable[Mark]) -> Iterator[str]:
    """The tables named behind `of`, or before 的."""
    keys = [token.key for token in text.tokens]
    behind = mark.last + 1 + (keys[mark.last + 1 : mark.last + 2] == ["the"])
    for other in found:
        of = keys[mark.last : mark.last + 1] == ["of"] and other.first == behind
        its = other.last + 1 == mark.first and keys[other.last] == "的"
        if of or its:
            yield from (
                meant.table for meant in other.meanings if meant.kind == "table" and meant.weight >= _FAIRLY_SURE
            )
