"""Finds in a question the tables, columns, terms and values it speaks of, the numbers, and words that instruct."""

from dataclasses import dataclass, replace
from itertools import product

from rapidfuzz import fuzz

from services.query.composer.language.cues import CueName, phrases, stop_keys, times, unit_phrases
from services.query.composer.language.periods import Period, periods
from services.query.composer.language.words import Text, keys, number_at, read
from services.query.composer.linking.lexicon import Lexicon, Meant, case_matters
from services.query.composer.linking.taught import with_taught
from services.query.composer.queries.plan import TimePart
from services.query.knowledge.schema import Pair, Schema, Term

_SPELLING = 86.0
"""Likeness of 0 to 100 (rapidfuzz) from which a word is taken for a misspelt one."""
_MOST_READINGS = 40
_CUE_YIELDS = frozenset(
    {
        "equal",
        "from",
        "to",
        "order",
        "missing",
        "having",
        "top",
        "bottom",
        "and",
        "or",
        "contains",
        "each",
        "label",
        "count",
    }
)
"""Instructions that give way to a column or table of exactly that name."""


@dataclass(frozen=True)
class Mark:
    """Tokens `first` to `last` (one past) of a question, and what they are: one of the fields below is set."""

    first: int
    last: int
    meanings: tuple[Meant, ...] = ()
    cue: CueName | None = None
    number: str | None = None
    quoted: str | None = None
    period: Period | None = None
    unit: TimePart | None = None

    @property
    def weight(self) -> float:
        """How sure it is, 0 to 1.05."""
        return max((meant.weight for meant in self.meanings), default=1.0)


@dataclass(frozen=True)
class Linked:
    """A question with all that was found in it, in order; `unexplained` are words that mean nothing here."""

    text: Text
    marks: tuple[Mark, ...]
    unexplained: tuple[str, ...]
    coverage: float
    """The share of the words with a meaning that was found, 0 to 1."""


def link(question: str, schema: Schema, terms: tuple[Term, ...] = (), pairs: tuple[Pair, ...] = ()) -> Linked:
    """Link `question` to a database, by its names and values, its terms, and what verified `pairs` teach of words."""
    text = read(question)
    known, learned = with_taught(schema, terms, pairs)
    found = [*_cues(text), *_numbers(text), *_quotes(text), *_meanings(text, known), *_times(text, known)]
    marks = _best(found)
    return _measured(text, marks, learned.silent)


def _cues(text: Text) -> list[Mark]:
    table = phrases()
    longest = max(map(len, table))
    tokens = [token.key for token in text.tokens]
    return [
        Mark(first, last, cue=table[tuple(tokens[first:last])])
        for first in range(len(tokens))
        for last in range(first + 1, min(len(tokens), first + longest) + 1)
        if tuple(tokens[first:last]) in table
        # `number of orders by year`: many orders are no instruction to order.
        and not (tokens[first] == "order" and text.tokens[first].text.lower() == "orders")
    ]


def _numbers(text: Text) -> list[Mark]:
    found = []
    for first in range(len(text.tokens)):
        if read_number := number_at(text, first):
            found.append(Mark(first, read_number[1], number=read_number[0]))
    return found


def _times(text: Text, known: Lexicon) -> list[Mark]:
    """Dates, and units of time that things are grouped by; but a column of such a name is what its name says."""
    found, tokens = [], [token.key for token in text.tokens]
    for first, last, period in periods(text):
        if not any((token,) in known.meanings for token in tokens[first:last] if token in ("年", "月", "日")):
            found.append(Mark(first, last, number=tokens[first] if last - first == 1 else None, period=period))
    each = {phrase for phrase, name in phrases().items() if name == "each"}
    longest = max(map(len, each))
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + 3, len(tokens) + 1)):
            part, alone = times().get(tuple(tokens[first:last]), (None, False))
            grouped = alone or any(
                tuple(tokens[first - length : first]) in each for length in range(1, min(first, longest) + 1)
            )
            if part and grouped and tuple(tokens[first:last]) not in known.meanings:
                found.append(Mark(first, last, unit=part))
    return found


def _quotes(text: Text) -> list[Mark]:
    return [Mark(first, last, quoted=text.between(first, last)) for first, last in text.quoted]


def _meanings(text: Text, known: Lexicon) -> list[Mark]:
    readings = [_readings(token.key, known) for token in text.tokens]
    found = []
    for first in range(len(readings)):
        for last in range(first + 1, min(len(readings), first + known.longest) + 1):
            meanings = _looked_up(readings[first:last], known) + _joined(text, first, last, known)
            little = last - first == 1 and text.tokens[first].key in stop_keys()
            fitting = tuple(m for m in meanings if _case_fits(m, text, first, last) and not (little and m.weight < 0.9))
            if fitting:
                found.append(Mark(first, last, meanings=_strongest(fitting)))
    return found


def _readings(key: str, known: Lexicon) -> list[tuple[str, float]]:
    """Words of the database that a word of the question may be: itself, an abbreviation, a spelling of it."""
    found = [(key, 1.0)] if key in known.vocabulary else []
    if not key.isascii() or not key.isalpha() or len(key) < 3 or key in stop_keys():
        return found
    for word in known.vocabulary:
        if word == key or not word.isascii() or not word.isalpha() or len(word) < 3:
            continue
        shorter, longer = sorted((word, key), key=len)
        if longer.startswith(shorter) and ((len(shorter) >= 3 and word == shorter) or len(shorter) >= 5):
            found.append((word, 0.85))
        elif len(shorter) >= 5 and not found and fuzz.ratio(word, key) >= _SPELLING and not _opposite(word, key):
            found.append((word, 0.8))
        elif _stem(word) == _stem(key) or _same_beginning(word, key):
            found.append((word, 0.76))
    return found[:6]


