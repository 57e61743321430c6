"""Whether two questions differ by where a thing begins and where it ends: `flights from Rome`, `flights to Rome`."""

from services.query.composer.language.cues import CueName
from services.query.composer.linking.link import Linked

_ENDS: tuple[CueName, ...] = ("from", "to")


def other_way_round(one: Linked, other: Linked) -> bool:
    """Whether both name ends, and not the same ones in the same order, or the same places at other ends."""
    mine, theirs = _ends(one), _ends(other)
    if not (mine and theirs):
        return False
    here, there = _places(one), _places(other)
    return mine != theirs or (here != there and sorted(here) == sorted(there))


def _ends(linked: Linked) -> list[CueName | None]:
    return [mark.cue for mark in linked.marks if mark.cue in _ENDS]


def _places(linked: Linked) -> list[str]:
    """The word behind each end."""
    tokens = linked.text.tokens
    return [tokens[mark.last].key for mark in linked.marks if mark.cue in _ENDS and mark.last < len(tokens)]
