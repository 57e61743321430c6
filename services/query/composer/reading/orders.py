"""Reads by what things are ordered: `ordered by name`, `in descending order of price`, `sorted alphabetically`."""

import re
from dataclasses import dataclass, field

from services.query.composer.language.cues import CueName
from services.query.composer.language.kinds import KINDS
from services.query.composer.language.ranks import RANKED_BY
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.reading.ranking.ranked import by_kind_of
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES

_ORDERS: tuple[CueName, ...] = ("ascending", "descending", "order")
_ENDS = re.compile(r"from (?:the )?(?P<first>.+?) to (?:the )?.+")
"""`from heaviest to lightest`, which says by itself what is looked at."""
_PASSED = frozenset({"by", "of", "to", "according to"})
_BETWEEN = frozenset({"then", "their", "its"})


@dataclass
class _Order:
    by: list[Measure | Place] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)


def read_orders(reading: Reading) -> None:
    """Take the words of order with what they are about; where nothing is, the order is that of what is shown first."""
    cues = [i for i in range(len(reading.items)) if reading.instructs(i, *_ORDERS) and not _is_verb(reading, i)]
    if not cues:
        return
    reading.plan.descending = any(reading.cue(i) == "descending" for i in cues)
    for cue in cues:
        order = _order_before(reading, cue) or _order_behind(reading, cue)
        reading.take(cue, *order.taken)
        reading.plan.order_by = order.by
        if order.by:
            break
        if (ends := _ENDS.match(reading.said(cue))) is not None:
            ranked = by_kind_of(reading, ends["first"])
            reading.unclear |= ranked is None and ends["first"] in KINDS
            if ranked is not None:
                reading.plan.order_by = [ranked.by]
                reading.plan.descending = reading.plan.descending if ranked.descending is None else ranked.descending
                break
    reading.take(*cues)
    reading.by_first_shown = not reading.plan.order_by


def _is_verb(reading: Reading, index: int) -> bool:
    """`ordered most often`."""
    return reading.said(index) == "ordered" and reading.cue(index + 1) in ("most", "least")


def _order_before(reading: Reading, cue: int) -> _Order | None:
    """按价格从高到低."""
    near = reading.before(cue)
    place = reading.column(near) if reading.free(near) and reading.said(near - 1) in RANKED_BY else None
    return _Order([place], {near, near - 1}) if place is not None else None


def _order_behind(reading: Reading, cue: int) -> _Order:
    order, near = _Order(), reading.after(cue)
    while reading.said(near) in _PASSED or reading.cue(near) in ("each", "order", "distinct"):
        order.taken.add(near)
        near = reading.after(near)
    while (further := _further(reading, near, order)) is not None:
        near = further
    return order


def _further(reading: Reading, near: int, order: _Order) -> int | None:
    """What stands behind one thing that is ordered by, noted in `order`; None where there is no such thing."""
    behind = reading.after(near)
    if measure := _measure(reading, near, behind):
        order.by.append(measure)
        order.taken |= {near, behind}
        return reading.after(behind)
    ordering = reading.exists(near) and reading.roles[near] == "order"
    if ordering and (place := reading.column(near)):
        order.by.append(place)
        order.taken.add(near)
        return behind
    if reading.kind(near) == "comma" or reading.is_and(near) or reading.said(near) in _BETWEEN:
        return near + 1
    if ordering and reading.table(near) and reading.column(near + 1):
        order.taken.add(near)
        return near + 1
    return None


def _measure(reading: Reading, near: int, behind: int) -> Measure | None:
    """`by number of orders`, `by average price`."""
    table, place = reading.table(behind), reading.column(behind)
    if reading.cue(near) == "count" and table:
        return Measure("count", table)
    aggregate = AGGREGATES.get(reading.cue(near))
    return Measure(aggregate, place.table, place.column) if aggregate and place else None
