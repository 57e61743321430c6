"""Reads columns that are compared with what a query gives: an average, the same of a named thing, of all of a kind."""

import re

from services.query.composer.language.cues import CueName
from services.query.composer.language.kinds import KINDS
from services.query.composer.queries.plan import Aggregate, Condition, Measure, Place, Plan
from services.query.composer.reading.ranking.ranked import is_of_kind
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES, COMPARISONS, with_number
from services.query.composer.reading.rows.values import equal_to
from services.query.composer.reading.verbs import is_done

COMPARATIVES: dict[str, CueName] = {
    "more": "more", "higher": "more", "greater": "more", "larger": "more", "bigger": "more", "longer": "more",
    "lower": "less", "less": "less", "smaller": "less", "fewer": "less", "shorter": "less",
}  # fmt: skip
HAN_COMPARATIVES: dict[str, CueName] = {
    **dict.fromkeys("高大多长贵重远晚快", "more"),
    **dict.fromkeys(("低", "小", "少", "短", "便宜", "轻", "近", "早", "慢"), "less"),
}  # fmt: skip
_OF_ALL, _OF_ANY = frozenset({"all", "every", "each", "any"}), frozenset({"some", "least"})
_THINGS_BETWEEN = 3
_OF_ITS_OWN = re.compile(
    r"\b(?:average|mean|minimum|maximum)\b.*\b(?:of|in|for|within|at|among) "
    r"(?:the(?:ir| same)|its|his|her|each)\b(?! (?:all|other))"
    r"|(?:所在|所属|同一?[类个种组]|各自)[^，,]{0,8}平均",
    re.IGNORECASE,
)
"""An average of those that are like the row is another one for each: `the average of their department`."""


def read_with_aggregates(reading: Reading) -> None:
    """Take `salary more than the average`, `a higher price than the average`, 价格比平均价格贵."""
    for index, item in enumerate(reading.items):
        if index in reading.used:
            continue
        if item.cue in ("more", "less", "at_least", "at_most"):
            _with_aggregate(reading, item.cue, index, (), column_before(reading, index))
        elif item.said in COMPARATIVES and reading.column(index + 1) and reading.said(index + 2) == "than":
            _with_aggregate(reading, COMPARATIVES[item.said], index + 2, (index,), index + 1)
        elif item.said == "比" and (behind := _han_comparative(reading, index)):
            name = HAN_COMPARATIVES[reading.said(behind)]
            _with_aggregate(reading, name, index, (behind,), column_before(reading, index))


def _han_comparative(reading: Reading, index: int) -> int | None:
    """高 of 比平均价格高."""
    return next((i for i in range(index + 2, index + 5) if reading.said(i) in HAN_COMPARATIVES), None)


def _with_aggregate(reading: Reading, name: CueName, than: int, taken: tuple[int, ...], ahead: int | None) -> None:
    cue = reading.after(than)
    if not reading.instructs(cue, "avg", "min", "max"):
        return
    behind = reading.after(cue)
    own = reading.column(behind)
    place = own if ahead is None else reading.column(ahead)
    if place is None or not reading.measurable(place):
        return
    other = own if own is not None and reading.measurable(own) else place
    reading.unclear |= of_another_kind(reading, than, place) or bool(_OF_ITS_OWN.search(reading.text.text))
    inner = Plan(measures=[Measure(AGGREGATES[reading.cue(cue)], other.table, other.column)])
    reading.plan.conditions.append(
        Condition(place.table, place, COMPARISONS[name], query=_of_a_kind(reading, cue, inner))
    )
    reading.take(than, cue, *taken, *([] if ahead is None else [ahead]), *([] if own is None else [behind]))


def _of_a_kind(reading: Reading, cue: int, inner: Plan) -> Plan:
    """`the average of all those in London`: the values and tables behind it belong to the query inside."""
    for near in _rest(reading, cue):
        if near not in reading.used and (condition := equal_to(reading, near)):
            inner.conditions.append(condition)
            reading.take(near)
        elif reading.table(near):
            reading.take(near)
    return inner


def _rest(reading: Reading, index: int) -> range:
    """The items behind one, up to the next wish."""
    further = range(index + 1, len(reading.items))
    return range(index + 1, next((i for i in further if reading.kind(i) in ("break", "ask")), len(reading.items)))


def of_another_kind(reading: Reading, index: int, place: Place) -> bool:
    """`longer than` of a price."""
    kinds = KINDS.get(reading.said(index).removesuffix(" than"))
    return bool(kinds) and not any(is_of_kind(reading.known(place), kind) for kind in kinds or ())


