"""Finds days of the week that come again and again: `on Mondays`, 每周一, 周六."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HAN = "一二三四五六日天"
_FORMS = (
    re.compile(rf"\b(?P<day>{'|'.join(_ENGLISH)})s\b", re.IGNORECASE),
    re.compile(rf"\b(?:every|each) (?P<day>{'|'.join(_ENGLISH)})\b", re.IGNORECASE),
    re.compile(rf"(?<=\bon )(?P<day>{'|'.join(_ENGLISH)})\b", re.IGNORECASE),
    re.compile(r"\b(?:the )?(?P<weekend>weekend)s?\b|(?P<weekend_han>周末)", re.IGNORECASE),
    re.compile(rf"(?<![上下本这])(?<!上个)(?<!下个)每?个?(?:周|星期|礼拜)(?P<day>[{HAN}])(?![次个家位名均月期])"),
)


@dataclass(frozen=True)
class Weekday:
    """A day of every week, from 1 for Monday to 7 for Sunday."""

    number: int


def weekdays(text: str) -> Iterator[tuple[int, int, tuple[Weekday, Weekday]]]:
    """Each of them: its first character, the one past its last, and the first and last day."""
    for form in _FORMS:
        for match in form.finditer(text):
            first, last = (6, 7) if "day" not in match.groupdict() else (weekday_number(match["day"]),) * 2
            yield *match.span(), (Weekday(first), Weekday(last))


def weekday_number(said: str) -> int:
    """1 for Monday to 7 for Sunday."""
    return min(HAN.index(said) + 1, 7) if said in HAN else _ENGLISH.index(said.lower()) + 1
