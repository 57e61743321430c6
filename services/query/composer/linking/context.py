"""What the words around a phrase say for one of its meanings."""

from collections.abc import Iterator, Mapping, Sequence

from services.query.composer.language.cues import CueName
from services.query.composer.linking.items import Item
from services.query.composer.linking.lexicon import Meant

_OWNER, _OF_ITS_VALUE, _NAMED, _OF_ITS_TABLE, _DESCRIBES, _TERM, _COUNTED = 0.45, 0.3, 0.4, 0.15, 0.4, 0.2, 0.3
"""What it adds to the weight of a meaning: that its table, its column stand beside it, that it describes or counts."""
_ALIKE = 0.2
_FAIRLY_SURE, _NEARLY = 0.7, 0.1
_PARTING: frozenset[CueName | None] = frozenset({"and", "or", "not", "not_equal"})
_PARTED_BY = frozenset({"but", "and", "or"})
_OWNER_AT_MOST, _THINGS_BETWEEN = 8, 3
_TAKE_COLUMNS: frozenset[CueName | None] = frozenset({"sum", "avg", "min", "max", "most", "least", "each", "order"})
_LINKING = frozenset({"of", "in", "the", "as", "be", "的"})
_CLAUSES = frozenset({"who", "whose", "that", "which", "where", "with", "than"})
_NAME_ROWS = frozenset({"table", "condition"})
_BELONGING = frozenset({"的", "whose", "its", "their", "that", "with", "and"})

Meanings = Mapping[int, Sequence[Meant]]
"""What each item may mean, by its index."""


def speaks_for(items: Sequence[Item], meanings: Meanings, index: int, meant: Meant) -> float:
    """How much the neighbours of an item speak for this meaning of it."""
    before = items[index - 1] if index else None
    found = _TERM if meant.term else 0.0
    if meant.kind == "column" and meant.table in _owners(items, meanings, index):
        found += _OWNER
    elif meant.kind == "column" and meant.table in _owned_by_value(items, meanings, index):
        found += _OF_ITS_VALUE
    if meant.kind == "column":
        found += _NAMED if _names_value(meanings, index, meant) else 0.0
    if meant.kind == "value":
        found += _beside(items, meanings, index, meant)
        found += _ALIKE if _is_listed(items, meanings, index, meant) else 0.0
        found += _DESCRIBES if _describes(items, meanings, index) else 0.0
    if meant.kind == "table" and before is not None and before.cue == "count":
        found += _COUNTED if meant.weight >= max(one.weight for one in meanings[index]) - _NEARLY else 0.0
    return found


def _beside(items: Sequence[Item], meanings: Meanings, index: int, value: Meant) -> float:
    """The column of a value, or its table, named beside it: `in the city of London`."""
    near = [other for place in _neighbours(items, index) for other in meanings.get(place, ())]
    if any(other.kind == "column" and (other.table, other.column) == (value.table, value.column) for other in near):
        return _NAMED
    return _OF_ITS_TABLE if any(other.kind == "table" and other.table == value.table for other in near) else 0.0


def _names_value(meanings: Meanings, index: int, column: Meant) -> bool:
    """Whether what stands right behind is a value of the column: `of type gold`."""
    behind = (other for other in meanings.get(index + 1, ()) if other.kind == "value")
    return any((other.table, other.column) == (column.table, column.column) for other in behind)


def _is_listed(items: Sequence[Item], meanings: Meanings, index: int, value: Meant) -> bool:
    """Whether another value of its column stands beside, parted by `and`, `or`, `but not` alone."""
    for step in (-1, 1):
        near = index + step
        while 0 <= near < len(items) and _parts(items[near]):
            near += step
        others = meanings.get(near, ()) if near != index + step else ()
        if any(one.kind == "value" and (one.table, one.column) == (value.table, value.column) for one in others):
            return True
    return False


def _parts(item: Item) -> bool:
    """Whether it only parts two of a list."""
    return item.said != "with" and (item.cue in _PARTING or item.said in _PARTED_BY)


def _neighbours(items: Sequence[Item], index: int) -> Iterator[int]:
    yield from (index - 1, index + 1)
    if index + 3 == len(items) and items[index + 1].kind == "comma":
        yield index + 2  # `in Germany (nationality)`
    before = items[index - 1] if index >= 2 else None
    if before is not None and before.kind in ("open", "cue") and (before.cue == "equal" or before.said in _LINKING):
        yield index - 2
    if index + 2 < len(items) and items[index + 1].said in ("的", "the"):
        yield index + 2


def _describes(items: Sequence[Item], meanings: Meanings, index: int) -> bool:
    """Whether a word says of what kind things are: `paid orders`, `orders that are paid`."""
    before = items[index - 1] if index else None
    if _tables(meanings, index + 1) and items[index + 1].first == items[index].last:
        return before is None or before.cue not in _TAKE_COLUMNS
    return before is not None and before.cue in ("equal", "not_equal")


def _tables(meanings: Meanings, index: int) -> set[str]:
    """The tables that an item names, or whose rows it does: `names of VIP guests`, where these are a term."""
    found = meanings.get(index, ())
    return {meant.table for meant in found if meant.kind in _NAME_ROWS and meant.weight >= _FAIRLY_SURE}


def _owners(items: Sequence[Item], meanings: Meanings, index: int) -> set[str]:
    """The tables before 的, right behind a phrase (`name of the hotel`), else before it (`department name`)."""
    said_before = items[index - 1].said if index else ""
    if said_before == "的" and (whose := _tables(meanings, index - 2)):
        return whose  # 员工的姓名和酒店名称
    before = _tables(meanings, index - 1)
    if before and index + 1 < len(items) and items[index + 1].cue == "and":
        return before  # `staff names and hotel names`
    if behind := _owners_behind(items, meanings, index):
        return behind
    if said_before in ("its", "their"):
        return next((found for near in range(index - 2, -1, -1) if (found := _tables(meanings, near))), set())
    if before:
        return before
    if index > 1 and items[index - 1].cue == "order":
        return _tables(meanings, index - 2)  # `guests ordered by name`
    return _tables(meanings, index - 2) if index > 1 and said_before in _BELONGING else set()


def _owned_by_value(items: Sequence[Item], meanings: Meanings, index: int) -> set[str]:
    """The tables of a value whose the phrase is: `the price of a suite`, 套房的价格."""
    said_before, said_behind = (items[near].said if 0 <= near < len(items) else "" for near in (index - 1, index + 1))
    near = index - 2 if said_before == "的" else index + 2 if said_behind == "of" else -1
    return {meant.table for meant in meanings.get(near, ()) if meant.kind == "value"}


def _owners_behind(items: Sequence[Item], meanings: Meanings, index: int) -> set[str]:
    passed = 0
    for near in range(index + 1, min(index + _OWNER_AT_MOST, len(items))):
        item = items[near]
        if item.kind == "thing":
            if found := _tables(meanings, near):
                return found
            if passed > _THINGS_BETWEEN or any(meant.kind == "value" for meant in meanings[near]):
                break
            passed += 1
        elif item.kind in ("break", "quoted", "ask") or (item.kind == "open" and item.said in _CLAUSES):
            break
    return set()
