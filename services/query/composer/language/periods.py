"""Finds dates, months and years in a question, as half-open ranges of ISO dates."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from services.query.composer.language.words import Text

Period = tuple[str, str]
"""The first day, and the day after the last."""

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_NAMED = "|".join(sorted({name[:length] for name in _MONTHS for length in (3, len(name))} | {"sept"}, key=len)[::-1])
_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d{2})"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_YEAR}\s*年\s*(?P<month>1[0-2]|0?[1-9])\s*月(?:份)?(?:\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*[日号])?",
        rf"{_YEAR}\s*年(?:度)?",
        rf"{_YEAR}[-/.](?P<month>1[0-2]|0?[1-9])[-/.](?P<day>3[01]|[12]\d|0?[1-9])(?![\d-])",
        rf"{_YEAR}[-/](?P<month>1[0-2]|0?[1-9])(?![\d/.-])",
        rf"\b(?P<named>{_NAMED})\.?\s+(?:(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\s+)?(?:of\s+)?{_YEAR}\b",
        rf"\b(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<named>{_NAMED})\.?,?\s+{_YEAR}\b",
    )
)
_PLAIN_YEAR = re.compile(r"(19|20)\d{2}")


def periods(text: Text) -> Iterator[tuple[int, int, Period]]:
    """Each date that is written out: its first token, the one past its last, and what it spans."""
    for form in _FORMS:
        for match in form.finditer(text.text):
            inside = [i for i, t in enumerate(text.tokens) if match.start() <= t.start and t.end <= match.end()]
            found = match.groupdict()
            named = found.get("named")
            month = _month(named) if named else int(found.get("month") or 0)
            span = _span(int(match["year"]), month, int(found.get("day") or 0))
            if inside and span:
                yield inside[0], inside[-1] + 1, span


def year(number: str | None) -> Period | None:
    """The span of a number that reads like a year."""
    return _span(int(number), 0, 0) if number and _PLAIN_YEAR.fullmatch(number) else None


def _month(name: str) -> int:
    return 1 + next(at for at, month in enumerate(_MONTHS) if month.startswith(name.lower()[:3]))


def _span(year: int, month: int, day: int) -> Period | None:
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
