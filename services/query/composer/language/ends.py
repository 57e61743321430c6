"""Words for where a thing begins and where it ends: in the names of columns, and before or behind a place."""

from typing import Literal

from services.query.composer.language.words import keys

End = Literal["from", "to"]

_NAMES: dict[End, frozenset[str]] = {
    "from": frozenset({"origin", "orig", "source", "src", "from", "start", "departure", "depart", "sender", "pickup"}),
    "to": frozenset(
        {"destination", "dest", "dst", "target", "to", "end", "arrival", "arrive", "receiver", "recipient", "dropoff"}
    ),
}
_IN_COMMENTS: dict[End, tuple[str, ...]] = {
    "from": ("出发", "始发", "起点", "起始", "起飞", "发货", "发出", "寄件"),
    "to": ("到达", "目的", "终点", "抵达", "降落", "收货", "送达", "收件"),
}


def end_of(name: str, comment: str | None) -> End | None:
    """Which end the column of that name and comment tells; None where it tells neither, or both."""
    words, said = set(keys(name)), comment or ""
    found: list[End] = [end for end in _NAMES if words & _NAMES[end] or any(one in said for one in _IN_COMMENTS[end])]
    return found[0] if len(found) == 1 else None
