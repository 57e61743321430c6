"""Finds the phrases of a question that mean the same in every database: instructions, numbers, dates, quotations."""

from collections.abc import Iterator

from services.query.composer.language.cues import longest_phrase, phrases
from services.query.composer.language.nth import nths
from services.query.composer.language.periods import Period, in_years, periods
from services.query.composer.language.units import times
from services.query.composer.language.weekdays import Weekday
from services.query.composer.language.words import Text, number_at
from services.query.composer.language.yearless import is_yearless
from services.query.composer.linking.lexicon import Lexicon
from services.query.composer.linking.marks import Mark
from services.query.composer.queries.plan import TimePart

_AMOUNT = "amount"
_BOUNDING = frozenset({"than", "exactly", "least", "only", "just"})
"""Words behind which `one` is a number."""
_NO_NUMBERS = frozenset({"一共", "一些", "一起", "一般", "一直", "一样"})
_CALENDAR = ("年", "月", "日")
_WHICH = {("which",), ("busiest",), ("哪", "个"), ("哪",), ("哪", "一")} | {(how, "的") for how in "多少高低大小忙"}
"""Words before a unit of time that is asked for: `which month`, 最多的月份."""
_AND = frozenset({"and", "和", "与", "及"})
_COMMAS = frozenset({",", "，", "、"})
_NAMED = 0.8
"""The weight of what is called so, and not only ends so: a `year_built` is not the year that is grouped by."""
_ONLY = (("only",), ("just",), ("只", "有"), ("仅", "有"))


def instructions(text: Text, known: Lexicon) -> Iterator[Mark]:
    """Each of them; they may overlap."""
    yield from _cues(text, known)
    yield from _places(text)
    yield from _numbers(text)
    yield from (Mark(first, last, quoted=text.between(first, last)) for first, last in text.quoted)
    yield from _dates(text, known)
    yield from _units(text, known)


def _cues(text: Text, known: Lexicon) -> Iterator[Mark]:
    table = phrases()
    tokens = tuple(token.key for token in text.tokens)
    yield from _only(text)
    for first in range(len(tokens)):
        if text.tokens[first].text.lower() in ("orders", "numbers"):
            continue  # `number of orders by year`: many orders are no instruction to order, nor numbers one to count.
        for last in range(first + 1, min(len(tokens), first + longest_phrase()) + 1):
            if _AMOUNT in tokens[first:last] and (_AMOUNT,) in known:
                continue  # `the total amount of invoices`, which have an amount
            if cue := table.get(tokens[first:last]):
                yield Mark(first, last, cue=cue)


def _only(text: Text) -> Iterator[Mark]:
    """`only one animal`, 只有2个订单: just so many."""
    tokens = tuple(token.key for token in text.tokens)
    for only in _ONLY:
        for first in range(len(tokens) - len(only)):
            last = first + len(only)
            if tokens[first:last] == only and (tokens[last] == "one" or number_at(text, last)):
                yield Mark(first, last, cue="equal")


def _places(text: Text) -> Iterator[Mark]:
    """`second highest`: the place, and the superlative, which in Chinese is none by itself."""
    for found in nths(text):
        yield Mark(found.first, found.last, nth=found.number)
        yield Mark(found.begins, found.ends, cue=found.cue)


def _numbers(text: Text) -> Iterator[Mark]:
    for first in range(len(text.tokens)):
        if "".join(token.key for token in text.tokens[first : first + 2]) in _NO_NUMBERS:
            continue
        if found := number_at(text, first):
            yield Mark(first, found[1], number=found[0])
        elif text.tokens[first].key == "one" and first and text.tokens[first - 1].key in _BOUNDING:
            yield Mark(first, first + 1, number="1")


def _dates(text: Text, known: Lexicon) -> Iterator[Mark]:
    """Dates; but a column of the name of a unit is what its name says."""
    tokens = tuple(token.key for token in text.tokens)
    for first, last, period in periods(text):
        if not _kept_by_name(tokens[first:last], period, known):
            number = tokens[first] if last - first == 1 and text.tokens[first].number else None
            yield Mark(first, last, number=number, period=period)


def _kept_by_name(tokens: tuple[str, ...], period: Period, known: Lexicon) -> bool:
    """Whether the words of a time are names here: of columns, of the months or weekdays that they hold, of people."""
    if isinstance(period[0], Weekday):
        return tokens in known
    if is_yearless(period) and (("month",) in known or any((token,) in known for token in tokens)):
        return True
    return not in_years(period) and any((token,) in known for token in tokens if token in _CALENDAR)


def _is_called(phrase: tuple[str, ...], part: TimePart, known: Lexicon) -> bool:
    """Whether something is called so; just so, but for days. Of years it is seen later whose they are."""
    return part != "year" and any(part == "day" or meant.weight >= _NAMED for meant in known.meanings(phrase))


def _units(text: Text, known: Lexicon) -> Iterator[Mark]:
    """Units of time that things are grouped by: `per month`, `monthly`, `which month`, `by hotel and month`."""
    tokens = tuple(token.key for token in text.tokens)
    each = {phrase for phrase, name in phrases().items() if name == "each"}
    longest = max(map(len, each | _WHICH))
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + 3, len(tokens) + 1)):
            part, alone = times().get(tokens[first:last], (None, False))
            places = range(first, 0, -1) if _is_further(text, first, known) else (first,)
            grouped = alone or any(
                tokens[at - length : at] in (each | _WHICH if at == first else each)
                for at in places
                for length in range(1, min(at, longest) + 1)
            )
            if part and grouped and not _is_called(tokens[first:last], part, known):
                yield Mark(first - (tokens[first - 1] == "一"), last, unit=part)


def _is_further(text: Text, place: int, known: Lexicon) -> bool:
    """Whether a token is the second or a later one of a list, and the one before it is known: `by hotel and month`."""
    if place < 2:
        return False
    before, token = text.tokens[place - 1], text.tokens[place]
    if text.text[before.end : token.start].strip() in _COMMAS:
        end = place
    elif before.key in _AND:
        end = place - 1
    else:
        return False
    ending = (tuple(one.key for one in text.tokens[first:end]) for first in range(max(0, end - known.longest), end))
    return any(phrase in known or phrase in times() for phrase in ending)
