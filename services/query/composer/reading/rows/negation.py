"""Adds conditions to the plan, turned round where `not` stands before them."""

from dataclasses import replace

from services.query.composer.language.cues import CueName
from services.query.composer.queries.plan import Aggregate, Comparison, Condition, Place
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.verbs import happened

COMPARISONS: dict[CueName | None, Comparison] = {
    "more": ">", "less": "<", "at_least": ">=", "at_most": "<=", "not_equal": "<>", "equal": "=",
}  # fmt: skip
AGGREGATES: dict[CueName | None, Aggregate] = {"sum": "sum", "avg": "avg", "min": "min", "max": "max"}
_OPPOSITE: dict[Comparison, Comparison] = {
    ">": "<=", "<": ">=", ">=": "<", "<=": ">", "=": "<>", "<>": "=", "like": "not like", "null": "not null",
    "not null": "null", "in": "not in",
}  # fmt: skip
_FARTHEST = 3
_NEVER = frozenset({"never", "从未", "从没", "从来没有"})
"""They speak of all rows of a thing, and not of each."""
BESIDES = frozenset({"以外", "之外", "外"})
"""Behind what 除了 stands before."""


def add(reading: Reading, condition: Condition, index: int) -> None:
    """Add the condition that is said at an item, or its opposite: `not in Berlin`."""
    if negation := _negated(reading, index, condition.place):
        reading.unclear |= negation in _NEVER and condition.comparison in (">", "<", ">=", "<=")
        condition = replace(condition, comparison=_OPPOSITE.get(condition.comparison, condition.comparison))
    reading.plan.conditions.append(condition)


def _negated(reading: Reading, index: int, place: Place | None) -> str:
    """The `not` that stands before an item, in its clause; takes it.

    It passes over the column that is compared (`not in the city of Berlin`), but over nothing else that may be meant:
    in `not on leave with a salary over 5000` it is of the leave.
    """
    first = max(reading.clause(index)[0], index - _FARTHEST)
    for near in range(index - 1, first - 1, -1):
        if reading.instructs(near, "not", "not_equal"):
            reading.take(near, *([index + 1] if reading.said(index + 1) in BESIDES else []))
            return reading.said(near)
        if reading.said(near) == "的":
            return ""  # 未关闭的德国酒店
        if reading.kind(near) == "word" and reading.adjacent(near) and reading.table(near + 1):
            return ""  # `not finished tickets of the category ...`
        free = near not in reading.used or near == reading.before(index)
        stands = reading.kind(near) == "thing" and (place is None or reading.column(near) != place or not free)
        if stands or (reading.kind(near) in ("number", "quoted") and near in reading.used) or happened(reading, near):
            return ""
    return ""


def with_number(reading: Reading, place: Place, comparison: Comparison, number: str, other: str = "") -> Condition:
    """A column compared with a number, or with a range of numbers up to the `other`."""
    return Condition(place.table, place, comparison, number, other or None, number=reading.is_number(place))
