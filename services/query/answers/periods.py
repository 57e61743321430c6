"""Recognises columns of time: by their values, or by their name when the values fit it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Grain = Literal["time", "date", "month", "quarter", "year", "week", "day", "weekday", "hour"]
Key = tuple[int, ...]

_CLOCK = r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(?: ?(?:Z|UTC|[-+]\d{2}:?\d{2}))?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_CLOCK}")
_HAN_DATE = re.compile(rf"(\d{{4}})年(\d{{1,2}})月(\d{{1,2}})[日号]{_CLOCK}")
_SLASHES = re.compile(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}){_CLOCK}")
_MONTH = re.compile(r"(\d{4})(?:(?:[-/]|年)(\d{1,2})月?|\.(\d{2}))")
_QUARTER = re.compile(r"(\d{4})(?:[- ]?Q|年第?)([1-4一二三四])(?:季度)?")
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})")
_YEAR = re.compile(r"(\d{4})年?")
_WHOLE = re.compile(r"(\d{1,6})(?:\.0)?")
_HAN = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HAN_MONTHS = ("一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES_OF_MONTHS = re.compile(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?", re.IGNORECASE)
_NAMES_OF_WEEKDAYS = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?", re.IGNORECASE)

_NAMED: tuple[tuple[Grain, str, int, int], ...] = (
    ("year", r"\b(?:year|yr|years?_?of|founded|since)\b|%y|年份|年度|年$", 1000, 2999),
    ("month", r"\b(?:month|mon)\b|%m|月份|月$", 1, 12),
    ("quarter", r"\b(?:quarter|qtr)\b|季度", 1, 4),
    ("weekday", r"\b(?:weekday|dow|day of week|dayofweek)\b|%w|星期|周几", 0, 7),
    ("week", r"\b(?:week|wk)\b|周次|第几周|^周$", 0, 53),
    ("hour", r"\b(?:hour|hr)\b|%h|时段|几点|^小?时$", 0, 23),
    ("day", r"\b(?:day|day of month)\b|%d|几号|^日$", 1, 31),
)
"""Grain, the names that tell of it, and the least and the largest number it may have."""
_AMOUNTS = re.compile(r"\b(?:count|number|num|total|sum|avg|average|mean|of|per|in)\b|数量|数$|次数|合计|平均|每")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEPARATORS = re.compile(r"[_\W]+")


@dataclass(frozen=True)
class Period:
    """A column of time: for each row a key that sorts, None where it has no value; `cyclic` when it comes again."""

    grain: Grain
    keys: tuple[Key | None, ...]
    cyclic: bool = False


def words_of(name: str) -> str:
    """The words of a column's name, in lower case, with blanks between them."""
    return _SEPARATORS.sub(" ", _CAMEL.sub(" ", name.replace("%", "percent "))).strip().lower()


def period_of(name: str, values: Sequence[Any]) -> Period | None:
    """What time the values of column `name` tell; None when they are something else."""
    written = [None if value is None else str(value).strip() for value in values]
    there = [text for text in written if text is not None]
    if not there or any(isinstance(value, bool) for value in values):
        return None
    amounts = any(isinstance(value, float | Decimal) for value in values)  # 2024.11 of them is no November.
    for grain, cyclic, read in () if amounts else (*_FORMS, *_slashes(there)):
        if not read(there[0]):
            continue
        keys = {text: read(text) for text in there}
        if all(keys.values()):
            return Period(grain, tuple(None if text is None else keys[text] for text in written), cyclic)
    return _named(name, written, there) or _years(values, written, there)


def _named(name: str, written: Sequence[str | None], there: Sequence[str]) -> Period | None:
    """Whole numbers that are in the range of what the name says."""
    words = f"{words_of(name)} {name.lower() if '%' in name else ''}".strip()
    if _AMOUNTS.search(words) or not all(_WHOLE.fullmatch(text) for text in there):
        return None
    numbers = [None if text is None else int(float(text)) for text in written]
    for grain, named, least, largest in _NAMED:
        if re.search(named, words) and all(least <= number <= largest for number in numbers if number is not None):
            return Period(grain, tuple(None if number is None else (number,) for number in numbers), grain != "year")
    return None


