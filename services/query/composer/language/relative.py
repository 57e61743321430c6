"""Finds spans of time that are told from today: last month, this year, the past 7 days, 上个季度, 最近三个月."""

import re
from collections.abc import Iterator

from services.query.composer.language.units import TIME_PARTS
from services.query.composer.language.weekdays import HAN, weekday_number
from services.query.composer.language.words import WRITTEN, han_number
from services.query.composer.queries.plan import Relative, TimePart

RelativePeriod = tuple[Relative, Relative]
"""The first day, and the day after the last."""

_UNITS: dict[str, TimePart] = {word: part for part, words in TIME_PARTS.items() for word in words} | {"礼拜": "week"}
_NAMED: dict[str, tuple[TimePart, int]] = {
    "today": ("day", 0), "yesterday": ("day", -1), "tomorrow": ("day", 1), "day before yesterday": ("day", -2),
    "the day before yesterday": ("day", -2), "day after tomorrow": ("day", 2), "the day after tomorrow": ("day", 2),
    "今天": ("day", 0), "今日": ("day", 0), "昨天": ("day", -1), "昨日": ("day", -1), "前天": ("day", -2),
    "明天": ("day", 1), "后天": ("day", 2),
    "今年": ("year", 0), "本年": ("year", 0), "去年": ("year", -1), "前年": ("year", -2), "明年": ("year", 1),
}  # fmt: skip
_WHICH = {"this": 0, "current": 0, "last": -1, "previous": -1, "next": 1, "本": 0, "这": 0, "上": -1, "下": 1}
_AHEAD = ("next", "未来")
_DAYS: dict[TimePart, int] = {"day": 1, "week": 7}
_BEGUN: dict[str, TimePart] = {
    "w": "week", "m": "month", "q": "quarter", "y": "year", "今": "year", "年": "year", "本": "year", "月": "month",
}  # fmt: skip
_TOLD_FROM_TODAY = r"(?! (?:of|in which|that|when|with)\b)"
"""`the last year of a contract` is not."""
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b(?P<named>{'|'.join(name for name in _NAMED if name.isascii())})\b",
        rf"(?P<named>{'|'.join(name for name in _NAMED if not name.isascii())})度?",
        rf"\b(?P<which>this|current|last|previous|next) (?P<unit>week|month|quarter|year)\b{_TOLD_FROM_TODAY}",
        rf"(?P<which>本|这|上|下)个?(?:周|星期|礼拜)(?P<weekday>[{HAN}])",
        r"(?P<which>本|这|上|下)一?个?(?P<unit>周|星期|礼拜|月|季度|年)[份度]?",
        rf"\b(?P<way>last|past|previous|next) (?P<count>\d{{1,4}}|{'|'.join(WRITTEN)}) "
        rf"(?P<unit>day|week|month|quarter|year)s?\b{_TOLD_FROM_TODAY}",
        rf"\bthe (?P<way>past) (?P<unit>day|week|month|quarter|year)\b{_TOLD_FROM_TODAY}",
        r"(?P<way>最近|过去|近|未来)的?(?P<count>\d{1,4}|[一二两三四五六七八九十百]+|半)个?(?P<unit>天|日|周|星期|礼拜|月|季度|年)",
        rf"\b(?P<ago>a|\d{{1,4}}|{'|'.join(WRITTEN)}) (?P<unit>day)s? ago\b",
        rf"(?<!since )(?<!before )(?<!after )(?<!until )(?<!till )(?<![\w-])"
        rf"(?P<ago>a|\d{{1,4}}|{'|'.join(WRITTEN)}) (?P<unit>week|month|quarter|year)s? ago\b",
        r"\b(?:the )?(?P<running>week|month|quarter|year)[ -]to[ -]date\b",
        r"\b(?P<running>[wmqy])td\b",
        r"\b(?:this (?P<running>week|month|quarter|year) so far|so far this (?P<since>week|month|quarter|year))\b",
        r"(?P<running>今年|本年|年初|本月|月初)(?:以来)?(?:至今|到现在|到目前为止)",
    )
)


def relative_periods(text: str) -> Iterator[tuple[int, int, RelativePeriod]]:
    """Each of them: its first character, the one past its last, and what it spans."""
    for form in _FORMS:
        for match in form.finditer(text):
            said = {name: value.lower() for name, value in match.groupdict().items() if value}
            yield *match.span(), _running(said) or _of_week(said) or _period(**said)


def _running(said: dict[str, str]) -> RelativePeriod | None:
    """`year to date`, 年初至今: up to today."""
    began = said.get("running", said.get("since"))
    unit = _BEGUN.get("月" if began == "本月" else began[:1]) if began else None
    return (Relative(unit, 0, unit), Relative("day", 1, "day")) if unit else None


def _of_week(said: dict[str, str]) -> RelativePeriod | None:
    """上周一: one day of that week."""
    if "weekday" not in said:
        return None
    weeks, number = _WHICH[said["which"]], weekday_number(said["weekday"])
    return Relative("week", weeks, "week", number - 1), Relative("week", weeks, "week", number)


def _period(
    *, named: str = "", which: str = "", way: str = "", count: str = "one", unit: str = "", ago: str = ""
) -> RelativePeriod:
    if ago:
        return _whole(_UNITS[unit], -int(WRITTEN.get(ago, "1" if ago == "a" else ago)))
    if named:
        return _whole(*_NAMED[named])
    if which:
        return _whole(_UNITS[unit], _WHICH[which])
    if count == "半":
        return _rolling(way, 6, "month") if unit == "年" else _rolling(way, 15, "day")
    number = WRITTEN.get(count, count)
    return _rolling(way, int(number) if number.isascii() else han_number(number), _UNITS[unit])


def _whole(unit: TimePart, moved: int) -> RelativePeriod:
    """This month, or the one before: all of it."""
    return Relative(unit, moved, unit), Relative(unit, moved + 1, unit)


def _rolling(way: str, count: int, unit: TimePart) -> RelativePeriod:
    """So many days with today, or the months up to today; ahead, from today on."""
    if way in _AHEAD:
        return Relative("day", 0, "day"), Relative("day", count, unit)
    if days := _DAYS.get(unit):
        return Relative("day", 1 - days * count, "day"), Relative("day", 1, "day")
    return Relative("day", -count, unit), Relative("day", 1, "day")