def _opposite(one: str, other: str) -> bool:
    """`available` and `unavailable`."""
    shorter, longer = sorted((one, other), key=len)
    return any(longer == prefix + shorter for prefix in ("un", "in", "non", "dis", "ir", "im"))


def _stem(word: str) -> str:
    """What is left of `rated`, `rating`, `ratings`."""
    for ending in ("ing", "ed", "er", "or", "ion"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word.removesuffix("e")


def _same_beginning(one: str, other: str) -> bool:
    """`availability` and `available`."""
    common = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return common >= 6 and common >= 0.6 * max(len(one), len(other))


def _looked_up(readings: list[list[tuple[str, float]]], known: Lexicon) -> list[Meant]:
    count = 1
    for reading in readings:
        count *= len(reading)
    if not 0 < count <= _MOST_READINGS:
        return []
    found = []
    for combination in product(*readings):
        sure = min(weight for _, weight in combination)
        for meant in known.meanings.get(tuple(word for word, _ in combination), ()):
            if sure == 1.0 or meant.kind != "value" or len(combination) > 1:
                found.append(_weaker(meant, sure))
    return found


def _joined(text: Text, first: int, last: int, known: Lexicon) -> list[Meant]:
    """`zip code` for zipcode, `last name` for lname."""
    if last - first != 2:
        return []
    one, two = (token.key for token in text.tokens[first:last])
    if not (one.isascii() and two.isascii() and one.isalpha() and two.isalpha()):
        return []
    found = [_weaker(meant, 0.95) for meant in known.meanings.get((one + two,), ())]
    return found + [_weaker(meant, 0.9) for meant in known.meanings.get((one[0] + two,), ()) if len(two) > 2]


def _weaker(meant: Meant, factor: float) -> Meant:
    if factor == 1.0:
        return meant
    return replace(meant, weight=meant.weight * factor)


def _case_fits(meant: Meant, text: Text, first: int, last: int) -> bool:
    if meant.value is None or not case_matters(meant.value) or not meant.value.isascii():
        return True
    if len(meant.value) == 1:
        return (first, last) in text.quoted
    return text.between(first, last) == meant.value


def _strongest(meanings: tuple[Meant, ...]) -> tuple[Meant, ...]:
    """The meanings that are nearly as good as the best."""
    best = max(meant.weight for meant in meanings)
    kept: dict[tuple[object, ...], Meant] = {}
    for meant in sorted(meanings, key=lambda meant: -meant.weight):
        if meant.weight >= best - 0.31:
            kept.setdefault((meant.table, meant.column, meant.value, meant.expression), meant)
    return tuple(kept.values())


def _best(found: list[Mark]) -> tuple[Mark, ...]:
    """Marks that do not overlap: quotations first, then the longest, then what is surest."""
    taken: set[int] = set()
    chosen: list[Mark] = []
    for mark in sorted(found, key=_rank, reverse=True):
        span = set(range(mark.first, mark.last))
        if span & taken:
            same = next(
                (i for i, other in enumerate(chosen) if (other.first, other.last) == (mark.first, mark.last)), None
            )
            if same is not None and chosen[same].quoted and mark.meanings:
                chosen[same] = Mark(mark.first, mark.last, meanings=mark.meanings, quoted=chosen[same].quoted)
            continue
        taken |= span
        chosen.append(mark)
    return tuple(sorted(chosen, key=lambda mark: mark.first))


def _rank(mark: Mark) -> tuple[float, ...]:
    length = mark.last - mark.first
    if mark.quoted is not None:
        return (9.0, length, 0.0)
    if mark.meanings:
        known = mark.weight
        # A weak match of several words is worth less than a sure one of fewer.
        return (1.0, length * (1.0 if known >= 0.75 else 0.6), 2.0 if known >= 0.9 else 0.5)
    if mark.cue is not None:
        return (1.0, length, 1.0 if mark.cue in _CUE_YIELDS else 3.0)
    return (1.0, length, 2.6 if mark.period is not None or mark.unit is not None else 2.5)


def _measured(text: Text, marks: tuple[Mark, ...], silent: frozenset[str]) -> Linked:
    stop = stop_keys() | silent
    owner: dict[int, Mark] = {i: mark for mark in marks for i in range(mark.first, mark.last)}
    units = {i for mark in marks if mark.number for i in _unit_after(text, mark.last)}
    total = explained = 0.0
    unexplained: list[str] = []
    for index, token in enumerate(text.tokens):
        size = 0.5 if token.key >= "\u4e00" else 1.0
        mark = owner.get(index)
        if mark is None and (token.key in stop or index in units):
            continue
        if mark is not None and mark.cue is not None and token.key in stop:
            continue
        total += size
        if mark is not None:
            explained += size * (min(mark.weight, 1.0) if mark.meanings else 1.0)
        elif any(token.key in _named_by(owner.get(near)) for near in (index - 1, index + 1)):
            explained += size
        else:
            unexplained.append(token.text)
    return Linked(text, marks, tuple(unexplained), explained / total if total else 0.0)


def _named_by(mark: Mark | None) -> set[str]:
    """The words in the names of the columns whose values a mark may mean: `status` in `cancelled status`."""
    meanings = mark.meanings if mark is not None else ()
    return {key for meant in meanings if meant.value is not None for key in keys(meant.column or "")}


def _unit_after(text: Text, position: int) -> range:
    """Tokens of a unit of measure that stands right after a number."""
    for length in (2, 1):
        if tuple(token.key for token in text.tokens[position : position + length]) in unit_phrases():
            return range(position, position + length)
    return range(0)
