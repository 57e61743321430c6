"""Terms whose words are parted by a value, or by 的: `open plumbing tickets`, where an open ticket is a term."""

from collections.abc import Iterator
from functools import lru_cache

from services.query.composer.language.words import Text
from services.query.composer.linking.lexicon import Lexicon, Meant, Phrase
from services.query.composer.linking.marks import Mark

_OF = "的"
_FARTHEST = 12
_SURE = 0.9


def parted(text: Text, known: Lexicon) -> Iterator[Mark]:
    """What stands before the value as the term, where the table of the term stands behind it."""
    tokens = tuple(token.key for token in text.tokens)
    for said, table, conditions in _terms(known):
        for first in range(len(tokens) - len(said)):
            last = first + len(said)
            if tokens[first:last] == said and _leads_to(tokens, last, table, known):
                yield Mark(first, last, meanings=conditions)


@lru_cache(maxsize=16)
def _terms(known: Lexicon) -> tuple[tuple[Phrase, Phrase, tuple[Meant, ...]], ...]:
    """What is said of a table, the table, and the conditions that it means."""
    terms = ((phrase, tuple(one for one in meanings if one.kind == "condition")) for phrase, meanings in known)
    return tuple((*parts, found) for phrase, found in terms if found for parts in _parts(phrase, found, known))


def _parts(phrase: Phrase, conditions: tuple[Meant, ...], known: Lexicon) -> Iterator[tuple[Phrase, Phrase]]:
    """A term as what is said of a table, without the 的 behind it, and the table."""
    for at in range(1, len(phrase)):
        said = phrase[: at - 1] if phrase[at - 1] == _OF else phrase[:at]
        owners = {one.table for one in known.meanings(phrase[at:]) if one.kind == "table" and one.weight >= _SURE}
        if said and not owners.isdisjoint(one.table for one in conditions):
            yield said, phrase[at:]


def _leads_to(tokens: Phrase, first: int, table: Phrase, known: Lexicon) -> bool:
    """Whether nothing but values and 的 stand before the table."""
    if tokens[first : first + len(table)] == table:
        return True
    if tokens[first : first + 1] == (_OF,):
        return _leads_to(tokens, first + 1, table, known)
    for last in range(first + 1, min(len(tokens), first + known.longest, first + _FARTHEST) + 1):
        values = any(meant.kind == "value" for meant in known.meanings(tokens[first:last]))
        if values and _leads_to(tokens, last, table, known):
            return True
    return False