def column_of_kind(reading: Reading, said: str) -> Place | None:
    """The one column of numbers that a comparison speaks of by itself: the weight, for `heavier than`."""
    for kind in KINDS.get(said.removesuffix(" than"), ()):
        for table in dict.fromkeys(meant.table for meant in reading.meant.values()):
            columns = [c for c in reading.schema.table(table).columns if is_of_kind(c, kind) and c.is_number]
            if len(columns) == 1:
                return Place(table, columns[0].name)
    return None


def column_before(reading: Reading, index: int) -> int | None:
    """The measurable column that a comparison speaks of: the nearest before it in its clause."""
    things = 0
    for near in range(index - 1, -1, -1):
        item = reading.items[near]
        if near == index - 1 and item.cue in AGGREGATES and not item.said.isascii():
            continue  # 营收占比的平均值超过0.5
        # `that are above 5`: what stands before the clause is no operand, but `with a price above 5` is inside it.
        if reading.ends_clause(near) or item.kind == "number" or things > _THINGS_BETWEEN:
            return None
        column = reading.column(near) if not is_done(reading, near) else None
        if column is not None and near not in reading.used:
            return near if reading.measurable(column) or reading.is_number(column) else None
        things += item.kind == "thing"
    return None


def read_compared(reading: Reading) -> None:
    """Take `a higher salary than X`, `salary greater than all in X`, `more than the employee with id 163`."""
    for index in range(len(reading.items)):
        if index not in reading.used and (name := _comparative(reading, index)):
            _with_named(reading, index, name)


def _comparative(reading: Reading, index: int) -> CueName | None:
    cue = reading.cue(index)
    return cue if cue in ("more", "less") else COMPARATIVES.get(reading.said(index))


def _with_named(reading: Reading, index: int, name: CueName) -> None:
    column, than = _around(reading, index)
    place = reading.column(column) if column is not None else None
    if place is None or column is None or not reading.measurable(place):
        return
    inside = _rest(reading, than)
    ones = [i for i in inside if reading.said(i) == "one"]  # `more than at least one in London`
    if any(reading.kind(i) == "number" and i not in ones for i in inside[:2]) and not any(
        reading.table(i) for i in inside[:1]
    ):
        return
    values = [i for i in inside if reading.value(i) and i not in reading.used]
    numbers = [i for i in inside if reading.kind(i) == "number" and i not in reading.used and _numbered(reading, i)]
    if not values and not numbers:
        return
    taken = {index, than, column, *(i for i in inside if _only_leads(reading, i) or reading.column(i) == place)}
    conditions = [condition for i in values if (condition := equal_to(reading, i))]
    for i in numbers[:1]:
        conditions.append(_is_number(reading, i))
        taken |= {i, reading.before(i), _beside_number(reading, i)}
    inner = _same_of(place, _which(reading, than, inside, name), conditions)
    reading.plan.conditions.append(Condition(place.table, place, COMPARISONS[name], query=inner))
    reading.take(*taken, *values, *ones)


def _around(reading: Reading, index: int) -> tuple[int | None, int]:
    """Where the column and `than` stand: `a higher salary than`, `salary greater than`."""
    if reading.column(index + 1) is not None:
        return (index + 1, index + 2) if reading.said(index + 2) == "than" else (None, index)
    return (column_before(reading, index), index) if reading.cue(index) is not None else (None, index)


def _only_leads(reading: Reading, index: int) -> bool:
    cues = ("at_least", "each", "not_equal", "having", "and", "equal")
    return reading.cue(index) in cues or reading.table(index) is not None


def _beside_number(reading: Reading, index: int) -> int:
    """The item that a number belongs to: `id 163`, `id is 163`."""
    near = reading.before(index)
    return reading.before(near) if reading.cue(near) == "equal" else near


def _numbered(reading: Reading, index: int) -> Place | None:
    return reading.column(_beside_number(reading, index))


def _is_number(reading: Reading, index: int) -> Condition:
    place = _numbered(reading, index)
    if place is None:
        raise ValueError("no column stands beside the number")
    return with_number(reading, place, "=", reading.number(index) or "0")


def _which(reading: Reading, than: int, inside: range, name: CueName) -> Aggregate | None:
    """Whether more than all of a kind is meant, more than any of it, or more than one thing."""
    words = reading.words(than, inside[-1]) - reading.words(than, than)
    if words & _OF_ALL:
        return "max" if name == "more" else "min"
    if words & _OF_ANY:
        return "min" if name == "more" else "max"
    return None


def _same_of(place: Place, aggregate: Aggregate | None, conditions: list[Condition]) -> Plan:
    if aggregate:
        return Plan(measures=[Measure(aggregate, place.table, place.column)], conditions=conditions)
    return Plan(columns=[place], conditions=conditions)
