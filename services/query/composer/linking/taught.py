"""What words mean in one database, learned from its verified questions: here `students` are rows of Player, and
`accepted` says decision = 'yes'.

A phrase means an element of the SQL when nearly all questions that say it have that element in their SQL, and other
questions seldom do; what the names of the database already say is not learned again. Words that are said beside SQL
which is explained without them say nothing here.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.query.composer.language.cues import phrases, stop_keys
from services.query.composer.language.words import Text, read
from services.query.composer.linking.elements import Element, elements
from services.query.composer.linking.lexicon import Lexicon, Meant, Phrase, lexicon
from services.query.knowledge.schema import Pair, Schema, Term

_SURE = 0.9
_LEAST_SHARE, _LEAST_LIFT = 0.74, 1.5
_LONGEST, _LONGEST_HAN = 2, 4


@dataclass(frozen=True)
class Taught:
    """Phrases with what they mean, and words that say nothing."""

    meanings: dict[Phrase, tuple[Meant, ...]]
    silent: frozenset[str]


@dataclass(frozen=True)
class _Said:
    phrases: frozenset[Phrase]
    """What is said that the names of the database do not explain."""
    left: frozenset[Element]
    """What the SQL has that no word of the question names."""


@lru_cache(maxsize=16)
def taught(schema: Schema, terms: tuple[Term, ...], pairs: tuple[Pair, ...]) -> Taught:
    """What `pairs` teach of the words of their questions."""
    known = lexicon(schema, terms)
    said = [_said(pair, schema, known) for pair in pairs if elements(pair.sql, schema)]
    phrase_in = Counter(phrase for one in said for phrase in one.phrases)
    element_in = Counter(element for one in said for element in one.left)
    both = Counter((phrase, element) for one in said for phrase in one.phrases for element in one.left)
    found: dict[Phrase, list[tuple[float, Element]]] = {}
    for (phrase, element), together in sorted(both.items(), key=repr):
        share = together / phrase_in[phrase]
        lift = share * len(said) / element_in[element]
        alone = phrase_in[phrase] == 1
        if alone or share < _LEAST_SHARE or lift < _LEAST_LIFT:
            continue
        found.setdefault(phrase, []).append((share * min(lift, 4.0) ** 0.5, element))
    meanings = {phrase: tuple(_meant(each, phrase_in[phrase])) for phrase, each in found.items()}
    return Taught(meanings, _silent(said, phrase_in, meanings))


@lru_cache(maxsize=16)
def with_taught(schema: Schema, terms: tuple[Term, ...], pairs: tuple[Pair, ...]) -> tuple[Lexicon, Taught]:
    """The phrases of a database, of its terms, and of its verified questions."""
    learned, own = taught(schema, terms, pairs), lexicon(schema, terms)
    if not learned.meanings:
        return own, learned
    whole = Lexicon()
    for source in (own.meanings, learned.meanings):
        for phrase, meanings in source.items():
            for meant in meanings:
                whole.add(phrase, meant)
    return whole, learned


def _meant(found: list[tuple[float, Element]], times: int) -> Iterator[Meant]:
    best = max(score for score, _ in found)
    for score, element in found:
        if score >= best - 0.05:
            yield Meant(element.table, element.column, element.value, weight=0.8 if times > 2 else 0.75)


def _silent(said: list[_Said], phrase_in: Counter[Phrase], meanings: dict[Phrase, tuple[Meant, ...]]) -> frozenset[str]:
    idle = Counter(phrase for one in said if not one.left for phrase in one.phrases if len(phrase) == 1)
    meant = {phrase[0] for phrase in meanings if len(phrase) == 1}
    return frozenset(
        phrase[0]
        for phrase, times in phrase_in.items()
        if len(phrase) == 1 and phrase[0] not in meant and (idle[phrase] or times >= 3)
    )


def _said(pair: Pair, schema: Schema, known: Lexicon) -> _Said:
    text = read(pair.question)
    keys = tuple(token.key for token in text.tokens)
    named: set[Element] = set()
    taken: set[int] = set()
    for first in range(len(keys)):
        for last in range(first + 1, min(len(keys), first + known.longest) + 1):
            for meant in known.meanings.get(keys[first:last], ()):
                if meant.weight >= _SURE:
                    named.add(Element(meant.table, meant.column, meant.value))
                    taken |= set(range(first, last))
    everything = elements(pair.sql, schema)
    named |= {Element(one.table) for one in named if one.column}
    return _Said(frozenset(_open_phrases(text, taken)), everything - named)


def _open_phrases(text: Text, taken: set[int]) -> Iterator[Phrase]:
    cues, stop = phrases(), stop_keys()
    quoted = {i for first, last in text.quoted for i in range(first, last)}
    keys = tuple(token.key for token in text.tokens)
    instructs = {
        i
        for first in range(len(keys))
        for last in range(first + 1, min(first + 6, len(keys)) + 1)
        if keys[first:last] in cues
        for i in range(first, last)
    }
    closed = taken | quoted | instructs | {i for i, token in enumerate(text.tokens) if token.number}
    for first in range(len(keys)):
        han = keys[first] >= "\u4e00"
        for last in range(first + (2 if han else 1), first + (_LONGEST_HAN if han else _LONGEST) + 1):
            span = range(first, last)
            if last > len(keys) or closed & set(span) or keys[first] in stop or keys[last - 1] in stop:
                continue
            if any((key >= "\u4e00") != han for key in keys[first:last]):
                continue
            yield keys[first:last]
