"""By what things are ranked: a column, an aggregate of it, or what a superlative looks at by itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.query.composer.language.abbreviations import written_out
from services.query.composer.language.kinds import AMOUNTS, KINDS
from services.query.composer.language.ranks import EARLY, RANKED_BY, RECENT
from services.query.composer.language.words import keys
from services.query.composer.linking.amounts import amount_of
from services.query.composer.linking.names import name_column
from services.query.composer.queries.plan import Measure, Place
from services.query.composer.reading.ranking.superlatives import superlative
from services.query.composer.reading.reading import Reading
from services.query.composer.reading.rows.negation import AGGREGATES
from services.query.knowledge.schema import Column

_BORN = ("birth", "birthday", "birthdate", "dob", "born", "出生", "生日")
_OLDEST = (("age", True), ("年龄", True), *((kind, False) for kind in (*_BORN, "founded", "opened", "year")))
_YOUNGEST = (("age", False), ("年龄", False), *((kind, True) for kind in (*_BORN, "year")))
_AGES: dict[str, tuple[tuple[str, bool], ...]] = {
    "oldest": _OLDEST, "最年长": _OLDEST, "年龄最大": _OLDEST, "年纪最大": _OLDEST, "最老": _OLDEST,
    "youngest": _YOUNGEST, "最年轻": _YOUNGEST, "年龄最小": _YOUNGEST, "年纪最小": _YOUNGEST,
}  # fmt: skip
"""Superlatives of age, with the columns that tell it, and whether the most of it comes first."""
_BY_WITHIN = 2


@dataclass(frozen=True)
class Ranked:
    """What things are ranked by, the items that say so, and the direction where it is not that of the superlative."""

    by: Measure | Place
    taken: tuple[int, ...] = ()
    descending: bool | None = None


def by_aggregate(reading: Reading, behind: int) -> Ranked | None:
    """`the highest average price`, `the highest total invoice amount`."""
    if (aggregate := AGGREGATES.get(reading.cue(behind))) is None:
        return None
    near = reading.after(behind)
    near += bool(reading.table(near) and reading.column(near + 1))
    place = reading.column(near)
    return Ranked(Measure(aggregate, place.table, place.column), (behind, near)) if place else None


def by_column_before(reading: Reading, index: int) -> Ranked | None:
    """库存最多的商品, 平均库存最多的类别."""
    before = reading.before(index)
    place = reading.column(before)
    if reading.said(index).isascii() or place is None or not reading.free(before) or not reading.measurable(place):
        return None
    cue = reading.before(before)
    aggregate = AGGREGATES.get(reading.cue(cue)) if reading.free(cue) else None
    if aggregate is not None:
        return Ranked(Measure(aggregate, place.table, place.column), (before, cue))
    return Ranked(place, (before,))


def places_of_by(reading: Reading, index: int) -> Iterator[int]:
    """Where `by` stands behind a thing that is ranked."""
    for near in range(index + 1, min(index + 1 + _BY_WITHIN, len(reading.items) - 1)):
        if reading.said(near) in RANKED_BY and near not in reading.used:
            yield near


def ranking_column(reading: Reading, index: int) -> int | None:
    """`top 3 products by price`: the column behind `by`."""
    for near in places_of_by(reading, index):
        if (place := reading.column(near + 1)) is not None and reading.measurable(place):
            return near + 1
    return None


def by_named_column(reading: Reading, behind: int) -> Ranked | None:
    """`top 3 products by price`, `top 3 product names by price`."""
    by, shown = ranking_column(reading, behind), reading.column(behind)
    ranked = reading.column(by) if by is not None else None
    if by is None or ranked is None or not (reading.table(behind) or (shown and not reading.measurable(shown))):
        return None
    label = name_column(reading.schema.table(shown.table)) if shown else None
    reading.unclear |= shown is not None and (label is None or label.name != shown.column)  # a group has no price
    return Ranked(ranked, (by, by - 1))


def by_column(reading: Reading, behind: int) -> Ranked | None:
    """`the highest price`."""
    place = reading.column(behind) if reading.free(behind) else None
    fits = place is not None and (reading.measurable(place) or reading.is_number(place))
    return Ranked(place, (behind,)) if place and fits else None


def by_kind(reading: Reading, index: int, behind: int) -> Ranked | None:
    """`the longest track`, `the youngest player`, `the latest order`: the column that the superlative looks at."""
    thing = reading.thing(behind)
    return by_kind_of(reading, superlative(reading, index), thing.table if thing else None)


def by_kind_of(reading: Reading, said: str, owner: str | None = None) -> Ranked | None:
    """What a superlative looks at by itself: of its owner, or of the first that is spoken of and has such a column."""
    tables = [owner] if owner else list(dict.fromkeys(meant.table for meant in reading.meant.values()))
    for table in tables:
        for found, descending in _columns_of_kind(reading, said, table):
            if len(found) == 1:
                return Ranked(Place(table, found[0].name), descending=descending)
    return None


def is_of_kind(column: Column, kind: str) -> bool:
    """Whether a column is called like a kind, in its name or its comment."""
    comment = column.comment or ""
    return kind in written_out(keys(column.name)) or kind in (keys(comment) if kind.isascii() else comment)


def _columns_of_kind(reading: Reading, said: str, table: str) -> Iterator[tuple[list[Column], bool | None]]:
    """The columns that a superlative may look at, kind by kind; only where a kind has a single one it is plain."""
    columns = reading.schema.table(table).columns
    kinds: list[tuple[str, bool | None]] = [*_AGES.get(said, ()), *((kind, None) for kind in KINDS.get(said, ()))]
    for kind, descending in kinds:
        yield [column for column in columns if is_of_kind(column, kind)], descending
    if said in AMOUNTS and (amount := amount_of(reading.schema.table(table))):
        yield [amount], None
    if said not in RECENT | EARLY:
        return
    dates = [column for column in columns if column.is_date or column.holds_dates]
    yield dates, None
    if dates:
        return
    yield [column for column in columns if "year" in keys(column.name)], None
    key = reading.schema.table(table).primary_key
    yield [key] if said in ("last", "first") and key is not None and key.is_number else [], None
