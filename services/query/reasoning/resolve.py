"""Decides what ambiguous phrases mean: what lies in the tables that the question surely speaks of comes first."""

from collections import Counter

from services.query.reasoning.lexicon import Meant
from services.query.reasoning.link import Linked, Mark

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
        index: max(mark.meanings, key=lambda meant, i=index, m=mark: _rank(meant, m, sure, i in counted))  # type: ignore[misc]
        for index, mark in enumerate(linked.marks)
        if mark.meanings
    }


def _rank(meant: Meant, mark: Mark, sure: Counter[str], after_count: bool) -> tuple[float, ...]:
    weight = meant.weight
    if after_count and meant.kind == "table":
        weight += 0.2
    return (round(weight, 1), sure[meant.table], weight, meant.kind == "table")
