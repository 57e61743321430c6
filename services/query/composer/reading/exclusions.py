"""Reads what rows must not have: `that have no ratings`, `who did not visit X`, `without any orders`."""

from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Condition, Place, Without
from services.query.composer.reading.reading import Reading

_NOT = ("not", "without")


def read_exclusions(r: Reading) -> None:
    """Take each `not` that speaks of the rows of another table."""
    for index, item in enumerate(r.items):
        if item.cue in _NOT and index not in r.used:
            _exclude(r, index)


def _exclude(r: Reading, index: int) -> None:
    clause = [i for i in r.clause(index) if i > index]
    anchor = _anchor(r, index)
    if anchor is None:
        return
    tables = [i for i in clause if r.table(i) and r.table(i) != anchor and i not in r.used]
    others = [i for i in clause if r.column(i) and r.meant[i].table != anchor and i not in r.used]
    values = [i for i in clause if r.meant.get(i) is not None and r.meant[i].kind == "value" and i not in r.used]
    if tables:
        other = r.table(tables[0]) or ""
    elif values:
        other = r.meant[values[0]].table
        path = join_path(r.schema, [anchor, other], r.spoken)
        if other == anchor or not path or not repeats(r.schema, path, anchor):
            return  # A row has one such value: the condition itself is turned round.
    elif others and not any(
        r.items[i].cue or r.items[i].kind in ("number", "quoted")
        for i in clause
        if r.items[i].cue not in ("having", "missing", "equal", "to", "from", "and")
    ):
        other = r.meant[others[0]].table
        path = join_path(r.schema, [anchor, other], r.spoken)
        if not path or not repeats(r.schema, path, anchor):
            return
        tables = others
    else:
        return
    path = join_path(r.schema, [anchor, other], r.spoken)
    if not path:
        return
    conditions = []
    for i in values:
        meant = r.meant[i]
        conditions.append(Condition(meant.table, Place(meant.table, meant.column or ""), "=", meant.value))
        r.used.add(i)
    r.plan.without.append(Without(anchor, other, tuple(conditions)))
    r.used |= {index, *tables[:1]}
    r.used |= {i for i in clause if r.items[i].cue in ("missing", "having")}


def _anchor(r: Reading, index: int) -> str | None:
    """The table whose rows are asked for: the one named last before the clause."""
    for near in range(index - 1, -1, -1):
        if table := r.table(near):
            return table
    for near in range(index - 1, -1, -1):
        if (meant := r.meant.get(near)) is not None:
            return meant.table
    return None
