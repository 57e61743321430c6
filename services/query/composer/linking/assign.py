"""Decides what ambiguous phrases mean, all together: what belongs to tables that are spoken of, and that join closely."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

from services.query.composer.linking.items import Item
from services.query.composer.linking.lexicon import Meant
from services.query.composer.queries.joins import join_path
from services.query.knowledge.schema import Schema

_MOST = 6
_MOST_TOGETHER = 3_000
_FAR = 4.0
_TAKE_COLUMNS = frozenset({"sum", "avg", "min", "max", "most", "least", "each", "order"})
"""Instructions that look at a column."""
_TERM = 0.2
_PER_JOIN, _OWNER, _NAMED = 0.13, 0.45, 0.4


def assign(items: Sequence[Item], schema: Schema) -> dict[int, Meant]:
    """One meaning for each thing, by the index of its item."""
    open_ = {i: _candidates(item) for i, item in enumerate(items) if item.kind == "thing"}
    bonus = {i: [_bonus(items, open_, i, meant) for meant in found] for i, found in open_.items()}
    chosen = {
        i: max(range(len(found)), key=lambda at: (found[at].weight + bonus[i][at], -at)) for i, found in open_.items()
    }

    def cost(choice: dict[int, int]) -> float:
        tables = tuple(sorted({open_[i][at].table for i, at in choice.items()}))
        said = sum(open_[i][at].weight + bonus[i][at] for i, at in choice.items())
        return _PER_JOIN * _spread(schema, tables) - said

    unsure = [i for i, found in open_.items() if len(found) > 1]
    size = 1
    for i in unsure:
        size *= len(open_[i])
    if size <= _MOST_TOGETHER:
        best = min(
            (
                {**chosen, **dict(zip(unsure, one, strict=True))}
                for one in product(*(range(len(open_[i])) for i in unsure))
            ),
            key=cost,
        )
    else:
        best = chosen
        for _ in range(3):
            for i in unsure:
                best = min(({**best, i: at} for at in range(len(open_[i]))), key=cost)
    return {i: open_[i][at] for i, at in best.items()}


def _candidates(item: Item) -> list[Meant]:
    meanings = item.mark.meanings if item.mark is not None else ()
    return sorted(meanings, key=lambda meant: -meant.weight)[:_MOST]


def _bonus(items: Sequence[Item], open_: dict[int, list[Meant]], index: int, meant: Meant) -> float:
    found = 0.0
    if meant.kind == "column":
        owner = _owner(items, open_, index)
        if meant.table in owner:
            found += _OWNER
    if meant.term:
        found += _TERM
    if meant.kind == "value":
        if any(
            other.kind == "column" and (other.table, other.column) == (meant.table, meant.column)
            for near in _beside(items, index)
            for other in open_.get(near, ())
        ):
            found += _NAMED
        elif any(
            other.kind == "table" and other.table == meant.table
            for near in _beside(items, index)
            for other in open_.get(near, ())
        ):
            found += 0.15
        if _describes(items, open_, index):
            found += 0.4
    before = items[index - 1] if index else None
    if before is not None and before.cue in ("count",) and meant.kind == "table":
        found += 0.3
    return found


def _describes(items: Sequence[Item], open_: dict[int, list[Meant]], index: int) -> bool:
    """Whether a word says of what kind things are: `paid orders`, `orders that are paid`."""
    before = items[index - 1] if index else None
    after = open_.get(index + 1, ())
    if any(m.kind == "table" and m.weight >= 0.7 for m in after) and items[index + 1].first == items[index].last:
        return before is None or before.cue not in _TAKE_COLUMNS
    return before is not None and before.cue == "equal"


def _beside(items: Sequence[Item], index: int) -> list[int]:
    near = [index - 1, index + 1]
    if (
        index >= 2
        and items[index - 1].kind in ("open", "cue")
        and (items[index - 1].cue == "equal" or items[index - 1].said in ("of", "in", "the", "as", "be", "的"))
    ):
        near.append(index - 2)
    if index + 2 < len(items) and items[index + 1].said in ("的", "the"):
        near.append(index + 2)
    return near


def _owner(items: Sequence[Item], open_: dict[int, list[Meant]], index: int) -> set[str]:
    """The tables right behind a phrase (`the name of the department`), else right before it (`department name`)."""

    def tables(near: int) -> set[str]:
        return {m.table for m in open_.get(near, ()) if m.kind == "table" and m.weight >= 0.7}

    steps = 0
    for near in range(index + 1, min(index + 8, len(items))):
        item = items[near]
        if item.kind == "thing":
            if found := tables(near):
                return found
            if any(m.kind == "value" for m in open_[near]) or steps > 3:
                break
            steps += 1
        elif (
            item.kind == "break"
            or (item.kind == "open" and item.said in ("who", "whose", "that", "which", "where", "with", "than"))
            or item.kind in ("quoted", "ask")
        ):
            break
    if index and items[index - 1].said in ("its", "their"):
        return next((found for near in range(index - 2, -1, -1) if (found := tables(near))), set())
    if index and (found := tables(index - 1)):
        return found
    if index > 1 and items[index - 1].said in ("的", "whose", "its", "their", "that", "with", "and"):
        return tables(index - 2)
    return set()


@lru_cache(maxsize=10_000)
def _spread(schema: Schema, tables: tuple[str, ...]) -> float:
    """How many joins it takes to read `tables` together."""
    if len(tables) < 2:
        return 0.0
    path = join_path(schema, tables)
    return float(len(path)) if path is not None else _FAR * len(tables)
