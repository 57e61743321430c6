"""What a question names surely, and its SQL does not speak of: without it, the answer is that of another question."""

from collections.abc import Iterator

from sqlglot import exp

from libs.datasources.gate import parse
from services.query.composer.language.small_words import VERBS
from services.query.composer.language.words import keys
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.times.calendar import is_year
from services.query.composer.reading.verbs import is_done

_SURE = 0.9
_ORDERING = frozenset({"by", "按", "按照"})
"""They lead to an order (`top 3 by price`) as well as to groups."""
_AMONG_THEMSELVES = frozenset({"same"})
"""What compares rows with each other, which no plan does: `who have the same name`."""
_TURNING = (exp.Not, exp.NEQ, exp.Is, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Except)
_CLOCK = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentDatetime)


def unplaced(reading: Reading, sql: str) -> tuple[str, ...]:
    """The words that have no place in the SQL: of values, columns and tables, numbers, times, `not` and `each`."""
    tree = parse(sql, reading.schema.dialect)
    lost = sorted({*_things(reading, tree), *_numbers(reading, tree), *_instructions(reading, tree)})
    return tuple(dict.fromkeys(reading.said(index) for index in lost))


def _things(reading: Reading, tree: exp.Expr) -> Iterator[int]:
    tables = {one.name.lower() for one in tree.find_all(exp.Table)}
    columns = {one.name.lower() for one in tree.find_all(exp.Column)}
    told = _told(tree)
    for index, meant in reading.meant.items():
        match meant.kind:
            case "value":
                placed = any((meant.value or "").lower() in text for text in told)
            case "table":
                placed = meant.table.lower() in tables
            case "column":
                placed = (meant.column or "").lower() in columns or _says_little(reading, index, columns)
            case _:
                placed = True
        if not placed:
            yield index


def _says_little(reading: Reading, index: int, columns: set[str]) -> bool:
    """Whether it may be a verb (`played`), says whose it is (`the name of each city`), or that of another is told."""
    said, verb = keys(reading.said(index)), reading.said(index) in VERBS or is_done(reading, index)
    words = {word for column in columns for word in keys(column)}
    return verb or reading.meant[index].weight < _SURE or said == ("name",) or words.issuperset(said)


def _numbers(reading: Reading, tree: exp.Expr) -> Iterator[int]:
    """One is said of what is the only one; and days are told in other ways: after 2020 is from 2021 on."""
    told = {text.strip("%-") for text in _told(tree)}
    dated = tree.find(*_CLOCK) is not None or any(text == "now" or text[:4].isdecimal() for text in told)
    for index in range(len(reading.items)):
        number = reading.number(index) or "1"
        if reading.kind(index) == "period" or is_year(reading, index) or not number.replace(".", "").isdecimal():
            placed = dated
        else:
            placed = number in told or number in ("0", "1")
        if not placed:
            yield index


def _instructions(reading: Reading, tree: exp.Expr) -> Iterator[int]:
    for index, item in enumerate(reading.items):
        turned = item.cue in ("not", "without", "missing", "not_equal")
        if turned and tree.find(*_TURNING) is None:
            yield index
        if item.said in _AMONG_THEMSELVES:
            yield index
        first_only = tree.find(exp.Limit) is not None and tree.find(exp.Group) is None
        if item.cue == "each" and item.said not in _ORDERING and first_only:
            yield index


def _told(tree: exp.Expr) -> set[str]:
    return {one.this.lower() for one in tree.find_all(exp.Literal)}
