"""The few statistics that sentences need beyond sums and extremes; pure."""

from collections.abc import Sequence
from decimal import Decimal
from math import sqrt
from statistics import correlation, median
from typing import Literal

_FEWEST_FOR_OUTLIER, _TIMES = 6, 5
_FEWEST_FOR_RELATION, _STRONG, _WEAK = 8, 0.7, 0.2


def far_above(values: Sequence[Decimal]) -> Decimal | None:
    """The median, when the largest value is far above it and above all others; otherwise nothing."""
    if len(values) < _FEWEST_FOR_OUTLIER or min(values) < 0:
        return None
    *_, second, largest = sorted(values)
    middle = median(values)
    return middle if middle > 0 and largest >= _TIMES * middle and largest >= 2 * second else None


def moving_together(points: Sequence[tuple[Decimal, Decimal]]) -> Literal["up", "down", "not", ""]:
    """Whether two measures rise together, one falls as the other rises, or neither; nothing when it can't be told."""
    if len(points) < _FEWEST_FOR_RELATION:
        return ""
    first, second = zip(*((float(one), float(two)) for one, two in points), strict=True)
    if not _spread(first) or not _spread(second):
        return ""
    strength = correlation(first, second)
    if abs(strength) >= _STRONG:
        return "up" if strength > 0 else "down"
    # Of few points, weak relations are chance both ways.
    return (
        "not" if abs(strength) < min(_WEAK, 1 / sqrt(len(points))) and len(points) >= 4 * _FEWEST_FOR_RELATION else ""
    )


def _spread(values: Sequence[float]) -> bool:
    return max(values) > min(values)
