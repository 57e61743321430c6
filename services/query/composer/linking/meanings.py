"""Finds the phrases of a question that mean something in the database: as written, abbreviated, misspelt, joined."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from services.query.composer.language.stop_words import stop_keys
from services.query.composer.language.words import Text, keys
from services.query.composer.linking.lexicon import Lexicon, Meant
from services.query.composer.linking.marks import Mark

_MOST_READINGS = 40
_NEARLY = 0.35
"""How much less sure than the best a meaning may be and still be thought of."""
_SURE = 0.9
_CASE_MATTERS = 3
_JOINED, _INITIAL = 0.95, 0.9

_Reading = Sequence[tuple[str, float]]
_Weighed = tuple[Meant, float]


def meanings(text: Text, known: Lexicon) -> Iterator[Mark]:
    """Each phrase of a question with what it may mean; phrases may overlap."""
    readings = [known.readings(token.key) for token in text.tokens]
    for first in range(len(readings)):
        for last in range(first + 1, min(len(readings), first + known.longest) + 1):
            if found := _strongest(list(_fitting(text, first, last, readings, known))):
                yield Mark(first, last, meanings=found)


def _fitting(text: Text, first: int, last: int, readings: Sequence[_Reading], known: Lexicon) -> Iterator[_Weighed]:
    alone_and_little = last - first == 1 and text.tokens[first].key in stop_keys()
    for meant, factor in (*_looked_up(readings[first:last], known), *_joined(text, first, last, known)):
        sure = not alone_and_little or meant.weight * factor >= _SURE
        if sure and _case_fits(meant, text, first, last):
            yield meant, factor


def _looked_up(readings: Sequence[_Reading], known: Lexicon) -> Iterator[_Weighed]:
    if not 0 < prod(map(len, readings)) <= _MOST_READINGS:
        return
    for combination in product(*readings):
        sure = min(weight for _, weight in combination)
        several = sum(word not in stop_keys() for word, _ in combination) > 1
        for meant in known.meanings(tuple(word for word, _ in combination)):
            if sure == 1.0 or meant.kind != "value" or several:
                yield meant, sure


def _joined(text: Text, first: int, last: int, known: Lexicon) -> Iterator[_Weighed]:
    """`zip code` for zipcode, `last name` for lname or LName."""
    if last - first != 2:
        return
    one, two = (token.key for token in text.tokens[first:last])
    if not all(key.isascii() and key.isalpha() for key in (one, two)) or "'" in text.between(first, last):
        return
    for meant in known.meanings((one + two,)):
        yield meant, _JOINED
    for short in ((one[0] + two,), (one[0], two)) if len(two) > 2 else ():
        for meant in known.meanings(short):
            yield meant, _INITIAL


def _case_fits(meant: Meant, text: Text, first: int, last: int) -> bool:
    """A stored value may be so short that only the same case means it: US is not us."""
    if meant.value is None or len(meant.value) > _CASE_MATTERS or not meant.value.isascii():
        return True
    said = text.between(first, last)
    if len(said) > _CASE_MATTERS or keys(said) != keys(meant.value):
        return True
    if said.lower() != meant.value.lower():  # UK for GB; but `tell us` speaks of no country
        return said.isupper() or said.lower() not in stop_keys()
    if len(meant.value) == 1:
        return (first, last) in text.quoted
    return said == meant.value or (len(meant.value) == _CASE_MATTERS and said.islower() and meant.value.islower())


def _strongest(found: list[_Weighed]) -> tuple[Meant, ...]:
    """The meanings that are nearly as good as the best, best first."""
    best = max((meant.weight * factor for meant, factor in found), default=0.0)
    near = [one for one in found if one[0].weight * one[1] >= best - _NEARLY]
    near.sort(key=lambda one: -one[0].weight * one[1])
    kept: dict[tuple[str | None, ...], Meant] = {}
    for meant, factor in near:
        if meant.thing not in kept:
            kept[meant.thing] = meant.weaker(factor)
    return tuple(kept.values())