def _years(values: Sequence[Any], written: Sequence[str | None], there: Sequence[str]) -> Period | None:
    """Four digits as text, such as strftime gives; a number alone is no year."""
    years = all(isinstance(value, str) for value in values if value is not None)
    if not years or not all(_YEAR.fullmatch(text) and 1900 <= int(text[:4]) <= 2100 for text in there):
        return None
    return Period("year", tuple((int(text[:4]),) if text else None for text in written))


def _slashes(there: Sequence[str]) -> list[tuple[Grain, bool, Callable[[str], Key | None]]]:
    """8/29/2013 and 29/8/2013, when at least one of the values tells which is which."""
    found = [match for text in there if (match := _SLASHES.fullmatch(text))]
    if len(found) < len(there):
        return []
    first, second = max(int(match[1]) for match in found), max(int(match[2]) for match in found)
    if (first > 12) == (second > 12):
        return []
    month, day = (1, 2) if second > 12 else (2, 1)
    clock = any(match[4] for match in found)

    def read(text: str) -> Key | None:
        match = _SLASHES.fullmatch(text)
        return match and _day(match[3], match[month], match[day], *match.groups()[3:])

    return [("time" if clock else "date", False, read)]


def _date(text: str) -> Key | None:
    match = _ISO.fullmatch(text) or _HAN_DATE.fullmatch(text)
    return match and _day(*match.groups())


def _midnight(text: str) -> Key | None:
    key = _date(text)
    return key if key and not any(key[3:]) else None


def _day(year: str, month: str, day: str, *clock: str | None) -> Key | None:
    key = (int(year), int(month), int(day), *(int(part or 0) for part in clock))
    return key if 1 <= key[1] <= 12 and 1 <= key[2] <= 31 else None


def _month(text: str) -> Key | None:
    match = _MONTH.fullmatch(text)
    month = int(match[2] or match[3]) if match else 0
    return (int(match[1]), month) if match and 1 <= month <= 12 else None


def _quarter(text: str) -> Key | None:
    match = _QUARTER.fullmatch(text)
    return match and (int(match[1]), _HAN.get(match[2]) or int(match[2]))


def _week(text: str) -> Key | None:
    match = _WEEK.fullmatch(text)
    return match and (int(match[1]), int(match[2]))


def _name_of_month(text: str) -> Key | None:
    if text in _HAN_MONTHS:
        return (_HAN_MONTHS.index(text) + 1,)
    if han := re.fullmatch(r"(\d{1,2})月", text):
        return (int(han[1]),) if 1 <= int(han[1]) <= 12 else None
    match = _NAMES_OF_MONTHS.fullmatch(text)
    return match and (_MONTHS.index(match[1].lower()) + 1,)


def _name_of_weekday(text: str) -> Key | None:
    if han := re.fullmatch(r"(?:星期|周)([一二三四五六日天])", text):
        return (_HAN[han[1]],)
    match = _NAMES_OF_WEEKDAYS.fullmatch(text)
    return match and (_WEEKDAYS.index(match[1].lower()) + 1,)


def _name_of_quarter(text: str) -> Key | None:
    match = re.fullmatch(r"Q([1-4])|第?([一二三四])季度", text)
    return match and (int(match[1] or _HAN[match[2]]),)


_FORMS: tuple[tuple[Grain, bool, Callable[[str], Key | None]], ...] = (
    ("date", False, _midnight),
    ("time", False, _date),
    ("month", False, _month),
    ("quarter", False, _quarter),
    ("week", False, _week),
    ("month", True, _name_of_month),
    ("weekday", True, _name_of_weekday),
    ("quarter", True, _name_of_quarter),
)
