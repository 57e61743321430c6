"""Units: those that follow a number, and those of time, which dates are grouped by and spans are counted in."""

from functools import cache

from services.query.composer.language.words import keys
from services.query.composer.queries.plan import TimePart

_AFTER_NUMBERS = """
minute minutes second hours hour mile miles kilometer kg dollar dollars degree degrees percent year years day days time
times star stars 分钟 小时 秒 英里 公里 千米 元 美元 度 天 年 月 日 岁 毫秒 名 个
"""
_SPANS = "day week month quarter year hour minute 天 日 周 月 个月 季度 个季度 年 小时 分钟"
TIME_PARTS: dict[TimePart, tuple[str, ...]] = {
    "year": ("year", "年", "年份", "年度"),
    "quarter": ("quarter", "季度"),
    "month": ("month", "月", "月份"),
    "week": ("week", "周", "星期"),
    "day": ("day", "日", "天"),
}
"""Units of the calendar in both languages."""
TIME_WORDS: dict[str, tuple[str, ...]] = {str(part): words for part, words in TIME_PARTS.items()} | {
    "hour": ("hour", "小时", "时")
}
"""A column that is called like one of them is known by all of its words."""
_GROUPED: dict[str, TimePart] = {"calendar month": "month", "date": "day"}
"""Further words for them, by which things are only grouped."""
_ALONE: dict[str, TimePart] = {
    "annually": "year", "yearly": "year", "annual": "year", "quarterly": "quarter", "monthly": "month",
    "weekly": "week", "daily": "day",
}  # fmt: skip
"""Those that need no `per`."""


@cache
def spans() -> frozenset[tuple[str, ...]]:
    """Tokens of units of spans of time."""
    return frozenset(map(keys, _SPANS.split()))


@cache
def times() -> dict[tuple[str, ...], tuple[TimePart, bool]]:
    """Tokens of units of time -> the unit, and whether it says by itself that groups are meant."""
    named = {word: part for part, words in TIME_PARTS.items() for word in words} | _GROUPED
    return {keys(word): (part, word in _ALONE) for word, part in (named | _ALONE).items()}


@cache
def unit_phrases() -> frozenset[tuple[str, ...]]:
    """Tokens of units that follow a number."""
    return frozenset(keys(unit) for unit in _AFTER_NUMBERS.split())
