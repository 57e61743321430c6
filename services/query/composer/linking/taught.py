"""What words mean in one database, learned from its verified questions: here `students` are rows of Player, and
`accepted` says decision = 'yes'.

A phrase means an element of the SQL when nearly all questions that say it have that element in their SQL, and other
questions seldom do; what the names of the database already say is not learned again. Words that are said beside SQL
which is explained without them say nothing here, unless the pairs that say them disagree on what they mean: then they
mean nothing surely. What was learned names the pairs that it was learned from.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from services.query.composer.language.cues import longest_phrase, phrases
from services.query.composer.language.stop_words import stop_keys
from services.query.composer.language.words import Text, is_han, read
from services.query.composer.linking.elements import Element, elements
from services.query.composer.linking.lexicon import Lexicon, Meant, Phrase
from services.query.composer.linking.vocabulary import lexicon
from services.query.knowledge.schema import Pair, Schema, Term

_SURE = 0.9
_LEAST_SHARE, _LEAST_LIFT, _MOST_LIFT = 0.74, 1.5, 4.0
_DOUBTFUL_SHARE, _DOUBTFUL_LIFT = 0.3, 3.0
"""From which on it is in doubt what a word means, as the pairs that say it disagree: it does not say nothing."""
_NEARLY = 0.05
_OFTEN = 3
_LONGEST, _SHORTEST_HAN, _LONGEST_HAN = 2, 2, 4
_MOST_ITEMS = 5
"""So many pairs are named as those that a word was learned from, the newest."""


@dataclass(frozen=True)
class Taught:
    """Phrases with what they mean, and words that say nothing with the ids of the pairs that teach it."""

    meanings: dict[Phrase, tuple[Meant, ...]]
    silent: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Said:
    phrases: frozenset[Phrase]
    """What is said that the names of the database do not explain."""
    left: frozenset[Element]
    """What the SQL has that no word of the question names."""
    item_id: str


@lru_cache(maxsize=16)
def with_taught(schema: Schema, terms: tuple[Term, ...], pairs: tuple[Pair, ...]) -> tuple[Lexicon, Taught]:
    """The phrases of a database, of its terms, and of its verified questions."""
    learned, own = _taught(schema, terms, pairs), lexicon(schema, terms)
    if not learned.meanings:
        return own, learned
    whole = Lexicon()
    for phrase, meanings in (*own, *learned.meanings.items()):
        for meant in meanings:
            whole.add(phrase, meant)
    return whole, learned


def _taught(schema: Schema, terms: tuple[Term, ...], pairs: tuple[Pair, ...]) -> Taught:
    known = lexicon(schema, terms)
    given = (pair for pair in pairs if pair.origin != "training")  # What was generated is made of names that are known.
    said = [_said(pair, schema, known) for pair in given if elements(pair.sql, schema)]
    saying: dict[Phrase, list[_Said]] = {}
    for one in said:
        for phrase in one.phrases:
            saying.setdefault(phrase, []).append(one)
    element_in = Counter(element for one in said for element in one.left)
    both = Counter((phrase, element) for one in said for phrase in one.phrases for element in one.left)
    found: dict[Phrase, list[tuple[float, Element]]] = {}
    doubtful = {phrase for phrase, ones in saying.items() if all(map(_looks_for_more, ones))}
    for (phrase, element), together in sorted(both.items(), key=repr):
        share = together / len(saying[phrase])
        lift = share * len(said) / element_in[element]
        if len(saying[phrase]) > 1 and share >= _LEAST_SHARE and lift >= _LEAST_LIFT:
            found.setdefault(phrase, []).append((share * min(lift, _MOST_LIFT) ** 0.5, element))
        elif together > 1 and share >= _DOUBTFUL_SHARE and lift >= _DOUBTFUL_LIFT:
            doubtful.add(phrase)
    meanings = {phrase: tuple(_meant(each, saying[phrase])) for phrase, each in found.items()}
    return Taught(meanings, dict(_silent(saying, {*meanings, *doubtful})))


def _looks_for_more(one: _Said) -> bool:
    """Whether its SQL looks for a value that no word explains: any of its words may say it."""
    return any(element.value is not None for element in one.left)


def _meant(found: list[tuple[float, Element]], said: list[_Said]) -> Iterator[Meant]:
    best, weight = max(score for score, _ in found), 0.8 if len(said) >= _OFTEN else 0.75
    for score, element in found:
        if score >= best - _NEARLY:
            items = _items(one for one in said if element in one.left)
            yield Meant(element.table, element.column, element.value, weight=weight, items=items)


def _silent(saying: dict[Phrase, list[_Said]], meaning: Collection[Phrase]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for phrase, said in saying.items():
        idle = [one for one in said if not one.left]
        if len(phrase) == 1 and phrase not in meaning and (idle or len(said) >= _OFTEN):
            yield phrase[0], _items(idle or said)


def _items(said: Iterable[_Said]) -> tuple[str, ...]:
    return tuple(islice((one.item_id for one in said), _MOST_ITEMS))


def _said(pair: Pair, schema: Schema, known: Lexicon) -> _Said:
    text = read(pair.question)
    words = tuple(token.key for token in text.tokens)
    named: set[Element] = set()
    taken: set[int] = set()
    for first, last in _spans(len(words), known.longest):
        sure = [meant for meant in known.meanings(words[first:last]) if meant.weight >= _SURE]
        named |= {Element(meant.table, meant.column, meant.value) for meant in sure}
        taken |= set(range(first, last)) if sure else set()
    named |= {Element(one.table) for one in named if one.column}
    return _Said(frozenset(_open_phrases(text, taken)), elements(pair.sql, schema) - named, pair.item_id)


def _spans(count: int, longest: int) -> Iterator[tuple[int, int]]:
    """The first and the one past the last of each run of at most `longest` tokens."""
    for first in range(count):
        for last in range(first + 1, min(count, first + longest) + 1):
            yield first, last


def _open_phrases(text: Text, taken: set[int]) -> Iterator[Phrase]:
    """Phrases that neither the database nor an instruction explains: of one script, with no small word at an end."""
    words = tuple(token.key for token in text.tokens)
    explained = [
        *text.quoted,
        *(span for span in _spans(len(words), longest_phrase()) if words[slice(*span)] in phrases()),
    ]
    closed = taken | {i for i, token in enumerate(text.tokens) if token.number}
    closed |= {i for span in explained for i in range(*span)}
    for first, last in _spans(len(words), _LONGEST_HAN):
        phrase, stop = words[first:last], stop_keys()
        han = is_han(phrase[0])
        length_fits = last - first >= _SHORTEST_HAN if han else last - first <= _LONGEST
        one_script = all(is_han(word) == han for word in phrase)
        ends_mean_something = phrase[0] not in stop and phrase[-1] not in stop
        if length_fits and one_script and ends_mean_something and closed.isdisjoint(range(first, last)):
            yield phrase
