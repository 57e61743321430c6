"""Reads which date is meant from the word that says what happened: `checked in yesterday`, 今天退房的预订."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.query.composer.language.happenings import CREATION, DATE_WORDS, event_words, joined, told_by
from services.query.composer.language.words import is_han
from services.query.composer.linking.dated import happenings_of, of_rows
from services.query.composer.queries.plan import Place
from services.query.composer.reading.reading import Reading

_LONGEST = 4
_PASSED = frozenset(
    {"in", "on", "at", "during", "since", "before", "after", "from", "between", "until", "till", "the", "for", "per",
     "each", "every", "within", "by", "date", "day", "time", "在", "于", "每", "个", "日", "期", "时", "间"}
)  # fmt: skip
"""Words between what happened and when it did."""
_BOUNDS = ("以后", "之后", "以前", "之前", "以来", "期间", "份", "起", "内", "里", "中", "")
_BY = frozenset({"by", "按", "照"})


@dataclass(frozen=True)
class _Told:
    """The dates that a word is about, of those there are; and whether it is a word for something that happens."""

    dates: list[Place]
    happens: bool


def date_of_what_happened(reading: Reading, index: int, dates: Sequence[Place]) -> Place | None:
    """The one of `dates` that a word beside the time at `index` is about.

    It is unclear where that word is about something else than any of them: `payments refunded in May`, which have only
    the date of the payment.
    """
    for first, last in _spans(reading, index):
        told = _told(reading, first, last, dates)
        if len(told.dates) == 1:
            _take(reading, first, last)
            return told.dates[0]
        if told.happens:
            reading.unclear |= not told.dates and all(_happenings(reading, place) for place in dates)
            return None
    return None


def tells_a_date(reading: Reading, index: int) -> bool:
    """Whether a word beside the year at `index` is about a date of what is spoken of: `born after 2005`."""
    tables = dict.fromkeys(meant.table for meant in reading.meant.values() if meant.kind != "value")
    places = [Place(table, column.name) for table in tables for column in reading.schema.table(table).columns]
    dates = [place for place in places if reading.known(place).holds_dates]
    return any(_told(reading, first, last, dates).dates for first, last in _spans(reading, index))


def _told(reading: Reading, first: int, last: int, dates: Sequence[Place]) -> _Told:
    said = joined(tuple(token.key for token in reading.text.tokens[first:last]))
    if exact := [place for place in dates if joined(event_words(place.column)) == said]:
        return _Told(exact, happens=True)
    asked = told_by(said)
    made = {place.table for place in dates if asked & of_rows(reading.schema.table(place.table))}
    found = [
        place
        for place in dates
        if _happenings(reading, place) & (asked | ({CREATION} if place.table in made else set()))
    ]
    if exact := [place for place in found if _happenings(reading, place) & asked - {CREATION}]:
        found = exact
    return _Told(found, happens=bool(asked - {CREATION}) and not _is_thing(reading, first, last))


def _happenings(reading: Reading, place: Place) -> frozenset[int]:
    return happenings_of(reading.schema.table(place.table), reading.known(place))


def _spans(reading: Reading, index: int) -> Iterator[tuple[int, int]]:
    """The tokens that may say what happened, the nearest and longest first."""
    tokens, item = reading.text.tokens, reading.items[index]
    before = item.first
    while before > 0:
        yield from ((first, before) for first in _lengths(before) if not _names_table(reading, first, before))
        if tokens[before - 1].key not in _PASSED:
            break
        before -= 1
    yield from _behind(reading, item.last)
    for at, token in enumerate(tokens):
        if token.key in _BY:
            yield from ((at + 1, last) for last in range(min(at + 1 + _LONGEST, len(tokens)), at + 1, -1))
    if before == 0:  # `Last month, how many bookings were made?`
        end = len(tokens)
        yield from ((first, end) for first in _lengths(end) if not _names_table(reading, first, end))


def _behind(reading: Reading, first: int) -> Iterator[tuple[int, int]]:
    """今天退房的, 10月以后入住的; the name of a table only where it says something of another: 去年预订的酒店."""
    tokens = reading.text.tokens
    rest = "".join(token.key if is_han(token.key) else " " for token in tokens[first : first + 2 + _LONGEST])
    first += len(next(bound for bound in _BOUNDS if rest.startswith(bound)))
    for last in range(min(first + _LONGEST, len(tokens)), first, -1):
        told = tokens[last].key == "的" if last < len(tokens) else False
        if all(is_han(token.key) for token in tokens[first:last]) and (told or not _names_table(reading, first, last)):
            yield first, last


def _lengths(end: int) -> range:
    return range(max(0, end - _LONGEST), end)


def _items(reading: Reading, first: int, last: int) -> list[int]:
    return [i for i, item in enumerate(reading.items) if item.first < last and item.last > first]


def _names_table(reading: Reading, first: int, last: int) -> bool:
    return any(reading.table(i) for i in _items(reading, first, last))


def _is_thing(reading: Reading, first: int, last: int) -> bool:
    return any(i in reading.meant for i in _items(reading, first, last))


def _take(reading: Reading, first: int, last: int) -> None:
    """With the words around it that say that it is a date; what it means beside is read for itself."""
    tokens = reading.text.tokens
    while last < len(tokens) and "".join(token.key for token in tokens[last : last + 2]) in DATE_WORDS:
        last += 2
    beside = _items(reading, first, last)
    reading.take(*(i for i in beside if i not in reading.meant or reading.table(i) is not None))
    if first and tokens[first - 1].key in _BY:
        reading.take(*(i for i in _items(reading, first - 1, first) if reading.cue(i) == "each"))
