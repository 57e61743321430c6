"""Reads what rows must not have: `that have no ratings`, `who did not visit X`, `without any orders`."""

from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Condition, Place, Without
from services.query.composer.reading.reading import Reading

_NOT = ("not", "without")


def read_exclusions(reading: Reading) -> None:
    """Take each `not` that speaks of the rows of another table."""
    for index, item in enumerate(reading.items):
        if item.cue in _NOT and index not in reading.used:
            _exclude(reading, index)


def _exclude(reading: Reading, index: int) -> None:
    clause = [i for i in reading.clause(index) if i > index]
    anchor = _anchor(reading, index)
    if anchor is None:
        return
    tables = [i for i in clause if reading.table(i) and reading.table(i) != anchor and i not in reading.used]
    others = [i for i in clause if reading.column(i) and reading.meant[i].table != anchor and i not in reading.used]
    values = [
        i
        for i in clause
        if reading.meant.get(i) is not None and reading.meant[i].kind == "value" and i not in reading.used
    ]
    if tables:
        other = reading.table(tables[0]) or ""
    elif values:
        other = reading.meant[values[0]].table
        path = join_path(reading.schema, [anchor, other], reading.spoken)
        if other == anchor or not path or not repeats(reading.schema, path, anchor):
            return  # A row has one such value: the condition itself is turned round.
    elif others and not any(
        reading.items[i].cue or reading.items[i].kind in ("number", "quoted")
        for i in clause
        if reading.items[i].cue not in ("having", "missing", "equal", "to", "from", "and")
    ):
        other = reading.meant[others[0]].table
        path = join_path(reading.schema, [anchor, other], reading.spoken)
        if not path or not repeats(reading.schema, path, anchor):
            return
        tables = others
    else:
        return
    path = join_path(reading.schema, [anchor, other], reading.spoken)
    if not path:
        return
    conditions = []
    for i in values:
        meant = reading.meant[i]
        conditions.append(Condition(meant.table, Place(meant.table, meant.column or ""), "=", meant.value))
        reading.used.add(i)
    reading.plan.without.append(Without(anchor, other, tuple(conditions)))
    reading.used |= {index, *tables[:1]}
    reading.used |= {i for i in clause if reading.items[i].cue in ("missing", "having")}


def _anchor(reading: Reading, index: int) -> str | None:
    """The table whose rows are asked for: the one named last before the clause."""
    for near in range(index - 1, -1, -1):
        if table := reading.table(near):
            return table
    for near in range(index - 1, -1, -1):
        if (meant := reading.meant.get(near)) is not None:
            return meant.table
    return None
