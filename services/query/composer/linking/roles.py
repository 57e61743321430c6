"""Whether each item of a question says what is shown, of which rows, for each of what, or in which order."""

from collections.abc import Sequence
from typing import Literal

from services.query.composer.language.small_words import RELATIVES
from services.query.composer.linking.items import Item

Role = Literal["select", "where", "group", "order"]

_GROUP_WITHIN = 3


def roles_of(items: Sequence[Item]) -> tuple[Role, ...]:
    """The role of each item."""
    roles: list[Role] = []
    role: Role = "select"
    for index in range(len(items)):
        role = _role(items, index, role)
        roles.append(role)
    return tuple(roles)


def _role(items: Sequence[Item], index: int, role: Role) -> Role:
    """The role of an item after one of `role`."""
    item = items[index]
    if item.kind == "break":
        return "select"
    if item.kind == "ask":
        return "select" if role == "group" or _is_free(items, index) else role
    if _opens_condition(item):
        return "where"
    if item.cue in ("order", "ascending", "descending"):
        return "order"
    if item.cue == "each":
        return "group" if role != "order" and _names_group(items, index) else role
    if role == "group" and _ends_group(items, index):
        return "select"
    return role


def _is_free(items: Sequence[Item], index: int) -> bool:
    """Whether a new wish begins: at the start, after a pause, after `and`."""
    return not index or items[index - 1].kind in ("break", "comma") or items[index - 1].said in ("and", "then")


def _opens_condition(item: Item) -> bool:
    relative = item.kind == "open" and item.said in RELATIVES
    return relative or item.cue == "without" or (item.cue == "and" and item.said == "with")


def _names_group(items: Sequence[Item], index: int) -> bool:
    return any(item.kind in ("thing", "unit") for item in items[index + 1 : index + 1 + _GROUP_WITHIN])


def _ends_group(items: Sequence[Item], index: int) -> bool:
    """`for each colour, the price`, `per colour and how many`: what follows is shown."""
    after = items[index + 1] if index + 1 < len(items) else None
    if items[index].kind == "comma" or (items[index].said == "的" and after is not None and after.kind == "cue"):
        return True
    return items[index].cue == "and" and after is not None and after.kind in ("ask", "cue")
