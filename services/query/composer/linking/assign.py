"""Decides what ambiguous phrases mean, all together: what belongs to tables that are spoken of, and that join well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import inf, prod

from services.query.composer.linking.context import speaks_for
from services.query.composer.linking.items import Item
from services.query.composer.linking.lexicon import Meant
from services.query.composer.queries.joins import join_path, steps_from
from services.query.knowledge.schema import Schema

_MOST_MEANINGS = 6
_MOST_TOGETHER = 3_000
_ROUNDS = 3
_PER_JOIN, _NO_WAY = 0.13, 4.0
"""What a join costs, in weights of meanings; and how many joins a table counts that no relation leads to."""

Choice = tuple[int, ...]
"""Of each thing, which of its meanings."""


def assign(items: Sequence[Item], schema: Schema) -> dict[int, Meant]:
    """One meaning for each thing, by the index of its item."""
    named = _named_tables(items)
    found = {i: _meanings(item, named) for i, item in enumerate(items) if item.kind == "thing"}
    worth = [[meant.weight + speaks_for(items, found, i, meant) for meant in each] for i, each in found.items()]
    things = _Things(schema, list(found.values()), worth)
    sizes = [range(len(each)) for each in found.values()]
    if prod(map(len, sizes)) <= _MOST_TOGETHER:
        best = things.best(list(product(*sizes)))
    else:
        best = tuple(each.index(max(each)) for each in worth)
        for _ in range(_ROUNDS):
            for thing, size in enumerate(sizes):
                best = things.best([(*best[:thing], at, *best[thing + 1 :]) for at in size])
    return {i: each[at] for (i, each), at in zip(found.items(), best, strict=True)}


def _named_tables(items: Sequence[Item]) -> set[str]:
    marks = [item.mark for item in items if item.mark is not None]
    return {meant.table for mark in marks for meant in mark.meanings if meant.kind == "table"}


def _meanings(item: Item, named: set[str]) -> list[Meant]:
    """What an item may mean, the surest first; of many, rather what belongs to a table that is `named`."""
    found = sorted(item.mark.meanings if item.mark is not None else (), key=lambda meant: -meant.weight)
    kept = sorted(range(len(found)), key=lambda at: (-found[at].weight, found[at].table not in named))
    return [found[at] for at in sorted(kept[:_MOST_MEANINGS])]


@dataclass(frozen=True)
class _Things:
    """The meanings that each thing may have, and what each is worth by itself."""

    schema: Schema
    meanings: list[list[Meant]]
    worth: list[list[float]]

    def best(self, choices: Sequence[Choice]) -> Choice:
        """The first choice that is best by worth and joins together; joins are only sought while it may be bettered."""
        said = [sum(worth[at] for worth, at in zip(self.worth, choice, strict=True)) for choice in choices]
        tables = [tuple(sorted(set(self._tables(choice)))) for choice in choices]
        hoped = [_PER_JOIN * _least_joins(self.schema, tables[at]) - said[at] for at in range(len(choices))]
        least, best = inf, 0
        for at in sorted(range(len(choices)), key=lambda at: (hoped[at], at)):
            if hoped[at] > least:
                break
            cost = _PER_JOIN * _joins(self.schema, tables[at]) - said[at]
            least, best = min((least, best), (cost, at))
        return choices[best]

    def _tables(self, choice: Choice) -> Iterator[str]:
        return (meanings[at].table for meanings, at in zip(self.meanings, choice, strict=True))


@lru_cache(maxsize=10_000)
def _joins(schema: Schema, tables: tuple[str, ...]) -> float:
    """How many joins it takes to read `tables` together."""
    if len(tables) < 2:
        return 0.0
    path = join_path(schema, tables)
    return float(len(path)) if path is not None else _NO_WAY * len(tables)


@lru_cache(maxsize=10_000)
def _least_joins(schema: Schema, tables: tuple[str, ...]) -> float:
    """How many it takes at least: as far as the farthest two are apart, and one for each table."""
    farthest = len(tables) - 1
    for first, one in enumerate(tables):
        steps = steps_from(schema, one)
        for other in tables[first + 1 :]:
            if other not in steps:
                return _NO_WAY * len(tables)
            farthest = max(farthest, steps[other])
    return float(farthest)
