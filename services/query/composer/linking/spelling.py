"""Which words of a database a word of a question may be: an abbreviation, another form, another spelling."""

from collections.abc import Collection, Iterable

from rapidfuzz import fuzz, process

from services.query.composer.language.small_words import VERBS
from services.query.composer.language.stop_words import stop_keys

_SPELLING = 86.0
"""Likeness of 0 to 100 (rapidfuzz) from which a word is taken for a misspelt one."""
_ABBREVIATED, _MISSPELT, _OTHER_FORM = 0.85, 0.8, 0.76
_SHORTEST, _LONG, _MOST = 3, 5, 6
_OPPOSITES = ("un", "in", "non", "dis", "ir", "im")
_ENDINGS = ("ing", "ed", "er", "or", "ion")


def alike(
    key: str, words: Collection[str], beginning_alike: Iterable[str], itself: list[tuple[str, float]]
) -> list[tuple[str, float]]:
    """The word `itself`, where the database has it, and those of `words` that are like it, with how surely.

    `beginning_alike` are the words with the same first letters; only a misspelt word is looked for among all.
    """
    if not _is_word(key) or key in stop_keys():
        return itself
    others = ((word, _likeness(word, key)) for word in beginning_alike if word != key and _is_word(word))
    found = itself + [(word, weight) for word, weight in others if weight]
    if any(word == key or weight != _ABBREVIATED for word, weight in found):
        return found[:_MOST]
    return found[: _MOST - 1] + [one for one in _misspelt(key, words) if one[0] not in dict(found)]


def _is_word(key: str) -> bool:
    return len(key) >= _SHORTEST and key.isascii() and key.isalpha()


def _likeness(word: str, key: str) -> float:
    if (key.startswith(word) and key not in VERBS) or (word.startswith(key) and len(key) >= _LONG):
        return _ABBREVIATED  # but whoever `carries` has no car
    if _stem(word) == _stem(key) or _same_beginning(word, key):
        return _OTHER_FORM
    return 0.0


def _misspelt(key: str, words: Collection[str]) -> list[tuple[str, float]]:
    if len(key) < _LONG:
        return []
    near = process.extract(key, words, scorer=fuzz.ratio, score_cutoff=_SPELLING, limit=_MOST)
    fitting = (word for word, _, _ in near if _is_word(word) and len(word) >= _LONG and not _opposite(word, key))
    return [(word, _MISSPELT) for word in fitting][:1]


def _opposite(one: str, other: str) -> bool:
    """`available` and `unavailable`."""
    shorter, longer = sorted((one, other), key=len)
    return any(longer == prefix + shorter for prefix in _OPPOSITES)


def _stem(word: str) -> str:
    """What is left of `rated`, `rating`, `ratings`."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word.removesuffix("e")


def _same_beginning(one: str, other: str) -> bool:
    """`availability` and `available`."""
    common = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return common >= 6 and common >= 0.6 * max(len(one), len(other))
