"""Recognises a question that goes on from the one before: by its words, and because it is no whole question itself."""

import re
from dataclasses import dataclass

from services.query.composer.language.cues import CueName
from services.query.composer.linking.link import Linked

_ENGLISH = (
    r"(?:and|but|ok(?:ay)?|so|now|then|also|only|just|instead|same|again|please|(?:what|how) about|what if|only for|"
    r"(?:only )?show only|only show|(?:limit|restrict|filter|narrow)(?:ed)? (?:it |them |that |this )?(?:to|by)|"
    r"(?:change|switch|make) (?:it |that |this )?(?:to )?|the same|group (?:it|them|that|this)|"
    r"break (?:it|them|that|this) down|split (?:it|them|that|this)|the)(?![\w'])"
)
_CHINESE = (
    r"(?:那么|那(?![个些位家条名种])|并且|而且|再|也|还有|还要|还|以及|只看|只要|只算|只统计|只显示|只保留|只|仅看|仅|换成|改成|改为|改|换|如果是|如果|"
    r"其中|另外|同样|同时|现在|然后|接着|而|把它|把)(?:要|看|看看|算|显示)?"
)
_LEADING = re.compile(rf"[\s,，、;；.。…:：]*(?:{_ENGLISH}|{_CHINESE})", re.IGNORECASE)
_TRAILING = re.compile(
    r"(?:(?:呢|吧|的话|怎么样|如何|来看|\b(?:instead|too|as well|please|then|ones?)\b|[?？.。!！,，…])\s*)+$",
    re.IGNORECASE,
)
_LONGEST_END = 60
_SAID_AT_THE_END = re.compile(r"呢|的话|来看|instead|too|as well", re.IGNORECASE)
_LEAVES_OUT = re.compile(
    r"(?:except|without|excluding|not|leave out|除了|除|不要|不含|不包括|去掉|排除)", re.IGNORECASE
)
_RESTRICTS = re.compile(r"\b(?:only|just|restrict|limit|filter|narrow)|只|仅", re.IGNORECASE)
_REPLACES = re.compile(r"\b(?:instead|change|switch)\b|换|改", re.IGNORECASE)
_ADDS = re.compile(r"\b(?:also|as well|too)\b|也|再|还|另外|同时", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:how (?:many|much)|what|which|who|whose|where|when|list|show|give|find|count|display|tell|return|get|"
    r"is there|are there|does|did|do|number of)\b|多少|几[个位条家名次种]|哪|什么|谁|列出|查询|查一下|"
    r"统计|显示|找出|给出|有没有",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:them|they|their|theirs|these|those|it|its)\b|[它他她]们?|其中|这些|那些|上面|刚才|上述|前者|后者",
    re.IGNORECASE,
)
_SURE_TABLE = 0.7
_SHORT = 10
"""In a question of more tokens, a pronoun speaks of something in the question itself."""
_GROUPS: frozenset[CueName] = frozenset({"each"})


@dataclass(frozen=True)
class Fragment:
    """What a question says without the words that tie it to the one before.

    `marked` when there were such words, `adds` when they say that it comes on top of what was asked, `replaces` when
    they say that it takes the place of something, `restricts` when they say that less is to be shown.
    """

    text: str
    marked: bool = False
    adds: bool = False
    restricts: bool = False
    replaces: bool = False


def fragment_of(question: str) -> Fragment:
    """Take the words off that only say that it goes on."""
    rest, marked = question.strip(), False
    while (found := _LEADING.match(rest)) and rest[found.end() :].strip(" ?？.。!！"):
        marked = marked or found[0].strip().lower() != "the"
        rest = rest[found.end() :].lstrip(" ,，")
    end = _TRAILING.search(rest, max(0, len(rest) - _LONGEST_END))
    if end is not None and end.start() > 0:
        marked = marked or bool(_SAID_AT_THE_END.search(end[0]))
        rest = rest[: end.start()]
    marked = marked or bool(_LEAVES_OUT.match(rest))
    said = question[: question.rfind(rest)] + question[question.rfind(rest) + len(rest) :]
    return Fragment(
        rest.strip(), marked, bool(_ADDS.search(said)), bool(_RESTRICTS.search(said)), bool(_REPLACES.search(said))
    )


def asks_something(said: str) -> bool:
    """Whether it is a question, or speaks of rows before: no name of a thing."""
    return bool(_ASKS.search(said) or _PRONOUN.search(said))


def goes_on(fragment: Fragment, linked: Linked, *, whole: bool) -> bool:
    """Whether a question goes on from the turns before.

    `linked` is the fragment's text; `whole` says that it is known to be, or can be answered as, a question of its own.
    """
    counts = any(mark.cue == "count" for mark in linked.marks)
    asks, table, thing = counts or bool(_ASKS.search(fragment.text)), _names_table(linked), _asks_for_thing(linked)
    if asks and table:
        return False
    short = len(linked.text.tokens) <= _SHORT
    if fragment.marked or (_PRONOUN.search(fragment.text) and short and not table):
        return True
    if linked.unexplained or not linked.marks:
        return False
    if short and linked.marks[0].cue in _GROUPS and not thing:
        return True
    return not whole and not (asks and thing)


def _names_table(linked: Linked) -> bool:
    """Whether it surely speaks of a table, other than to group by it."""
    return any(
        any(meant.kind == "table" and meant.weight >= _SURE_TABLE for meant in mark.meanings)
        and not _is_group(linked, index)
        for index, mark in enumerate(linked.marks)
    )


def _asks_for_thing(linked: Linked) -> bool:
    return any(
        any(meant.kind in ("table", "column", "measure") for meant in mark.meanings)
        and not any(meant.kind in ("value", "condition") for meant in mark.meanings)
        and not _is_group(linked, index)
        for index, mark in enumerate(linked.marks)
    )


def _is_group(linked: Linked, index: int) -> bool:
    return index > 0 and linked.marks[index - 1].cue in _GROUPS
