"""Reads whether a word means another column as well: the rating of a hotel is its stars, or the score of reviews."""

from services.query.composer.language.synonyms import synonyms
from services.query.composer.language.words import keys
from services.query.composer.linking.lexicon import Meant
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Place
from services.query.composer.reading.reading import Reading

_MOST = 20
"""So many other columns may be called like it, for which it is looked up how far away they are."""


def read_alternatives(reading: Reading) -> None:
    """Note the columns of several tables that a word means, which is the name of none; one in brackets is meant."""
    last = len(reading.items) - 1
    chosen = reading.meant.get(last) if last in reading.meant and reading.in_brackets(last) else None
    for index, meant in list(reading.meant.items()):
        found = _others(reading, index)
        if len(found) > _MOST:  # Hundreds of tables have an amount: which one is meant is said by the words beside it.
            continue
        others = [other for other in found if _may_be_meant(reading, index, other)]
        if not others:
            continue
        if chosen is not None and (named := [one for one in (meant, *others) if one.thing == chosen.thing]):
            reading.meant[index] = named[0]
            reading.take(last)
        else:
            reading.left_open["column"] = tuple(one.column or "" for one in (meant, *others))
            reading.unclear = True


def _others(reading: Reading, index: int) -> list[Meant]:
    mark, meant = reading.items[index].mark, reading.meant[index]
    if mark is None or not _is_called_so(reading, index, meant):
        return []
    others = (one for one in mark.meanings if one.table != meant.table and one.column != meant.column)
    return [one for one in others if one.weight >= meant.weight and _is_called_so(reading, index, one)]


def _is_called_so(reading: Reading, index: int, meant: Meant) -> bool:
    """Whether it is a quantity with another name that means the same."""
    if meant.kind != "column" or meant.column is None or not reading.measurable(Place(meant.table, meant.column)):
        return False
    return any(set(other) <= set(keys(meant.column)) for other in synonyms().get(keys(reading.said(index)), ()))


def _may_be_meant(reading: Reading, index: int, other: Meant) -> bool:
    """Whether its table is spoken of no less, or the rows that are have several of it."""
    spoken = {meant.table for near, meant in reading.meant.items() if near != index}
    own = reading.meant[index].table
    if (own in spoken) == (other.table in spoken):
        return True
    path = join_path(reading.schema, [own, other.table], reading.spoken) if own in spoken else None
    return path is not None and repeats(reading.schema, path, own)
