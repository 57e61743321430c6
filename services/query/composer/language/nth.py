"""Places of a ranking behind the first: `the second highest`, `3rd most expensive`, 第二高, 排名第三."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.query.composer.language.cues import CueName, longest_phrase, phrases
from services.query.composer.language.words import Text, han_number

_WRITTEN = {"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9}
_ENDINGS = ("nd", "rd", "th")
_HAN_DIGITS = frozenset("一二三四五六七八九十")
_RANKED = (("排", "名"), ("排",))
RANKED = frozenset({"排名", "排"})
"""Words before 第二 that say what 最 says before 高."""


@dataclass(frozen=True)
class Nth:
    """The tokens `first` to `last` (one past) that say which place; the superlative is `begins` to `ends`."""

    first: int
    last: int
    number: int
    begins: int
    ends: int
    cue: CueName


def nths(text: Text) -> Iterator[Nth]:
    """Each place that stands beside a superlative."""
    tokens = tuple(token.key for token in text.tokens)
    for first in range(len(tokens)):
        number, last, han = _place(tokens, first)
        if not number:
            continue
        ranked = next((len(word) for word in _RANKED if han and tokens[max(first - len(word), 0) : first] == word), 0)
        if ranked:
            yield Nth(first, last, number, first - ranked, first, "most")
        for ends in range(min(len(tokens), last + longest_phrase()), last, -1):
            cue = phrases().get((("最",) if han else ()) + tokens[last:ends])
            if cue in ("most", "least") and tokens[last] not in ("the", "最"):
                yield Nth(first, last, number, last, ends, cue)
                break


def _place(tokens: tuple[str, ...], first: int) -> tuple[int, int, bool]:
    """The number of a place, one past its last token, and whether it is told in Chinese; 0 where there is none."""
    word, behind = tokens[first], tokens[first + 1] if first + 1 < len(tokens) else ""
    if word in _WRITTEN:
        return _WRITTEN[word], first + 1, False
    if word == "第" and behind in _HAN_DIGITS:
        return han_number(behind), first + 2, True
    if word == "第" and behind.isdecimal():
        return int(behind), first + 2, True
    return (int(word), first + 2, False) if word.isdecimal() and behind in _ENDINGS else (0, first, False)
