"""Things that are ranked by how often they occur: `the busiest vet`, `performed most often`, 最受欢迎的商品."""

from services.query.composer.language.words import keys
from services.query.composer.queries.plan import Measure
from services.query.composer.reading.ranking.ranked import Ranked
from services.query.composer.reading.ranking.superlatives import superlative
from services.query.composer.reading.reading import Reading

_COMMON = frozenset({"common", "commonly", "popular", "popularity", "最常见", "最热门", "最受欢迎"})
_OFTEN = frozenset({"frequent", "frequently", "often", "最常", "最频繁"})
_BUSY = frozenset({"busiest", "最忙", "最繁忙"})
_SHORTEST = 4
"""Letters of a verb that the name of a table begins with: `treated`, treatments."""


def by_frequency(reading: Reading, index: int) -> Ranked | None:
    """What a superlative of frequency ranks by; None where it is another one, or it is not plain whose rows count."""
    words = (index, index + 1)
    word = next((i for i in words if superlative(reading, i) in _COMMON | _OFTEN | _BUSY), None)
    if word is None:
        return None
    return _of_values(reading, word) or _of_rows(reading, index, word)


def _of_values(reading: Reading, word: int) -> Ranked | None:
    """`the most common city among the orders`: its rows, or those of the table that is named behind it."""
    free = (i for i in sorted(reading.meant) if i not in reading.used)
    near = reading.after(word)
    near += bool(reading.table(near) and reading.adjacent(near) and reading.column(near + 1))  # `file format`
    place = reading.column(near if near in reading.meant else next(free, -1))
    if place is None:
        return None
    later = (reading.table(i) for i in reading.meant if i > near and i not in reading.used)
    reading.group_by(place)
    return Ranked(Measure("count", next(filter(None, later), place.table)), (near, word))


def _of_rows(reading: Reading, index: int, word: int) -> Ranked | None:
    """The rows that point at a thing; those of a table that is named, where times are ranked."""
    named = next((i for i in sorted(reading.meant) if reading.table(i) and reading.free(i)), None)
    table = reading.table(named) if named is not None else None
    if table is None or named is None:
        return None
    if any(place.part for place in reading.plan.groups):
        return Ranked(Measure("count", table), (named, word))
    found = _pointing_at(reading, table, further=reading.said(word) in _OFTEN)
    meant = [one for one in found if one in reading.plan.joined] or [one for one in found if _done(reading, index, one)]
    if not meant and len(found) > 1:
        reading.left_open["rows"] = tuple(found)
        return None
    counted = next(iter(meant or found), None)
    return Ranked(Measure("count", counted), (word,)) if counted else None


def _pointing_at(reading: Reading, table: str, *, further: bool) -> list[str]:
    """The tables whose rows point at those of `table`; the treatments of its animals too, if what was done is asked."""
    found = dict.fromkeys(one.source for one in reading.schema.relations if one.target == table and one.source != table)
    for near in list(found) if further else ():
        found |= dict.fromkeys(one.source for one in reading.schema.relations if one.target == near)
    return [one for one in found if one != table]


def _done(reading: Reading, index: int, table: str) -> bool:
    """Whether a table is called like the verb right before: `ordered most often`, orders."""
    stem = reading.word_before(index).removesuffix("ed").removesuffix("ing")
    return len(stem) >= _SHORTEST and any(word.startswith(stem) for word in keys(table))
