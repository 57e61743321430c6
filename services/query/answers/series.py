"""What is said of several series: who leads at last, and whose change is the largest; otherwise the largest of all."""

from libs.language.catalogue import Language
from services.query.answers.along import Told
from services.query.answers.columns import Column
from services.query.answers.ranking import ranking
from services.query.answers.shape import Shape
from services.query.answers.trend import changed_by
from services.query.answers.wording import name_of


def of_series(shape: Shape, series: Column, language: Language) -> list[str]:
    """Over time: who leads at last, and whose change is the largest; otherwise the largest of all."""
    y = shape.y[0]
    told = Told(shape, y, language)
    if len(told.points) < 2:
        return []
    if shape.type != "line" or told.x.cyclic or not shape.whole:
        return ranking(told)
    lines: dict[str, list[int]] = {}
    for row in shape.order:
        if y.numbers[row] is not None:
            lines.setdefault(str(series.values[row]), []).append(row)
    last = max(told.x.keys[rows[-1]] for rows in lines.values())
    there = [rows[-1] for rows in lines.values() if told.x.keys[rows[-1]] == last]
    # Where they do not end together, it is not known who leads.
    lead = _lead(shape, series, there, language) if len(there) > 1 else ""
    sentences = [lead, _moved(shape, series, lines, language)]
    return sentences if any(sentences) else ranking(told)


def _lead(shape: Shape, series: Column, rows: list[int], language: Language) -> str:
    told = Told(shape, shape.y[0], language, tuple(rows))
    high, low = max(told.points, key=lambda point: point[1]), min(told.points, key=lambda point: point[1])
    values = [value for _, value in told.points]
    if values.count(high[1]) > 1 or values.count(low[1]) > 1:
        return ""
    return told.say(
        "lead",
        time=name_of(told.x, rows[0], language),
        high=name_of(series, high[0], language), high_value=told.figure(high[1]),
        low=name_of(series, low[0], language), low_value=told.figure(low[1]),
    )  # fmt: skip


def _moved(shape: Shape, series: Column, lines: dict[str, list[int]], language: Language) -> str:
    """The series that changed most from its first to its last point."""
    told = [Told(shape, shape.y[0], language, tuple(rows)) for rows in lines.values() if len(rows) > 1]
    if not told:
        return ""
    most = max(told, key=lambda each: abs(each.points[-1][1] - each.points[0][1]))
    (first, first_value), (last, last_value) = most.points[0], most.points[-1]
    if first_value == last_value:
        return ""
    return most.say(
        "moved",
        name=name_of(series, first, language),
        first=name_of(most.x, first, language), first_value=most.figure(first_value),
        last=name_of(most.x, last, language), last_value=most.figure(last_value),
        change=changed_by(most, first_value, last_value),
    )  # fmt: skip
