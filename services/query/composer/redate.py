"""Moves the dates of a verified query to another time, 2025 to 2024, a year to a month: all of them, or none."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sqlglot import exp

from services.query.composer.language.periods import Period

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})((?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?)")
_BEGINNING = re.compile(r"((?:19|20)\d{2}(?:-\d{2})?)(-?%)?")
"""What a date begins with: 2025, 2025-03%."""


@dataclass(frozen=True)
class _Span:
    """From the `first` day to the `last`."""

    first: date
    last: date

    @property
    def beginning(self) -> str:
        """What the ISO dates of all its days, and of no others, begin with; empty where there is no such text."""
        written, after = self.first.isoformat(), self.last + timedelta(days=1)
        if self.first == self.last:
            return written
        if self.first.day == after.day == 1:
            months = (after.year - self.first.year) * 12 + after.month - self.first.month
            return written[:7] if months == 1 else written[:4] if months == 12 and self.first.month == 1 else ""
        return ""


def redate(tree: exp.Expr, old: Period, new: Period) -> bool:
    """Put `new` in the place of `old`; False, and nothing is changed, where a date in it is of neither end of `old`."""
    one, other = _span(old), _span(new)
    if one is None or other is None:
        return False
    changes = [(literal, _moved(literal, one, other)) for literal in tree.find_all(exp.Literal)]
    dated = [(literal, moved) for literal, moved in changes if moved is not None]
    if not dated or any(moved == "" for _, moved in dated):
        return False
    for literal, moved in dated:
        literal.set("this", moved)
    return True


def _span(period: Period) -> _Span | None:
    """None of a period that is told from today, or is open."""
    first, after = period
    if not (isinstance(first, str) and isinstance(after, str) and first and after):
        return None
    return _Span(date.fromisoformat(first), date.fromisoformat(after) - timedelta(days=1))


def _moved(literal: exp.Literal, old: _Span, new: _Span) -> str | None:
    """What stands there then; None of what is no date, empty of one that it is not plain how to move."""
    if literal.is_string and (found := _DATE.fullmatch(literal.this)):
        return _moved_day(found[1], found[2], old, new)
    found = _BEGINNING.fullmatch(literal.this)
    if found is None or (not literal.is_string and literal.this != old.beginning[:4]):
        return None
    alike = found[1] == old.beginning and len(new.beginning) == len(old.beginning)
    return new.beginning + (found[2] or "") if alike else ""


def _moved_day(day: str, clock: str, old: _Span, new: _Span) -> str:
    single = old.first == old.last
    if single and new.first != new.last:
        return ""
    at_night = clock[1:].startswith("23:59")
    if day == old.first.isoformat() and not (at_night and not single):
        return new.first.isoformat() + clock
    if day == old.last.isoformat() and (not clock or at_night):
        return new.last.isoformat() + clock
    if day == (old.last + timedelta(days=1)).isoformat() and not clock[1:].strip("0:.T "):
        return (new.last + timedelta(days=1)).isoformat() + clock
    return ""
