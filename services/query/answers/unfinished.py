"""Leaves periods that are not over out of what is said: five bookings for December are no fall from November."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from libs.language.catalogue import Language
from services.query.answers.columns import Column
from services.query.answers.insight import insight_of
from services.query.answers.shape import Shape
from services.query.answers.wording import listed, name_of, said

_MOST_NAMED = 2
_DAY = timedelta(days=1)


def insight_at(shape: Shape, today: date, language: Language) -> str:
    """What says most about a result on that day; over time, only periods that are over are compared."""
    open_rows = _open_rows(shape, today)
    if shape.x is None or not 0 < len(open_rows) < len(shape.order):
        return insight_of(shape, language)
    y = tuple(_without(column, open_rows) for column in shape.y)
    names = list(dict.fromkeys(name_of(shape.x, row, language) for row in open_rows))
    ends = said(
        "unfinished" if len(names) <= _MOST_NAMED else "unfinished_from",
        language,
        names=listed(names, language) if len(names) <= _MOST_NAMED else names[0],
    )
    told = insight_of(replace(shape, y=y), language)
    return told + (" " if told and language == "en" else "") + ends


def _without(column: Column, rows: list[int]) -> Column:
    left_out = set(rows)
    return replace(column, numbers=tuple(None if at in left_out else each for at, each in enumerate(column.numbers)))


def _open_rows(shape: Shape, today: date) -> list[int]:
    """The rows of a line over time whose period is not over, in order."""
    x = shape.x
    if shape.type != "line" or x is None or x.role != "time" or x.cyclic:
        return []
    keys = {row: x.keys[row] for row in shape.order}
    match x.grain:
        case "year":
            now: tuple[int, ...] = (today.year,)
        case "month":
            now = (today.year, today.month)
        case "quarter":
            now = (today.year, (today.month + 2) // 3)
        case "week":
            now = today.isocalendar()[:2]
        case "date":
            days = {row: date(max(key[0], 1), key[1], 1) + (key[2] - 1) * _DAY for row, key in keys.items()}
            # A month that is told by its first day lasts until the next such day.
            lasts = min((after - before for before, after in pairwise(sorted(set(days.values())))), default=_DAY)
            return [row for row, first in days.items() if first > today - lasts]
        case _:
            return []
    return [row for row, key in keys.items() if key >= now]
