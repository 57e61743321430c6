"""What is said of values side by side: the largest with its share, ties, what is far above the others."""

from decimal import Decimal

from services.query.answers.along import Told
from services.query.answers.shape import sorted_by
from services.query.answers.statistics import far_above
from services.query.answers.wording import listed, percent

_TOP, _TOP_OF = 3, 6
_MOST_NAMED = 3


def ranking(told: Told) -> list[str]:
    """What is said of values that stand beside each other."""
    values = [value for _, value in told.points]
    high, low = max(values), min(values)
    if high == low:
        return _equal(told, high)
    if not told.shape.whole:
        return _cut_ranking(told, high, low)
    first = [row for row, value in told.points if value == high]
    last = [row for row, value in told.points if value == low]
    if len(first) > 1:
        return [_tied(told, first, high), total_of(told)]
    name, value = told.name(first[0]), told.figure(high)
    total = told.total
    share = percent(high / total) if total else ""
    if total and share:
        return [told.say("share", name=name, value=value, share=share, total=told.figure(total)), _top(told, total)]
    if median := far_above(values):
        return [told.say("far", name=name, value=value, median=told.figure(median))]
    if len(last) > 1:
        return [told.say("highest", name=name, value=value)]
    lowest = {"low": told.name(last[0]), "low_value": told.figure(low)}
    return [told.say("highest_lowest", name=name, value=value, **lowest)]


def _equal(told: Told, value: Decimal) -> list[str]:
    """That all are the same, when none is without a value."""
    rows = len(told.points)
    if rows < told.shape.rows:
        return []
    key = "equal_shown" if not told.shape.whole else "equal" if rows > 2 else "equal_both"
    return [told.say(key, rows=rows, value=told.figure(value))]


def _cut_ranking(told: Told, high: Decimal, low: Decimal) -> list[str]:
    """Of a result that was cut off only that end is known by which it is sorted."""
    rising = sorted_by(told.y)
    end = low if rising > 0 else high
    rows = [row for row, value in told.points if value == end]
    if len(rows) > 1:
        return []
    key = {1: "lowest", -1: "highest", 0: "highest_shown"}[rising]
    other = {"last": told.name(told.points[-1][0]), "last_value": told.figure(told.points[-1][1])} if rising else {}
    sentences = [told.say(key, name=told.name(rows[0]), value=told.figure(end))]
    if rising and len(told.points) > 2:
        sentences.append(told.say("last_shown", rows=len(told.points), **other))
    return sentences


def _tied(told: Told, rows: list[int], value: Decimal) -> str:
    if len(rows) > _MOST_NAMED:
        return told.say("tied_many", count=len(rows), rows=told.shape.rows, value=told.figure(value))
    names = listed((told.name(row) for row in rows), told.language)
    return told.say("tied", names=names, value=told.figure(value))


def total_of(told: Told) -> str:
    """What the values add up to, where that is known."""
    return told.say("total", total=told.figure(told.total)) if told.total else ""


def _top(told: Told, total: Decimal) -> str:
    """The share of the first three, where they are few of many."""
    ranked = sorted(told.points, key=lambda point: -point[1])
    if len(ranked) < _TOP_OF or ranked[_TOP - 1][1] == ranked[_TOP][1]:
        return ""
    share = percent(sum((value for _, value in ranked[:_TOP]), Decimal(0)) / total)
    names = listed((told.name(row) for row, _ in ranked[:_TOP]), told.language)
    return told.say("top", names=names, share=share) if share else ""
