"""What a date column is of: the check-in, the booking; and what people call it by that."""

from collections.abc import Iterator

from services.query.composer.language.happenings import CREATION, DATE_WORDS, event_words, groups, joined, told_by
from services.query.composer.language.words import is_han, keys
from services.query.knowledge.schema import Column, Table

_LONGEST = 24
"""Of a comment that is a name, in characters."""


def happenings_of(table: Table, column: Column) -> frozenset[int]:
    """What happened at the dates of a column, as far as its name or comment says so."""
    told = told_by(joined(event_words(column.name))) | _of_comment(column)
    return told | {CREATION} if told & of_rows(table) or _own_word(table, column) else told


def of_rows(table: Table) -> frozenset[int]:
    """What the rows of a table are themselves: orders are placed, bookings are made."""
    named = (told_by(joined((word,))) for word in (*keys(table.name), *keys(table.comment or "")))
    return frozenset().union(*named, told_by("".join(keys(table.comment or ""))))


def date_phrases(table: Table, column: Column) -> Iterator[tuple[str, ...]]:
    """`arrival date`, `date of check-in`, 入住日期; `check-in` of checkin_dt."""
    own = joined(event_words(column.name))
    for at in happenings_of(table, column) - {CREATION}:
        for word in groups()[at]:
            for date in DATE_WORDS:
                if date.isascii() == word.isascii():
                    yield keys(word) + keys(date)
            if len(keys(word)) > 1 and word.isascii() and joined(keys(word)) == own:
                yield keys(word)
            if word.isascii():
                yield ("date", "of", *keys(word))


def spoken_date(table: Table, column: Column, *, han: bool) -> str:
    """What people are told of a date column in English or Chinese: check-in date, 入住日期."""
    comment = (column.comment or "").strip()
    if comment and any(map(is_han, comment)) == han and len(comment) <= _LONGEST:
        return comment
    told = sorted(happenings_of(table, column), key=lambda at: (at == CREATION, at))
    if told:
        return f"{groups()[told[0]][1]}日期" if han else f"{groups()[told[0]][0]} date"
    return column.name


def _own_word(table: Table, column: Column) -> bool:
    own = event_words(column.name)
    return bool(own) and joined(own) in {joined((word,)) for word in keys(table.name)}


def _of_comment(column: Column) -> frozenset[int]:
    """By a comment such as 下单日期 or `Check-in date`."""
    words = keys(column.comment or "")
    if not words or not is_han(words[0]):
        return told_by(joined(event_words(column.comment or "")))
    said = "".join(words)
    return told_by(next((said.removesuffix(date) for date in DATE_WORDS if said.endswith(date)), said))
