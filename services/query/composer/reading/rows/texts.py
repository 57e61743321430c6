"""Reads texts: parts of them (`names that contain the letter M`), and names that are no known value."""

from services.query.composer.language.small_words import NAMED, TEXT_UNITS
from services.query.composer.queries.plan import Condition, Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import add

_COLUMN_WITHIN = 4


def read_parts_of_texts(reading: Reading) -> None:
    """Take each `contains`, `starts with`, and `the letter M in`."""
    for index, item in enumerate(reading.items):
        if item.cue == "contains" and index not in reading.used:
            _contains(reading, index)
    for index, item in enumerate(reading.items):
        if item.said in TEXT_UNITS and index not in reading.used:
            _letter(reading, index)


def _contains(reading: Reading, index: int) -> None:
    """`dates that start with 8`."""
    part = reading.after(index)
    while reading.said(part) in TEXT_UNITS or reading.kind(part) == "open":
        reading.take(part)
        part += 1
    near = range(index - 1, index - 1 - _COLUMN_WITHIN, -1)
    column = next((i for i in near if reading.column(i) and reading.free(i)), index)
    place = reading.column(column)
    if place is None or not reading.exists(part):
        return
    mark = reading.items[part].mark
    text = (mark.quoted if mark else None) or reading.text.between(reading.items[part].first, reading.items[part].last)
    add(reading, Condition(place.table, place, "like", _pattern(reading.said(index), text)), index)
    reading.take(index, part, column)


def _pattern(said: str, text: str) -> str:
    if said.startswith(("start", "begin")):
        return f"{text}%"
    return f"%{text}" if said.startswith("end") else f"%{text}%"


def _letter(reading: Reading, index: int) -> None:
    """`without the letter M in their first name`."""
    near = (*range(index + 2, index + 6), index - 1, index - 2, index - 3)
    column = next((i for i in near if reading.free(i) and _is_text(reading, reading.column(i))), index)
    place = reading.column(column)
    text, taken = _letter_at(reading, index)
    if place is None or not text:
        return
    before = [i for i in range(index - 3, index) if reading.instructs(i, "not", "without", "contains", "having")]
    negated = any(reading.cue(i) in ("not", "without") for i in before)
    reading.plan.conditions.append(Condition(place.table, place, "not like" if negated else "like", f"%{text}%"))
    reading.take(index, column, taken, *before)


def _is_text(reading: Reading, place: Place | None) -> bool:
    return place is not None and not reading.is_number(place)


def _letter_at(reading: Reading, index: int) -> tuple[str, int]:
    """What stands right behind `the letter`, and the item that it is; small words such as `a` are none."""
    behind = reading.items[index].last
    text = reading.text.tokens[behind].text if behind < len(reading.text.tokens) else ""
    return text, index + 1 if reading.adjacent(index) else index


def read_names(reading: Reading) -> None:
    """Take texts in quotation marks, and names (`named Ann`), that are no known value: of the column beside them."""
    for index, item in enumerate(reading.items):
        if index not in reading.used and (item.kind == "quoted" or _is_name(reading, index)):
            _name(reading, index)


def _name(reading: Reading, index: int) -> None:
    near = reading.before(index)
    named = reading.cue(near) == "equal"
    column = reading.column(reading.before(near) if named else near)
    if column is None and reading.said(near) in NAMED and (table := reading.table(reading.before(near))):
        column = reading.label(table)
    column = column or (_key_of(reading, near) if reading.kind(index) == "quoted" else None)
    if column is None or reading.is_number(column):
        return
    last = index
    while _is_name(reading, last + 1):
        last += 1
    mark = reading.items[index].mark
    said = reading.text.between(reading.items[index].first, reading.items[last].last)
    add(reading, Condition(column.table, column, "=", (mark.quoted if mark else None) or said), index)
    reading.take(*range(index, last + 1), near, *([reading.before(near)] if named else []))


def _key_of(reading: Reading, near: int) -> Place | None:
    """`booking BK240017`, where the key of a table is a text."""
    table = reading.table(near)
    return reading.key(table) if table else None


def _is_name(reading: Reading, index: int) -> bool:
    """Whether an unknown word is written like a name, inside a sentence."""
    if index < 1 or reading.kind(index) != "word":
        return False
    return reading.text.tokens[reading.items[index].first].text[:1].isupper()
