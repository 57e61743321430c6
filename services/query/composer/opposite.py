"""Whether two questions differ by where a thing begins and where it ends: `flights from Rome`, `flights to Rome`."""

from services.query.composer.language.cues import CueName
from services.query.composer.linking.link import Linked

_ENDS: tuple[CueName, ...] = ("from", "to")


def other_way_round(one: Linked, other: Linked) -> bool:
    """Whether both name ends, and not the same ones in the same order."""
    mine, theirs = _ends(one), _ends(other)
    return bool(mine and theirs) and mine != theirs


def _ends(linked: Linked) -> list[CueName | None]:
    return [mark.cue for mark in linked.marks if mark.cue in _ENDS]
