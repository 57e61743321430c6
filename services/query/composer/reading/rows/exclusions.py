"""Reads what rows must not have: `that have no ratings`, `who did not visit X`, `A but not B`, 没有订单的客户."""

from services.query.composer.language.cues import CueName
from services.query.composer.language.small_words import NOR
from services.query.composer.linking.lexicon import Meant
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Condition, Place, Without
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.terms import narrowing
from services.query.composer.reading.rows.values import equal_to, value_place
from services.query.composer.reading.times.calendar import is_year
from services.query.composer.reading.times.times import BOUNDS, dates_in
from services.query.composer.reading.verbs import happened

_LEADING: tuple[CueName | None, ...] = ("having", "missing", "equal", "to", "from", "and", None)
_NONE_OF = frozenset({"都没有", "也没有", "都没", "都未"})
_OF = "的"


def read_exclusions(reading: Reading) -> None:
    """Take each `not` that speaks of the rows of another table."""
    for index in range(len(reading.items)):
        if reading.instructs(index, "not", "without") or _is_of_no(reading, index):
            _exclude(reading, index)


def _is_of_no(reading: Reading, index: int) -> bool:
    """`are not assigned to a depot`: it speaks of a table, and not of a value."""
    behind = index + 1
    while reading.exists(behind) and behind not in reading.meant and reading.cue(behind) in _LEADING:
        behind += 1
    return reading.instructs(index, "not_equal") and reading.table(behind) is not None


def _exclude(reading: Reading, index: int) -> None:
    clause, anchors = _clause(reading, index), _anchors(reading, index)
    _alike(reading, clause)
    for anchor in anchors:
        values = [i for i in clause if reading.value(i) and i not in reading.used]
        named = _excluded(reading, anchor, clause, values)
        if named is None:
            continue
        other = reading.meant[named].table
        tables = {t for i in clause if (t := reading.table(i)) and t != anchor}
        if not join_path(reading.schema, [anchor, other, *sorted(tables)], reading.spoken):
            return
        equal = [*narrowing(reading, clause), *(condition for i in values if (condition := equal_to(reading, i)))]
        place = reading.column(named)
        done = [Condition(other, place, "not null")] if place and reading.is_time(place) else []
        conditions = (*equal, *done, *dates_in(reading, clause, other))
        reading.plan.without.append(Without(anchor, other, conditions, tuple(sorted(tables - {other}))))
        said = [i for i in clause if reading.cue(i) in ("missing", "having") or reading.table(i) in tables]
        said += [i for i in clause if _only_links(reading, i) and reading.meant[i].table == other]
        reading.take(index, named, *values, *said, *_ones(reading, index))
        reading.unclear |= any(reading.free(i) and (reading.kind(i) == "period" or is_year(reading, i)) for i in clause)
        return


def _alike(reading: Reading, clause: list[int]) -> None:
    """Let the values of a clause be of the column of those outside it, where they may: `who ordered A but not B`."""
    outside = {value_place(reading, i) for i in reading.meant if i not in clause and reading.value(i)}
    for index in clause:
        mark = reading.items[index].mark if reading.exists(index) and reading.value(index) else None
        same = [one for one in (mark.meanings if mark else ()) if one.value and _place(one) in outside]
        if same:
            reading.meant[index] = same[0]


def _place(meant: Meant) -> Place | None:
    return Place(meant.table, meant.column) if meant.column else None


def _only_links(reading: Reading, index: int) -> bool:
    """`filed` of `never filed a claim`: a verb, or a key, that leads to what is excluded."""
    place = reading.column(index)
    return place is not None and (happened(reading, index) or reading.is_key(place))


def _clause(reading: Reading, index: int) -> list[int]:
    """What is excluded: behind the `not`, and who does it right before (`Ann did not buy`, 去年没有下单)."""
    if reading.said(index) in _NONE_OF and not _goes_on(reading, index):
        return [index - 1]
    said_before = reading.value(index - 1) and reading.roles[index - 1] == "where" and not _of_one(reading, index)
    subject = [index - 1] if said_before else [i for i in (index - 2, index - 1) if _tells_time(reading, i, index)]
    end = _end(reading, index) if _is_han(reading, index) else len(reading.items)
    return [*subject, *(i for i in reading.clause(index) if index < i <= end)]


def _of_one(reading: Reading, index: int) -> bool:
    """`orders with a lamp, not a desk`: what stands before does not do what is excluded, it is of the same kind."""
    before, behind = reading.value(index - 1), reading.value(reading.after(index))
    return bool(before and behind) and value_place(reading, index - 1) == value_place(reading, reading.after(index))


def _tells_time(reading: Reading, near: int, index: int) -> bool:
    """2024年没有下单, 10月以来没有下单: a time right before, or the time of the word that stands there."""
    bounded = near == index - 1 or reading.cue(index - 1) in BOUNDS
    return bounded and (reading.kind(near) == "period" or (near == index - 1 and reading.cue(near) in BOUNDS))


def _is_han(reading: Reading, index: int) -> bool:
    return not reading.said(index).isascii()


def _end(reading: Reading, index: int) -> int:
    """的, before what the clause describes; the end of the question where there is none."""
    further = range(index + 1, len(reading.items))
    ends = [i for i in further if reading.said(i) == _OF and reading.table(i + 1)]
    return ends[-1] if ends else len(reading.items)


def _ones(reading: Reading, index: int) -> list[int]:
    """The number of 一个员工都没有."""
    return [i for i in (index - 2, index - 3) if reading.said(index) in _NONE_OF and reading.number(i) == "1"]


def _excluded(reading: Reading, anchor: str, clause: list[int], values: list[int]) -> int | None:
    """The item that names whose rows are excluded: a table, else a value, else a column of another table."""
    free = [i for i in clause if i in reading.meant and i not in reading.used and reading.meant[i].table != anchor]
    tables = [i for i in free if reading.table(i)]
    if tables:
        return tables[0]
    compared = any(reading.cue(i) not in _LEADING or reading.kind(i) in ("number", "quoted") for i in clause)
    columns = [i for i in free if reading.column(i)] if not compared else []
    found = next(iter(values or columns), None)
    # Of what a row has one, the condition itself is turned round.
    return found if found is not None and _has_several(reading, anchor, reading.meant[found].table) else None


def _has_several(reading: Reading, anchor: str, other: str) -> bool:
    path = join_path(reading.schema, [anchor, other], reading.spoken) if other != anchor else None
    return bool(path) and repeats(reading.schema, path or (), anchor)


def _goes_on(reading: Reading, index: int) -> bool:
    """`neither A nor B`, 既没有A也没有B: the same rows have none of either."""
    return reading.said(index) in NOR and bool(reading.plan.without)


def _anchors(reading: Reading, index: int) -> list[str]:
    """The tables whose rows may be asked for: behind 的, else those named before the clause, the last one first."""
    if _goes_on(reading, index):
        return [reading.plan.without[-1].table]
    if _is_han(reading, index) and (table := reading.table(_end(reading, index) + 1)):
        return [table]
    before = range(index - 1, -1, -1)
    tables = [table for near in before if (table := reading.table(near))]
    things = (reading.meant[near].table for near in before if near in reading.meant)
    return list(dict.fromkeys(tables)) or list(things)[:1]
