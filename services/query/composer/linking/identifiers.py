"""Finds identifiers in a question: BK240017 and T-0012 are one thing each, and not a word beside a number."""

import re
from collections.abc import Iterator

from services.query.composer.language.cues import phrases
from services.query.composer.language.words import Text, lemma
from services.query.composer.linking.marks import Mark

_GLUED = re.compile(r"(?<![A-Za-z0-9_.@-])([A-Za-z]+)[-_]?\d[A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*(?![A-Za-z0-9])")
_QUARTER = re.compile(r"[QqHh][1-4]\b")
_CODED, _LOWER = 2, 4
"""Digits that an identifier has at least; in small letters it has more, for `top10` and `room12` are two words."""


def identifiers(text: Text) -> Iterator[tuple[int, int]]:
    """The spans of tokens (first, one past the last)."""
    for match in _GLUED.finditer(text.text):
        digits = sum(letter.isdigit() for letter in match[0])
        enough = digits >= (_CODED if match[1].isupper() else _LOWER)
        if not enough or (lemma(match[1]),) in phrases() or _QUARTER.match(match[0]):
            continue
        inside = [i for i, token in enumerate(text.tokens) if match.start() <= token.start and token.end <= match.end()]
        yield inside[0], inside[-1] + 1


def with_identifiers(text: Text, found: list[Mark]) -> list[Mark]:
    """The marks of a question, with identifiers that none of them means as quotations, and nothing of their parts."""
    for first, last in identifiers(text):
        if any(mark.meanings and mark.first <= first and last <= mark.last for mark in found):
            continue
        found = [mark for mark in found if mark.last <= first or last <= mark.first]
        found.append(Mark(first, last, quoted=text.between(first, last)))
    return found
