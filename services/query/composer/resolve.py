"""Decides what ambiguous phrases mean: what lies in the tables that the question surely speaks of comes first."""

from collections import Counter
from functools import partial

from services.query.composer.lexicon import Meant
from services.query.composer.link import Linked, Mark

_NEAR = 3
_TAKE_COLUMNS = frozenset({"sum", "avg", "min", "max", "most", "least", "each", "order"})
"""Instructions that look at a column."""

Resolved = dict[int, Meant]
"""Index of a mark -> what it means here."""


def resolve(linked: Linked) -> Resolved:
    """One meaning for each mark that has any."""
    sure: Counter[str] = Counter()
    for mark in linked.marks:
        tables = {meant.table for meant in mark.meanings if meant.weight >= mark.weight - 0.04}
        if len(tables) == 1:
            sure[tables.pop()] += 1
    counted = {i + 1 for i, mark in enumerate(linked.marks) if mark.cue == "count"}
    return {
        index: max(
            mark.meanings,
            key=partial(
                _rank,
                sure=sure,
                after_count=index in counted,
                near=_owner(linked, index),
                describes=_describes(linked, index),
            ),
        )
        for index, mark in enumerate(linked.marks)
        if mark.meanings
    }


def _describes(linked: Linked, index: int) -> bool:
    """Whether a word says of what kind things are: `paid orders`, `orders that are paid`."""
    mark, marks = linked.marks[index], linked.marks
    before = marks[index - 1] if index and marks[index - 1].last == mark.first else None
    after = marks[index + 1] if index + 1 < len(marks) and marks[index + 1].first == mark.last else None
    if after is not None and _tables(after):
        return before is None or before.cue not in _TAKE_COLUMNS
    return before is not None and before.cue == "equal"


def _owner(linked: Linked, index: int) -> str | None:
    """The table right behind a phrase (`the name of the department`), else right before it (`department name`)."""
    marks = linked.marks
    for near in (*range(index + 1, min(index + 1 + _NEAR, len(marks))), index - 1):
        tables = _tables(marks[near]) if near >= 0 else []
        if tables:
            return tables[0]
    return None


def _tables(mark: Mark) -> list[str]:
    """The table that a phrase surely names."""
    return [m.table for m in mark.meanings if m.kind == "table" and m.weight >= mark.weight - 0.04 and m.weight >= 0.7]


def _rank(
    meant: Meant, *, sure: Counter[str], after_count: bool, near: str | None, describes: bool
) -> tuple[float, ...]:
    weight = meant.weight
    if near == meant.table and meant.kind == "column":
        weight += 0.32
    if describes and meant.kind == "value":
        weight += 0.4
    if after_count and meant.kind == "table":
        weight += 0.2
    return (round(weight, 1), sure[meant.table], weight, meant.kind == "table")
