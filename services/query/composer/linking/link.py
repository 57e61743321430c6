"""Finds in a question the tables, columns, terms and values it speaks of, the numbers, and words that instruct."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from services.query.composer.language.cues import CueName
from services.query.composer.language.light import lead
from services.query.composer.language.stop_words import stop_keys
from services.query.composer.language.units import unit_phrases
from services.query.composer.language.words import Text, is_han, keys, read
from services.query.composer.linking.borrowed import without_borrowed
from services.query.composer.linking.identifiers import with_identifiers
from services.query.composer.linking.instructions import instructions
from services.query.composer.linking.lexicon import Meant
from services.query.composer.linking.marks import Linked, Mark
from services.query.composer.linking.meanings import meanings
from services.query.composer.linking.parted import parted
from services.query.composer.linking.restricting import saying_which
from services.query.composer.linking.taught import with_taught
from services.query.composer.linking.undone import spelled_out, undone
from services.query.knowledge.schema import Pair, Schema, Term

__all__ = ["Linked", "Mark", "link"]

_CUE_YIELDS: frozenset[CueName] = frozenset(
    {"equal", "from", "to", "order", "missing", "having", "top", "bottom", "and", "or", "contains", "each", "label",
     "count", "share"}
)  # fmt: skip
"""Instructions that give way to a column or table of exactly that name."""
_OF_KIND = frozenset("品类型")
"""Behind a value they say that it is a kind of things: 易碎品."""
_FAIRLY_SURE, _SURE = 0.75, 0.9
_SHORTEST_NAME = 5


@lru_cache(maxsize=512)
def link(question: str, schema: Schema, terms: tuple[Term, ...] = (), pairs: tuple[Pair, ...] = ()) -> Linked:
    """Link `question` to a database, by its names and values, its terms, and what verified `pairs` teach of words."""
    known, learned = with_taught(schema, terms, pairs)
    text = read(spelled_out(question, known))
    found = [*instructions(text, known), *meanings(text, known), *parted(text, known), *undone(text, schema)]
    found = without_borrowed(text, found)
    marks = _best(with_identifiers(text, found))
    unexplained = tuple(_unexplained(text, marks, frozenset(learned.silent)))
    return Linked(text, marks, unexplained, tuple(_passed_over(text, marks, learned.silent)))


def _best(found: Iterable[Mark]) -> tuple[Mark, ...]:
    """Marks that do not overlap: quotations first, then the longest, then what is surest."""
    taken: set[int] = set()
    chosen: dict[tuple[int, int], Mark] = {}
    for mark in sorted(found, key=_rank, reverse=True):
        place = mark.first, mark.last
        if taken.isdisjoint(range(*place)):
            taken.update(range(*place))
            chosen[place] = mark
        elif place in chosen and (quoted := chosen[place].quoted) and mark.meanings:
            chosen[place] = Mark(*place, meanings=mark.meanings, quoted=quoted)
    return tuple(sorted(chosen.values(), key=lambda mark: mark.first))


def _rank(mark: Mark) -> tuple[float, ...]:
    length = mark.last - mark.first
    if mark.quoted is not None:
        return (9.0, length, 0.0)
    if mark.meanings:
        # A weak match of several words is worth less than a sure one of fewer.
        worth = length * (1.0 if mark.weight >= _FAIRLY_SURE else 0.6)
        return (1.0, worth, 2.0 if mark.weight >= _SURE else 0.5)
    if mark.cue is not None:
        return (1.0, length, 1.0 if mark.cue in _CUE_YIELDS else 3.0)
    return (1.0, length, 2.6 if mark.period is not None or mark.unit is not None else 2.5)


def _unexplained(text: Text, marks: tuple[Mark, ...], silent: frozenset[str]) -> Iterable[str]:
    """The words that mean nothing here, but for small ones, those that are `silent`, and units after numbers."""
    said_little = stop_keys() | silent
    owner = {i: mark for mark in marks for i in range(mark.first, mark.last)}
    passed = {i for mark in marks if mark.number for i in _unit_after(text, mark.last)}
    passed |= set(_leading(text, owner))
    says_which = set(saying_which(text, marks)) - owner.keys()
    for index, token in enumerate(text.tokens):
        if index in says_which and token.key not in silent:
            yield token.text
            continue
        if index in owner or index in passed or (token.key in said_little and not _is_name(text, index)):
            continue
        if token.key in _OF_KIND and any(meant.value for meant in _meant_by(owner.get(index - 1))):
            continue
        if not any(token.key in _named_by(owner.get(near)) for near in (index - 1, index + 1)):
            yield token.text


def _is_name(text: Text, index: int) -> bool:
    """Whether a small word is written as a name: `the highest mark in Databases`."""
    said, before = text.tokens[index].text, text.tokens[index - 1].text if index else ""
    return len(said) >= _SHORTEST_NAME and said.istitle() and before.islower()


def _leading(text: Text, owner: Mapping[int, Mark]) -> Iterator[int]:
    """The Han characters of words that only lead from one thing to another."""
    first = 0
    while first < len(text.tokens):
        last = first
        while last < len(text.tokens) and last not in owner and is_han(text.tokens[last].key):
            last += 1
        run = [token.key for token in text.tokens[first:last]]
        before = owner.get(first - 1)
        led = lead("".join(run), says_which=_says_which(run, before, owner.get(last)))
        # One left open makes an unknown word of all of them: 买 in 买主 leads nowhere.
        if all(place in led or key in stop_keys() for place, key in enumerate(run)):
            yield from (first + place for place in led)
        first = max(last, first + 1)


def _says_which(run: list[str], before: Mark | None, behind: Mark | None) -> bool:
    """Whether what is done describes the thing behind it, and nothing beside it: 未完成, 支付的订单, 已支付订单."""
    if before is not None and (before.cue == "not" or before.meanings or before.period or before.number):
        return before.cue == "not"
    table = any(meant.kind == "table" for meant in _meant_by(behind))
    return run[-1:] == ["的"] or (run[:1] == ["已"] and table)


def _named_by(mark: Mark | None) -> set[str]:
    """The words in the names of the columns whose values a mark may mean: `status` in `cancelled status`."""
    return {key for meant in _meant_by(mark) if meant.value is not None for key in keys(meant.column or "")}


def _meant_by(mark: Mark | None) -> tuple[Meant, ...]:
    return mark.meanings if mark is not None else ()


def _unit_after(text: Text, position: int) -> range:
    """Tokens of a unit of measure that stands right after a number."""
    for length in (2, 1):
        if tuple(token.key for token in text.tokens[position : position + length]) in unit_phrases():
            return range(position, position + length)
    return range(0)


def _passed_over(text: Text, marks: tuple[Mark, ...], silent: dict[str, tuple[str, ...]]) -> Iterable[str]:
    """The pairs that teach of words outside of all marks that they say nothing."""
    owned = {i for mark in marks for i in range(mark.first, mark.last)}
    left = (token.key for index, token in enumerate(text.tokens) if index not in owned)
    return dict.fromkeys(item for key in left for item in silent.get(key, ()))
