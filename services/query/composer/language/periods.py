"""Finds dates, months, quarters and years in a question, as half-open ranges of days."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from services.query.composer.language.relative import relative_periods
from services.query.composer.language.weekdays import Weekday, weekdays
from services.query.composer.language.words import Text
from services.query.composer.language.yearless import MONTHS, NAMED, yearless_periods
from services.query.composer.queries.plan import Relative

Day = str | Relative | Weekday
"""An ISO date, a day that is told from today, or one of every week."""
Period = tuple[Day, Day]
"""The first day, and the day after the last; an empty text where there is no bound."""

_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d{2})"
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
_QUARTERS = _ORDINALS | {"一": 1, "二": 2, "三": 3, "四": 4} | {str(number): number for number in range(1, 5)}
_HALVES = {"上": 1, "下": 2, "first": 1, "second": 2}
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}\s*年\s*(?P<month>1[0-2]|0?[1-9])\s*月(?:份)?(?:\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*[日号])?",
        rf"{_YEAR}\s*年\s*(?P<month>1[0-2]|0?[1-9])\s*月?\s*[到至~-]\s*(?P<until>1[0-2]|0?[1-9])\s*月(?:份)?(?:之间)?",
        rf"在?{_YEAR}\s*年\s*(?P<month>1[0-2]|0?[1-9])\s*月\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*[日号]?\s*[到至~-]\s*"
        r"(?:(?P<until>1[0-2]|0?[1-9])\s*月)?\s*(?P<end>3[01]|[12]\d|0?[1-9])\s*[日号](?:之间)?",
        rf"{_YEAR}\s*年(?:度)?",
        rf"{_YEAR}\s*年?\s*第?\s*(?P<quarter>[1-4一二三四])\s*季度?",
        rf"{_YEAR}\s*年?[ -]?Q(?P<quarter>[1-4])(?![\da-z])",
        rf"\bQ(?P<quarter>[1-4])(?:\s+of)?,?\s*{_YEAR}(?!\d)",
        rf"\b(?P<quarter>{'|'.join(_ORDINALS)})\s+quarter(?:\s+of)?,?\s+{_YEAR}(?!\d)",
        rf"{_YEAR}\s*年?\s*(?P<half>[上下])半年",
        rf"\b(?P<half>first|second)\s+half\s+of\s+{_YEAR}(?!\d)",
        rf"{_YEAR}[-/.](?P<month>1[0-2]|0?[1-9])[-/.](?P<day>3[01]|[12]\d|0?[1-9])(?![\d-])",
        rf"(?<!\d)(?P<day>3[01]|[12]\d|0?[1-9])\.(?P<month>1[0-2]|0?[1-9])\.{_YEAR}(?!\d)",
        rf"{_YEAR}[-/](?P<month>1[0-2]|0?[1-9])(?![\d/.-])",
        rf"\b(?P<named>{NAMED})\.?\s+(?:(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\s+)?(?:of\s+)?{_YEAR}\b",
        rf"\b(?:between\s+|from\s+)?(?P<named>{NAMED})\.?\s+(?:and|to|until|till|through|-)\s+(?P<last>{NAMED})\.?,?\s+"
        rf"(?:of\s+)?{_YEAR}\b",
        rf"\b(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<named>{NAMED})\.?,?\s+{_YEAR}\b",
    )
)
_NEW_YEAR = re.compile(r"(\d{4})-01-01")
_PLAIN_YEAR = re.compile(r"(19|20)\d{2}")


def periods(text: Text) -> Iterator[tuple[int, int, Period]]:
    """Each span of time that is told: its first token, the one past its last, and its days."""
    for start, end, period in (
        *_written_out(text.text),
        *relative_periods(text.text),
        *yearless_periods(text.text),
        *weekdays(text.text),
    ):
        inside = [i for i, token in enumerate(text.tokens) if start <= token.start and token.end <= end]
        if inside:
            yield inside[0], inside[-1] + 1, period


def _written_out(text: str) -> Iterator[tuple[int, int, Period]]:
    for form in _FORMS:
        for match in form.finditer(text):
            if span := _of_match({name: value.lower() for name, value in match.groupdict().items() if value}):
                yield *match.span(), span


def _of_match(found: dict[str, str]) -> Period | None:
    year = int(found["year"])
    if quarter := _QUARTERS.get(found.get("quarter", "")):
        return _months(year, 3 * quarter - 2, 3 * quarter)
    if half := _HALVES.get(found.get("half", "")):
        return _months(year, 6 * half - 5, 6 * half)
    month = _month(found["named"]) if "named" in found else int(found.get("month", 0))
    last = _month(found["last"]) if "last" in found else int(found.get("until", 0))
    if "end" in found:
        return _days(year, (month, int(found["day"])), (last or month, int(found["end"])))
    return _months(year, month, last) if last else _span(year, month, int(found.get("day", 0)))


def _days(year: int, first: tuple[int, int], last: tuple[int, int]) -> Period | None:
    """From one day of a year to another, each as its month and day."""
    begins, ends = _span(year, *first), _span(year, *last)
    return (begins[0], ends[1]) if begins and ends and first <= last else None


def _months(year: int, first: int, last: int) -> Period | None:
    """From the first day of a month to the end of another one of that year."""
    begins, ends = _span(year, first, 0), _span(year, last, 0)
    return (begins[0], ends[1]) if begins and ends and first <= last else None


def year(number: str | None) -> Period | None:
    """The span of a number that reads like a year."""
    return _span(int(number), 0, 0) if number and _PLAIN_YEAR.fullmatch(number) else None


def in_years(period: Period) -> bool:
    """Whether a span begins and ends with a year."""
    return all(not day or year_of_day(day) is not None for day in period)


def year_of_day(day: Day) -> int | Relative | None:
    """The year that begins with a day; told from today where the day is; None for other days."""
    if isinstance(day, Relative):
        return day if day.unit == day.step == "year" and not (day.days or day.ago) else None
    match = _NEW_YEAR.fullmatch(day) if isinstance(day, str) else None
    return int(match[1]) if match else None


def _month(name: str) -> int:
    return 1 + next(at for at, month in enumerate(MONTHS) if month.startswith(name.lower()[:3]))


def _span(year: int, month: int, day: int) -> tuple[str, str] | None:
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        after = first + timedelta(days=1)
    elif month:
        after = date(year + month // 12, month % 12 + 1, 1)
    else:
        after = date(year + 1, 1, 1)
    return first.isoformat(), after.isoformat()
