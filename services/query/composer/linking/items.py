"""A question as a row of items: things of the database, numbers, instructions, and small words of clauses."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.query.composer.language.cues import CueName
from services.query.composer.language.small_words import ASKING_RELATIVES, ASKS, OPENERS, PLACES
from services.query.composer.language.words import Text
from services.query.composer.linking.marks import Linked, Mark

Kind = Literal["thing", "number", "period", "unit", "quoted", "cue", "open", "comma", "break", "word", "ask", "nth"]

_HOW_MANY = frozenset({"数量", "数", "个数", "人数", "次数", "数目"})
_COMMANDS = ASKS - {"what", "how", "which"}
_SURE = 0.8
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
    text, marks, unknown = linked.text, {mark.first: mark for mark in linked.marks}, set(linked.unexplained)
    found: list[Item] = []
    place = 0
    while place < len(text.tokens):
        if found and (pause := _pause(text, place)):
            found.append(Item(pause, place, place))
        mark = marks.get(place)
        last = mark.last if mark else place + 1
        said = text.between(place, last).lower()
        if mark is not None:
            found += _marked(mark, said, found)
        elif kind := _kind_of_word(said, unknown=text.tokens[place].text in unknown, begins=_begins(found)):
            found.append(Item(kind, place, last, said))
        place = last
    return tuple(found)


def _pause(text: Text, place: int) -> Literal["break", "comma"] | None:
    """Whether a sentence, or a part of it, ends before a token."""
    end, start = text.tokens[place - 1].end, text.tokens[place].start
    if _BREAK.search(text.text[end : start + 1]):
        return "break"
    return "comma" if _COMMA.search(text.text[end:start]) else None


def _marked(mark: Mark, said: str, before: list[Item]) -> Iterator[Item]:
    if mark.meanings and said in _HOW_MANY and before and _names_table(before[-1]):
        mark = Mark(mark.first, mark.last, cue="count")  # 客户数量: how many they are
    begins = not before
    asks = said in ASKS and (not mark.meanings or _begins(before))  # but `in any show`
    if asks or said.split(" ", maxsplit=1)[0] in ("how", "which"):
        yield Item("ask", mark.first, mark.first, said)
        if mark.meanings and begins and said in _COMMANDS:
            return  # `Show each country`, where shows are a table
    yield Item(_kind(mark), mark.first, mark.last, said, mark)


def _kind_of_word(said: str, *, unknown: bool, begins: bool) -> Kind | None:
    if said in OPENERS:
        return "ask" if said in ASKING_RELATIVES and begins else "open"
    if said in ASKS:
        return "ask"
    return "word" if unknown else None


def _names_table(item: Item) -> bool:
    meanings = item.mark.meanings if item.mark is not None else ()
    return any(meant.kind == "table" and meant.weight >= _SURE for meant in meanings)


def _begins(found: list[Item]) -> bool:
    """Whether a sentence begins here, or a further wish after `and` or a comma."""
    before = [item for item in found if item.kind != "open" or item.said not in PLACES]
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
    if mark.nth is not None:
        return "nth"
    return "cue" if mark.cue is not None else "quoted"
