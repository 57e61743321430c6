"""Reads what comes first: the most and the least, the top five, the latest."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.query.composer.language.ranks import COUNTING, EARLY, RECENT
from services.query.composer.language.units import spans
from services.query.composer.language.words import keys, lemma
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.reading.ranking.counted import by_count, by_named_count, by_term
from services.query.composer.reading.ranking.extremes import read_bound, read_extremes, read_value_of_extreme
from services.query.composer.reading.ranking.ranked import (
    Ranked,
    by_aggregate,
    by_column,
    by_column_before,
    by_kind,
    by_named_column,
    ranking_column,
)
from services.query.composer.reading.ranking.superlatives import superlative
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.times.calendar import holds_years

_FIRST_OF_GROUPS = frozenset({"top", "the top", "bottom", "the bottom", "前", "排名前", "倒数", "后"})
_JUDGED = frozenset({"score", "rating", "star", "grade", "评", "星"})
"""What says of a quantity that it is how good something is found: it is never added."""


@dataclass(frozen=True)
class _Rank:
    """Which come first: in what direction and how many; the items that say so, and what stands behind them."""

    descending: bool
    limit: int
    taken: tuple[int, ...]
    behind: int
    passed: int = 0


def read_rankings(reading: Reading) -> None:
    """Take superlatives and limits."""
    for index in range(len(reading.items)):
        if reading.instructs(index, "most", "least", "top", "bottom"):
            _read_ranking(reading, index)


def _read_ranking(reading: Reading, index: int) -> None:
    number = _number_beside(reading, index)
    if number is None and reading.cue(index) in ("most", "least"):
        number = next(_numbers_of_things(reading, index), None)
    if read_extremes(reading, index) or read_bound(reading, index) or _limits_order(reading, index, number):
        return
    if _says_no_rank(reading, index, number):
        return
    rank = _rank(reading, index, number)
    ranked = _ranked_aside(reading, index, rank.behind)
    if ranked is None and number is None and read_value_of_extreme(reading, index, rank.behind, rank.descending):
        reading.take(*rank.taken)
        if rank.passed:
            _pass_by(reading, rank)
        return
    ranked = ranked or by_column(reading, rank.behind) or by_kind(reading, index, rank.behind)
    if ranked is not None:
        _order(reading, rank, ranked)


def read_limits(reading: Reading) -> None:
    """Take `revenue per owner, top 3`, 每个城市的销售额，前3: so many of the groups, by what is told of each."""
    plan = reading.plan
    for index in range(len(reading.items)):
        if plan.order_by or not plan.groups or len(plan.measures) != 1 or reading.said(index) not in _FIRST_OF_GROUPS:
            continue
        number = _number_beside(reading, index) if reading.instructs(index, "top", "bottom") else None
        if number is None:
            continue
        rank = _rank(reading, index, number)
        if not reading.exists(rank.behind) or reading.ends_clause(rank.behind):
            _order(reading, rank, Ranked(plan.measures[0]))


def _ranked_aside(reading: Reading, index: int, behind: int) -> Ranked | None:
    """By what things are ranked, where it is not just the column behind the superlative."""
    return (
        by_count(reading, index, behind)
        or by_term(reading, index, behind)
        or by_aggregate(reading, behind)
        or by_column_before(reading, index)
        or by_named_count(reading, behind)
        or by_named_column(reading, behind)
    )


def _numbers_of_things(reading: Reading, index: int) -> Iterator[int]:
    """`the 3 departments with the most courses`: a number right before a thing that is shown."""
    for near in range(index - 1, -1, -1):
        free = near not in reading.used and reading.roles[near] == "select"
        if free and reading.how_many(near) is not None and reading.thing(near + 1):
            yield near


def _number_beside(reading: Reading, index: int) -> int | None:
    """`top 3`, `3 highest`; but not `last 30 days`."""
    beside = (near for near in (reading.after(index), index - 1) if reading.free(near) and reading.how_many(near))
    near = next(beside, None)
    return near if near is not None and not _spans_time(reading, near) else None


def _spans_time(reading: Reading, index: int) -> bool:
    """`30 days`: a number of a unit of time counts no things."""
    position = reading.items[index].last
    tokens = tuple(token.key for token in reading.text.tokens[position : position + 2])
    meant = any(item.first == position and item.kind == "thing" for item in reading.items)
    return not meant and (tokens in spans() or tokens[:1] in spans())


def _limits_order(reading: Reading, index: int, number: int | None) -> bool:
    """利润占比最多时，给出排名前3的: how many, of what is ordered already."""
    ordered = bool(reading.plan.order_by) and reading.plan.limit == 1
    if number is None or not ordered or reading.cue(index) not in ("top", "bottom"):
        return False
    reading.plan.limit = reading.how_many(number)
    reading.take(index, number)
    return True


def _says_no_rank(reading: Reading, index: int, number: int | None) -> bool:
    """`first name`, `top`: without a number they rank only where one thing is asked for, or the latest."""
    if number is not None or reading.cue(index) not in ("top", "bottom"):
        return False
    return superlative(reading, index) not in RECENT | EARLY and not _one_is_asked(reading, index)


def _one_is_asked(reading: Reading, index: int) -> bool:
    """`top product by price`: one, where several would say how many."""
    behind = reading.after(index)
    word = reading.text.tokens[reading.items[behind].last - 1].text.lower() if reading.exists(behind) else ""
    return ranking_column(reading, behind) is not None and word.isascii() and lemma(word) == word


def _rank(reading: Reading, index: int, number: int | None) -> _Rank:
    said, cue = superlative(reading, index), reading.cue(index)
    descending = said in RECENT or (cue in ("most", "top") and said not in EARLY)
    behind = reading.after(number if number is not None and number > index else index)
    taken = [index] if number is None else [index, number]
    if cue in ("top", "bottom") and reading.cue(behind) in ("most", "least"):
        descending = reading.cue(behind) == "most"  # `top 3 highest`
        taken.append(behind)
        behind = reading.after(behind)
    limit = reading.how_many(number) if number is not None else None
    nth = next((near for near in (index - 1, index + 1) if reading.kind(near) == "nth" and reading.free(near)), None)
    mark = reading.items[nth].mark if nth is not None else None
    if nth is None or mark is None or mark.nth is None:
        return _Rank(descending, limit or 1, tuple(taken), behind)
    reading.unclear |= limit is not None  # `the second 3 highest`
    return _Rank(descending, 1, (*taken, nth), behind, mark.nth - 1)


def _order(reading: Reading, rank: _Rank, ranked: Ranked) -> None:
    reading.take(*rank.taken, *ranked.taken)
    plan, by = reading.plan, ranked.by
    before, plan.order_by = plan.order_by, [_added(reading, by, rank) if isinstance(by, Place) else by]
    reading.unclear |= plan.limit is not None and before != plan.order_by  # one superlative after another
    plan.descending = rank.descending if ranked.descending is None else ranked.descending
    plan.limit, plan.passed = rank.limit, rank.passed


def _pass_by(reading: Reading, rank: _Rank) -> None:
    """`what is the second highest salary`: of the salaries that differ."""
    plan = reading.plan
    measure = plan.measures.pop()
    if measure.column is None or plan.measures or plan.groups or plan.order_by:
        reading.unclear = True
        return
    place = Place(measure.table, measure.column)
    plan.columns, plan.order_by, plan.distinct = [place], [place], True
    plan.descending, plan.limit, plan.passed = rank.descending, 1, rank.passed


def _added(reading: Reading, by: Place, rank: _Rank) -> Measure | Place:
    """`the department with the most credits`, `the year with the most visitors`, which has many of them: their sum;
    of scores the average.
    """
    free = [i for i in sorted(reading.meant) if i not in reading.used and reading.roles[i] == "select"]
    asked = [*reading.plan.groups, *(place for i in free if (place := reading.column(i)) is not None)]
    if (
        any(holds_years(reading, place) for place in asked)
        and superlative(reading, rank.taken[0]) in COUNTING
        and reading.is_number(by)
    ):
        return Measure("sum", by.table, by.column)
    shown = [reading.meant[i].table for i in free]
    if not shown or by.table in shown or not reading.is_number(by) or _is_one_row(reading, by, rank):
        return by
    path = join_path(reading.schema, [shown[0], by.table], reading.spoken)
    added = bool(path) and repeats(reading.schema, path or (), shown[0])
    if not added:
        return by
    return Measure("sum" if _JUDGED.isdisjoint(keys(by.column)) else "avg", by.table, by.column)


def _is_one_row(reading: Reading, by: Place, rank: _Rank) -> bool:
    """`the station of the shortest trip`, `of the trip with the smallest duration`: of one trip, not of all of them."""
    before = reading.before(min(rank.taken))
    owner = reading.before(before) if reading.cue(before) == "having" else before
    return by.table in (reading.table(rank.behind), reading.table(owner))
