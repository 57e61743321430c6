"""Tells whether a sentence of somebody else keeps to the rows: every number in it has to be found there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import mean, median

from services.query.answers.columns import Column
from services.query.answers.numbers import number_of
from services.query.answers.shape import Shape

_LONGEST = 500
_MOST_STEPS = 24
"""Among the changes from row to row of longer series nearly every number would be found."""
_TOLERANCE, _EQUAL = Decimal("0.05"), Decimal("1e-14")
_NUMBER = re.compile(
    r"(?P<sign>[-−])?[$€£¥￥]?(?P<digits>\d[\d,，]*(?:\.\d+)?(?:[eE][-+]?\d+)?)\s?"
    r"(?P<scale>万亿|亿|百万|万|千|(?:thousand|million|billion|trillion|bn|k|m)(?![a-z]))?\s?(?P<percent>[%％]|percent)?",
    re.IGNORECASE,
)
_SCALES = {
    "千": 3, "万": 4, "百万": 6, "亿": 8, "万亿": 12,
    "thousand": 3, "k": 3, "million": 6, "m": 6, "billion": 9, "bn": 9, "trillion": 12,
}  # fmt: skip
_COUNTED = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_SPELLED = re.compile(
    r"[一二两三四五六七八九十百千万亿数几]+(?:成|倍|分之|百|千|万|亿|个?百分点)|一半|过半|半数|翻[一两三]?番"
    r"|\b(?:half|halved|twice|thrice|doubl\w+|tripl\w+|quadrupl\w+|dozens?|\w*fold|thirds|one third|a third|a quarter"
    r"|three quarters|hundreds?|thousands?|millions?|billions?)\b"
    rf"|\b(?:(?:{_COUNTED}) (?:times|percent|points)|(?:{_TENS})\b)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_LETTER = re.compile(r"[^\W\d_]{2}|[\u4e00-\u9fff]")


def keeps_to(shape: Shape, sentence: str) -> bool:
    """Whether each number of `sentence` is in the rows, or is the total, share, change, average or count of them.

    Of a result that was cut off, only what is in the rows counts. Amounts in words are refused: nobody can check them.
    """
    if not sentence.strip() or len(sentence) > _LONGEST:
        return False
    rest = without_names(shape, sentence)
    if _SPELLED.search(_NUMBER.sub(" ", rest)):
        return False
    known = _known(shape)
    return all(known.has(match, rest) for match in _NUMBER.finditer(rest))


@dataclass(frozen=True)
class _Known:
    """What may be said: numbers, percentages, and digits that stand in texts such as dates."""

    numbers: frozenset[Decimal]
    percentages: frozenset[Decimal]
    digits: frozenset[Decimal]

    def has(self, match: re.Match[str], sentence: str) -> bool:
        """Whether a number of `sentence` is known, as exactly as it is written."""
        written = match["digits"].replace(",", "").replace("，", "")
        value = Decimal(written)
        # In 2024-05 and A-1 there is no minus.
        minus = bool(match["sign"]) and not sentence[: match.start()][-1:].isalnum()
        if value in self.digits and not (match["scale"] or match["percent"] or minus):
            return True
        scale = Decimal(10) ** _SCALES.get((match["scale"] or "").lower(), 0)
        half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2 * scale
        among = self.percentages if match["percent"] else self.numbers
        return any(
            (number < 0 or not minus)
            and abs(abs(number) - value * scale) <= min(max(half, _EQUAL * abs(number)), _TOLERANCE * abs(number))
            for number in among
        )


def without_names(shape: Shape, sentence: str) -> str:
    """The sentence without the names and labels of the result, which may hold numbers and words for them."""
    texts = {column.name for column in shape.columns}
    texts |= {value for column in shape.columns for value in column.values if isinstance(value, str)}
    for name in sorted(filter(_LETTER.search, texts), key=len, reverse=True):
        sentence = sentence.replace(name, " ")
    return sentence


def _known(shape: Shape) -> _Known:
    numbers, percentages = {Decimal(shape.rows)}, set[Decimal]()
    for column in shape.columns:
        written = [number for value in column.values if (number := number_of(value)) is not None]
        there = {number.value for number in written}
        numbers |= there
        percentages |= {number.value for number in written if number.unit == "%"}
        if column.format.kind == "percent":
            percentages |= {number * column.format.factor for number in there}
    if shape.whole or shape.type == "line":
        for y in shape.y:
            for rows in _runs(shape):
                values = [value for row in rows if (value := y.numbers[row]) is not None]
                # Only over time has a difference a direction.
                numbers |= _differences(values) if shape.type == "line" else set(map(abs, _differences(values)))
                percentages |= _changes(values)
    for column in shape.columns if shape.whole else ():
        if column.role == "measure":
            parts = column.adds_up_over(shape.x) if shape.x else column.additive
            _add_whole(column, numbers, percentages, parts=parts)
    texts = (value for column in shape.columns for value in column.values if isinstance(value, str))
    digits = {Decimal(found) for text in texts if not number_of(text) for found in _DIGITS.findall(text)}
    return _Known(frozenset(numbers), frozenset(percentages), frozenset(digits))


def _add_whole(column: Column, numbers: set[Decimal], percentages: set[Decimal], *, parts: bool) -> None:
    """What follows from all values of a column: average, median, ties; of the `parts` of a whole its total, too."""
    values = sorted((number for number in column.numbers if number is not None), reverse=True)
    if not values:
        return
    averages = {Decimal(mean(values)), Decimal(median(values))}
    numbers |= averages | {Decimal(values.count(values[0])), Decimal(values.count(values[-1]))}
    if column.format.kind == "percent":
        percentages |= {average * column.format.factor for average in averages}
    total = sum(values, Decimal(0))
    if parts and total:
        numbers |= {total}
        percentages |= {value / total * 100 for value in (*values, sum(values[:3], Decimal(0)))}


def _runs(shape: Shape) -> Iterable[list[int]]:
    """The rows of each series, in order."""
    runs: dict[str, list[int]] = {}
    for row in shape.order:
        runs.setdefault(str(shape.series.values[row]) if shape.series else "", []).append(row)
    return runs.values()


def _steps(values: list[Decimal]) -> list[tuple[Decimal, Decimal]]:
    """The first and the last, and where there are few, each with the next."""
    if len(values) < 2:
        return []
    return [(values[0], values[-1]), *(pairwise(values) if len(values) <= _MOST_STEPS else ())]


def _differences(values: list[Decimal]) -> set[Decimal]:
    return {after - before for before, after in _steps(values)}


def _changes(values: list[Decimal]) -> set[Decimal]:
    return {(after - before) / before * 100 for before, after in _steps(values) if before > 0}
