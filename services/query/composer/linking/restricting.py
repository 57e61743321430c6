"""Words that say nothing elsewhere, but here which things are meant: `available rooms`, `A guests`, 只在柏林."""

from collections.abc import Iterator

from services.query.composer.language.stop_words import stop_keys
from services.query.composer.language.words import Text, number_at
from services.query.composer.linking.marks import Mark

_BEFORE_THINGS = frozenset({"available", "current", "existing", "possible", "used", "long"})
_HAN_BEFORE_THINGS = frozenset({"当前", "现有"})
_ONLY, _NO_OTHERS = frozenset("只仅"), frozenset("在有买订去来住用")
"""Where one of these stands behind it is said that there are no others: 只在柏林; but 只看柏林 says what is shown."""


def saying_which(text: Text, marks: tuple[Mark, ...]) -> Iterator[int]:
    """The places of such words."""
    tables = {mark.first for mark in marks if any(one.kind == "table" for one in mark.meanings)}
    for place, token in enumerate(text.tokens):
        letter = place and len(token.text) == 1 and token.text.isupper() and token.key in stop_keys() - {"i"}
        restricts = place + 1 in tables and (letter or token.key in _BEFORE_THINGS)
        if text.text[token.start : token.start + 2] in _HAN_BEFORE_THINGS and place + 2 in tables:
            yield from (place, place + 1)
        if restricts or _excludes_others(text, place, min(tables, default=place)):
            yield place


def _excludes_others(text: Text, place: int, first_table: int) -> bool:
    """`guests who stayed only in Berlin`, 只在柏林住过的客人; but not 三只在, nor `only the guests`."""
    token = text.tokens[place]
    if token.key == "only":
        return place > first_table
    behind = text.text[token.end : token.end + 1]
    return token.key in _ONLY and behind in _NO_OTHERS and not (place and number_at(text, place - 1))
