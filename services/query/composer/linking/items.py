"""A question as a row of items: things of the database, numbers, instructions, and small words of clauses."""

import re
from dataclasses import dataclass
from typing import Literal

from services.query.composer.language.cues import CueName
from services.query.composer.linking.marks import Linked, Mark

Kind = Literal["thing", "number", "period", "unit", "quoted", "cue", "open", "comma", "break", "word", "ask"]
Role = Literal["select", "where", "group", "order"]

_OPENS = frozenset({
    "who", "whose", "whom", "that", "which", "where", "when", "with", "having", "without", "whoever", "of", "for", "in",
    "from", "by", "at", "on", "to", "among", "as", "than", "and", "or", "but", "their", "its", "same", "any", "all",
    "if", "under", "per", "the", "be", "之", "的", "both", "either",
})  # fmt: skip
_ASKS = frozenset({"what", "how", "list", "show", "give", "return", "find", "tell", "display", "select", "provide",
                   "report", "count", "which", "compute", "calculate", "显示", "列出", "给出"})  # fmt: skip
_HOW_MANY = frozenset({"数量", "数", "个数", "人数", "次数", "数目"})
_RELATIVES = frozenset({"who", "whose", "whom", "that", "which", "where", "when", "with", "having", "without"})
_BREAK = re.compile(r"[?!;。？！；\n]|\.(?=\s+[A-Z]|\s*$)")
_COMMA = re.compile(r"[,，、:：()（）]")


@dataclass(frozen=True)
class Item:
    """Tokens `first` to `last` (one past); `said` is their text in small letters."""

    kind: Kind
    first: int
    last: int
    said: str = ""
    mark: Mark | None = None

    @property
    def cue(self) -> CueName | None:
        """The instruction, when it is one."""
        return self.mark.cue if self.mark is not None and self.kind == "cue" else None


def items_of(linked: Linked) -> tuple[Item, ...]:
    """The items of a question, in order."""
    text, marks = linked.text, {mark.first: mark for mark in linked.marks}
    unknown = set(linked.unexplained)
    found: list[Item] = []
    place = end = 0
    while place < len(text.tokens):
        between = text.text[end : text.tokens[place].start]
        if found and _BREAK.search(text.text[max(0, end - 1) : text.tokens[place].start + 1][1:] if end else between):
            found.append(Item("break", place, place))
        elif found and _COMMA.search(between):
            found.append(Item("comma", place, place))
        mark = marks.get(place)
        last = mark.last if mark else place + 1
        said = text.between(place, last).lower()
        if mark is not None and mark.meanings and said in _HOW_MANY and found and _names_table(found[-1]):
            mark = Mark(mark.first, mark.last, cue="count")  # 客户数量: how many they are
        if mark is not None:
            found.append(Item(_kind(mark), place, last, said, mark))
            if said in _ASKS or said.split(" ")[0] in ("how", "which"):
                found.insert(len(found) - 1, Item("ask", place, place, said))
        elif said in _OPENS:
            if said in ("which", "who", "whose", "where", "when") and _begins(found):
                found.append(Item("ask", place, last, said))
            else:
                found.append(Item("open", place, last, said))
        elif said in _ASKS:
            found.append(Item("ask", place, last, said))
        elif text.tokens[place].text in unknown:
            found.append(Item("word", place, last, said))
        end = text.tokens[last - 1].end
        place = last
    return tuple(found)


def _names_table(item: Item) -> bool:
    meanings = item.mark.meanings if item.mark is not None else ()
    return any(meant.kind == "table" and meant.weight >= 0.8 for meant in meanings)


def _begins(found: list[Item]) -> bool:
    """Whether a sentence begins here, or a further wish after `and` or a comma."""
    before = [
        item for item in found if item.kind != "open" or item.said not in ("in", "from", "on", "for", "at", "of", "to")
    ]
    return not before or before[-1].kind in ("break", "comma") or before[-1].said == "and"


def _kind(mark: Mark) -> Kind:
    if mark.meanings:
        return "thing"
    if mark.period is not None and mark.number is None:
        return "period"
    if mark.number is not None:
        return "number"
    if mark.unit is not None:
        return "unit"
    return "cue" if mark.cue is not None else "quoted"


def roles_of(items: tuple[Item, ...]) -> tuple[Role, ...]:
    """Whether each item says what is shown, of which rows, for each of what, or in which order."""
    roles: list[Role] = []
    role: Role = "select"
    for index, item in enumerate(items):
        before = items[index - 1] if index else None
        after = items[index + 1] if index + 1 < len(items) else None
        if item.kind == "break":
            role = "select"
        elif item.kind == "ask":
            free = before is None or before.kind in ("break", "comma") or before.said in ("and", "then")
            if free or role in ("group",):
                role = "select"
        elif (
            (item.kind == "open" and item.said in _RELATIVES)
            or item.cue in ("without",)
            or (item.cue == "and" and item.said == "with")
        ):
            role = "where"
        elif item.cue == "order":
            role = "order"
        elif item.cue == "each":
            if role != "order":
                role = "group" if _names_group(items, index) else role
        elif item.kind == "comma" and role == "group":
            role = "select" if (after is not None and (after.kind == "ask" or not _more_groups(items, index))) else role
        elif item.cue == "and" and role == "group" and after is not None and after.kind in ("ask", "cue"):
            role = "select"
        roles.append(role)
    return tuple(roles)


def _names_group(items: tuple[Item, ...], index: int) -> bool:
    return any(item.kind in ("thing", "unit") for item in items[index + 1 : index + 4])


def _more_groups(items: tuple[Item, ...], index: int) -> bool:
    return False
