"""Finds months and days whose year is not said: `since September`, `in May`, 3月1日到3月15日; or is told from today.

The newest one that has begun is meant: in March, November is that of last year.
"""

import re
from collections.abc import Iterator

from services.query.composer.language.words import han_number
from services.query.composer.queries.plan import Relative

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
NAMED = "|".join(sorted({name[:length] for name in MONTHS for length in (3, len(name))} | {"sept"}, key=len)[::-1])
_BEFORE_MONTHS = "in of by on since during before after until till from for"
_LEADS = "|".join(rf"(?<=\b{word} )" for word in _BEFORE_MONTHS.split())
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_HAN_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_YEARS = {"今年": 0, "本年": 0, "去年": -1, "前年": -2, "明年": 1, "this": 0, "last": -1, "next": 1}
_NO_YEAR = r"(?!\.?,?(?: of)? ?\d)"
_NAME, _LAST = (rf"(?P<{name}>{NAMED})\b\.?" for name in ("named", "last"))
_TO = r"(?:and|or|to|until|till|through|-)"
_ON = rf"(?P<day>{_DAY})(?:st|nd|rd|th)?\b"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_NAME} (?P<year>this|last|next) year\b",
        rf"(?:{_LEADS}){_NAME}{_NO_YEAR}(?! {_TO} (?:{NAMED})\b)",
        rf"\b(?:between|from) {_NAME} {_TO} {_LAST}{_NO_YEAR}",
        rf"(?:{_LEADS}){_NAME} (?:and|or) {_LAST}{_NO_YEAR}(?P<next>)",
        rf"(?<![\d年到至~一二三四五六七八九十近去来、和-])(?:(?P<year>今年|本年|去年|前年|明年)的?)?(?P<month>{_HAN_MONTH})月(?:份)?[和与或及、]"
        rf"(?P<until>{_HAN_MONTH})月(?:份)?(?![\d内到至~、和-])(?P<next>)",
        rf"\b{_NAME} {_ON}(?! ?\d|,? (?:19|20)\d\d| {_TO}\b)",
        rf"\b(?:between |from )?{_NAME} {_ON} {_TO} {_LAST} (?P<end>{_DAY})(?:st|nd|rd|th)?\b(?!,? ?\d)",
        rf"(?<![\d年到至~一二三四五六七八九十近去来-])(?:(?P<year>今年|本年|去年|前年|明年)的?)?(?P<month>{_HAN_MONTH})月(?:份)?"
        rf"(?:(?P<day>{_DAY})[日号])?(?![\d内到至~-])",
        rf"(?<![\d年到至~一二三四五六七八九十近去来-])在?(?:(?P<year>今年|本年|去年|前年|明年)的?)?(?P<month>{_HAN_MONTH})月"
        rf"(?:份)?(?:(?P<day>{_DAY})[日号])?[到至~-](?:(?P<until>{_HAN_MONTH})月)?(?:份)?(?:(?P<end>{_DAY})[日号])?(?:之间)?",
    )
)


def yearless_periods(text: str) -> Iterator[tuple[int, int, tuple[Relative, Relative]]]:
    """Each of them: its first character, the one past its last, and what it spans."""
    for form in _FORMS:
        for match in form.finditer(text):
            said = {name: value.lower() for name, value in match.groupdict().items() if value is not None}
            if (period := _period(said)) is not None:
                yield *match.span(), period


def is_yearless(period: tuple[object, object]) -> bool:
    """Whether the year of a span of time was left to be the newest one."""
    return any(isinstance(day, Relative) and day.newest for day in period)


def _period(said: dict[str, str]) -> tuple[Relative, Relative] | None:
    month = _month(said["named"]) if "named" in said else _number(said["month"])
    last = _month(said["last"]) if "last" in said else _number(said["until"]) if "until" in said else month
    first, end = int(said.get("day", 0)), int(said.get("end", said.get("day", 0)))
    if "next" in said and last != month + 1:
        return None  # May and July are no span
    if last < month or bool(first) != bool(end) or (last == month and end < first):
        return None
    year, ago = (_YEARS[said["year"]], 0) if "year" in said else (0, month - 1)
    newest = "year" not in said
    begins = Relative("year", 12 * year + month - 1, "month", max(first - 1, 0), ago, newest)
    return begins, Relative("year", 12 * year + last - (1 if end else 0), "month", end, ago, newest)


def _month(name: str) -> int:
    return 1 + next(at for at, month in enumerate(MONTHS) if month.startswith(name[:3]))


def _number(said: str) -> int:
    return int(said) if said.isascii() else han_number(said)
