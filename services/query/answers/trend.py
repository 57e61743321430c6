"""What is said of a line over time: how it changed from end to end, where it turned, its largest step."""

from decimal import Decimal
from itertools import pairwise

from services.query.answers.along import Told
from services.query.answers.ranking import ranking, total_of
from services.query.answers.wording import percent, said

_LARGEST_CHANGE = 10
"""Ten times as much; beyond, a percentage tells nobody anything."""


def trend(told: Told) -> list[str]:
    """What is said of values in the order of time."""
    if len({value for _, value in told.points}) == 1:
        return ranking(told)
    (first, first_value), (last, last_value) = told.points[0], told.points[-1]
    ends = {
        "first": told.name(first), "first_value": told.figure(first_value),
        "last": told.name(last), "last_value": told.figure(last_value),
    }  # fmt: skip
    key = "rise" if last_value > first_value else "fall" if last_value < first_value else "level"
    sentence = told.say(key, **ends, change=changed_by(told, first_value, last_value))
    # What lies in between is known only when nothing was left out.
    return [sentence, _extremes(told) or _step(told)] if told.shape.whole else [sentence]


def changed_by(told: Told, before: Decimal, after: Decimal) -> str:
    """By how much a value changed, in percent, in brackets; nothing where a percentage means nothing."""
    if before <= 0 or after < 0 or told.y.format.kind == "percent" or before == after:
        return ""
    change = (after - before) / before
    written = percent(change) if abs(change) <= _LARGEST_CHANGE else ""
    return said("change", told.language, change=("+" if change > 0 else "") + written) if written else ""


def _extremes(told: Told) -> str:
    """Highest and lowest, unless those are the ends, which were told."""
    high, low = max(told.points, key=lambda point: point[1]), min(told.points, key=lambda point: point[1])
    ends = {told.points[0][1], told.points[-1][1]}
    if len(told.points) < 3 or {high[1], low[1]} <= ends:
        return ""
    if high[1] in ends or low[1] in ends:
        row, value = low if high[1] in ends else high
        return told.say("low" if high[1] in ends else "high", name=told.name(row), value=told.figure(value))
    return told.say("extremes", **_both(told, high, low))


def _both(told: Told, high: tuple[int, Decimal], low: tuple[int, Decimal]) -> dict[str, str]:
    return {
        "high": told.name(high[0]), "high_value": told.figure(high[1]),
        "low": told.name(low[0]), "low_value": told.figure(low[1]),
    }  # fmt: skip


def _step(told: Told) -> str:
    """The largest change from one point to the next, in the direction of the whole."""
    direction = 1 if told.points[-1][1] > told.points[0][1] else -1
    steps = [((after[1] - before[1]) * direction, before, after) for before, after in pairwise(told.points)]
    size, before, after = max(steps, key=lambda step: step[0])
    if len(steps) < 3 or sum(step[0] == size for step in steps) > 1:
        return ""
    return told.say(
        "step_rise" if direction > 0 else "step_fall",
        before=told.name(before[0]), before_value=told.figure(before[1]),
        after=told.name(after[0]), after_value=told.figure(after[1]),
    )  # fmt: skip


def swing(told: Told) -> list[str]:
    """Of months or hours that come again and again: the highest and the lowest."""
    values = [value for _, value in told.points]
    high, low = max(told.points, key=lambda point: point[1]), min(told.points, key=lambda point: point[1])
    if high[1] == low[1] or values.count(high[1]) > 1 or not told.shape.whole:
        return ranking(told)
    if values.count(low[1]) > 1:
        return [told.say("highest", name=told.name(high[0]), value=told.figure(high[1])), total_of(told)]
    return [told.say("swing", **_both(told, high, low)), total_of(told)]
