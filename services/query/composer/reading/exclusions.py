"""Reads what rows must not have: `that have no ratings`, `who did not visit X`, `without any orders`."""

from services.query.composer.language.cues import CueName
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Condition, Place, Without
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.times import dates_in

_LEADING: tuple[CueName | None, ...] = ("having", "missing", "equal", "to", "from", "and", None)


def read_exclusions(reading: Reading) -> None:
    """Take each `not` that speaks of the rows of another table."""
    for index in range(len(reading.items)):
        if reading.instructs(index, "not", "without"):
            _exclude(reading, index)


def _exclude(reading: Reading, index: int) -> None:
    clause = [i for i in reading.clause(index) if i > index]
    anchor = _anchor(reading, index)
    if anchor is None:
        return
    values = [i for i in clause if reading.value(i) and i not in reading.used]
    named = _excluded(reading, anchor, clause, values)
    other = reading.meant[named].table if named is not None else anchor
    if named is None or not join_path(reading.schema, [anchor, other], reading.spoken):
        return
    conditions = [*(_equal(reading, i) for i in values), *dates_in(reading, clause, other)]
    reading.plan.without.append(Without(anchor, other, tuple(conditions)))
    reading.take(index, named, *values, *(i for i in clause if reading.cue(i) in ("missing", "having")))


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


def _equal(reading: Reading, index: int) -> Condition:
    meant = reading.meant[index]
    return Condition(meant.table, Place(meant.table, meant.column or ""), "=", meant.value)


def _anchor(reading: Reading, index: int) -> str | None:
    """The table whose rows are asked for: the one named last before the clause."""
    before = range(index - 1, -1, -1)
    tables = (reading.table(near) for near in before)
    things = (reading.meant[near].table for near in before if near in reading.meant)
    return next(filter(None, tables), None) or next(things, None)
