"""Columns told beside what they are of: `vets and their salary`, `hotels with city and stars`, 每个商品的库存."""

from services.query.composer.linking.names import name_column
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Place
from services.query.composer.reading.reading import Reading

_THEIR = frozenset({"their", "its"})
_PASSED_BY = _THEIR | {"the"}


def asked(reading: Reading, index: int) -> Place | None:
    """The column that an item asks for, or the name of a table in a list of columns."""
    place = reading.column(index)
    if place is not None and reading.roles[index] != "select":
        theirs = reading.said(index - 1) in _THEIR and _is_theirs(reading, index, place)
        beside = theirs or _shown_with(reading, index) or _further(reading, index)
        return place if beside or _of_each(reading, index, place) else None
    if reading.roles[index] != "select":
        return _further_name(reading, index)
    table = reading.table(index)
    return reading.label(table) if table and _in_a_list(reading, index) else place or _further_name(reading, index)


def whose(reading: Reading, index: int, place: Place) -> list[Place]:
    """What tells the rows apart beside which a column is told: their name, else their key."""
    table = _shown_with(reading, index) or _joined_owner(reading, index, place)
    if table is None:
        return []
    key = reading.key(table)
    return reading.names(table) if key is None or name_column(reading.schema.table(table)) else [key]


def joins(reading: Reading, index: int) -> bool:
    """Whether an item only joins two of a list."""
    return reading.kind(index) == "comma" or reading.is_and(index)


def _is_theirs(reading: Reading, index: int, place: Place) -> bool:
    """`the top 3 vets and their salary`, 兽医及其工资: told beside whose it is."""
    return _joined_owner(reading, index, place) == place.table


def _joined_owner(reading: Reading, index: int, place: Place) -> str | None:
    """The table before `and`: the column's own, or one whose rows have one of it (`staff and their hotel name`)."""
    first = _first_of(reading, index, place)
    said = reading.said(first - 1) in _THEIR
    joined = first - 1 - said
    owners = [table for near in (range(joined) if said else (joined - 1,)) if (table := reading.table(near))]
    if not joins(reading, joined):
        return None
    return next((table for table in owners if table == place.table or _has_one(reading, table, place.table)), None)


def _shown_with(reading: Reading, index: int) -> str | None:
    """The table in `hotels with city`, `bookings with guest name`: told beside which they are."""
    place, plan = reading.column(index), reading.plan
    if place is None or plan.measures or plan.groups:
        return None
    before = _past_articles(reading, _first_of(reading, index, place) - 1)
    rows = reading.meant.get(before - 1) if reading.said(before) == "with" else None
    if rows is None or rows.kind not in ("table", "condition") or reading.roles[before - 1] != "select":
        return None
    owner = rows.table
    return owner if place.table == owner or _has_one(reading, owner, place.table) else None


def _first_of(reading: Reading, index: int, place: Place) -> int:
    """Where `hotel name` begins."""
    return index - 1 if reading.table(index - 1) == place.table and reading.adjacent(index - 1) else index


def _has_one(reading: Reading, table: str, other: str) -> bool:
    """Whether a row of a table belongs to one row of another."""
    path = join_path(reading.schema, [table, other], reading.spoken)
    return path is not None and not repeats(reading.schema, path, table)


def _further(reading: Reading, index: int) -> bool:
    """`customers with their city and level`."""
    before = _past_articles(reading, index - 1)
    return joins(reading, before) and reading.column(before - 1) in reading.plan.columns


def _further_name(reading: Reading, index: int) -> Place | None:
    """`staff with salary and hotel`, `staff and their hotel`: the name of the one hotel that each has."""
    table = reading.table(index) if is_further(reading, index) else None
    if table is None or name_column(reading.schema.table(table)) is None:
        return None
    shown = reading.plan.columns[0].table
    return reading.label(table) if table != shown and _has_one(reading, shown, table) else None


def is_further(reading: Reading, index: int) -> bool:
    """Whether a thing is told beside another that is shown: `staff and their hotel`, `guests and bookings`."""
    before, plan = _past_articles(reading, index - 1), reading.plan
    theirs = reading.said(index - 1) in _THEIR
    if not plan.columns or plan.measures or plan.groups or not joins(reading, before):
        return False
    if not theirs and (reading.said(before) == "with" or reading.kind(before) == "comma"):
        return False
    beside = reading.thing(before - 1)
    named = reading.cue(before - 1) == "label"
    return named or (beside is not None and beside.table in {place.table for place in plan.columns})


def _past_articles(reading: Reading, index: int) -> int:
    while reading.kind(index) == "open" and reading.said(index) in _PASSED_BY:
        index -= 1
    return index


def _of_each(reading: Reading, index: int, place: Place) -> bool:
    """每个商品的库存, told beside the name of each."""
    plan = reading.plan
    if (
        plan.measures
        or place.table not in plan.keyed
        or not reading.is_quantity(place)
        or reading.said(index - 1) != "的"
    ):
        return False
    plan.columns += [one for one in plan.groups if one not in plan.columns]
    return True


def _in_a_list(reading: Reading, index: int) -> bool:
    """`the id, genre and name`: a table among columns that are shown."""
    before, after = _past_articles(reading, index - 1), index + 1
    if not joins(reading, before) or not any(reading.column(i) for i in (before - 1, before - 2)):
        return False
    return reading.said(after) in ("of", "for") or joins(reading, after)
