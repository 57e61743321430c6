"""One or two sentences about rows, from the rows alone: value, share, order, trend, comparison."""

from decimal import Decimal
from itertools import pairwise

from libs.language.catalogue import Language, text
from services.query.answers.columns import Column
from services.query.answers.shape import Shape, sorted_by
from services.query.answers.statistics import far_above, moving_together
from services.query.answers.wording import figure, listed, measure, name_of, percent, said, superlatives

_SENTENCES = 2
_TOP, _TOP_OF = 3, 6
_MOST_NAMED = 3
_LARGEST_CHANGE = 10
"""Ten times as much; beyond, a percentage tells nobody anything."""


def insight_of(shape: Shape, language: Language) -> str:
    """What says most about a result, or nothing. Shares are told only of counts and sums of a whole result."""
    if not shape.y:
        return ""
    if shape.rows == 1:
        return _one_row(shape, language)
    if shape.x is None:
        return ""
    if shape.type == "scatter":
        sentences = _scattered(shape, language)
    elif shape.series is not None:
        sentences = _series(shape, shape.series, language)
    elif len(shape.y) > 1:
        sentences = [next(iter(_about(Told(shape, y, language))), "") for y in shape.y]
    else:
        sentences = _about(Told(shape, shape.y[0], language))
    told = [sentence for sentence in sentences if sentence][:_SENTENCES]
    return ("" if language == "zh" else " ").join(told)


class Told:
    """One measure of a result along its axis: the rows that have a value, and how they are said."""

    def __init__(self, shape: Shape, y: Column, language: Language, rows: tuple[int, ...] | None = None) -> None:
        if shape.x is None:
            raise ValueError("nothing stands at the axis")
        self.x, self.y, self.language, self.shape = shape.x, y, language, shape
        order = shape.order if rows is None else rows
        self.points = [(row, value) for row in order if (value := y.numbers[row]) is not None]
        self.measure = measure(y, language)

    @property
    def total(self) -> Decimal | None:
        """What the values add up to, where they are parts of a whole."""
        total = sum((value for _, value in self.points), Decimal(0))
        parts = self.shape.whole and self.y.additive and len(self.points) == self.shape.rows
        return total if parts and total > 0 else None

    def name(self, row: int) -> str:
        """What a row is called; with its series, where there are several."""
        named = name_of(self.x, row, self.language)
        if self.shape.series is None:
            return named
        return text("insight.of_both", self.language, x=named, series=name_of(self.shape.series, row, self.language))

    def figure(self, value: Decimal) -> str:
        """A value as it is written."""
        return figure(value, self.y.format, self.language)

    def say(self, key: str, **values: object) -> str:
        """A sentence about the measure."""
        words = superlatives(self.y, self.language)
        return _begun(said(key, self.language, measure=self.measure, **words, **values), self.measure)


def _about(told: Told) -> list[str]:
    if len(told.points) < 2:
        return []
    if told.shape.type == "line" and told.x.role == "time":
        return _swing(told) if told.x.cyclic else _trend(told)
    return _ranking(told)


def _one_row(shape: Shape, language: Language) -> str:
    values = [
        (measure(y, language), figure(value, y.format, language))
        for y in shape.y
        if (value := y.numbers[0]) is not None
    ]
    if len(values) != len(shape.y) or len(values) > _MOST_NAMED:
        return ""
    if shape.x is None and len(values) == 1:
        return said("number", language, name=values[0][0], value=values[0][1])
    pairs = listed((said("value", language, name=name, value=value) for name, value in values), language)
    if shape.x is None:
        return _begun(said("row", language, pairs=pairs), values[0][0])
    return said("row_of", language, name=name_of(shape.x, 0, language), pairs=pairs)


def _begun(sentence: str, measure: str) -> str:
    """With a capital, where it begins with the name of a measure; labels stay as the data has them."""
    return sentence[:1].upper() + sentence[1:] if sentence.startswith(measure) else sentence


def _ranking(told: Told) -> list[str]:
    values = [value for _, value in told.points]
    high, low = max(values), min(values)
    if high == low:
        return _equal(told, high)
    if not told.shape.whole:
        return _cut_ranking(told, high, low)
    first = [row for row, value in told.points if value == high]
    last = [row for row, value in told.points if value == low]
    if len(first) > 1:
        return [_tied(told, first, high), _total(told)]
    name, value = told.name(first[0]), told.figure(high)
    total = told.total
    share = percent(high / total) if total else ""
    if total and share:
        return [told.say("share", name=name, value=value, share=share, total=told.figure(total)), _top(told, total)]
    if median := far_above(values):
        return [told.say("far", name=name, value=value, median=told.figure(median))]
    if len(last) > 1:
        return [told.say("highest", name=name, value=value)]
    lowest = {"low": told.name(last[0]), "low_value": told.figure(low)}
    return [told.say("highest_lowest", name=name, value=value, **lowest)]


def _equal(told: Told, value: Decimal) -> list[str]:
    """That all are the same, when none is without a value."""
    rows = len(told.points)
    if rows < told.shape.rows:
        return []
    key = "equal_shown" if not told.shape.whole else "equal" if rows > 2 else "equal_both"
    return [told.say(key, rows=rows, value=told.figure(value))]


def _cut_ranking(told: Told, high: Decimal, low: Decimal) -> list[str]:
    """Of a result that was cut off only that end is known by which it is sorted."""
    rising = sorted_by(told.y)
    end = low if rising > 0 else high
    rows = [row for row, value in told.points if value == end]
    if len(rows) > 1:
        return []
    key = {1: "lowest", -1: "highest", 0: "highest_shown"}[rising]
    other = {"last": told.name(told.points[-1][0]), "last_value": told.figure(told.points[-1][1])} if rising else {}
    sentences = [told.say(key, name=told.name(rows[0]), value=told.figure(end))]
    if rising and len(told.points) > 2:
        sentences.append(told.say("last_shown", rows=len(told.points), **other))
    return sentences


def _tied(told: Told, rows: list[int], value: Decimal) -> str:
    if len(rows) > _MOST_NAMED:
        return told.say("tied_many", count=len(rows), rows=told.shape.rows, value=told.figure(value))
    names = listed((told.name(row) for row in rows), told.language)
    return told.say("tied", names=names, value=told.figure(value))


def _total(told: Told) -> str:
    return told.say("total", total=told.figure(told.total)) if told.total else ""


def _top(told: Told, total: Decimal) -> str:
    """The share of the first three, where they are few of many."""
    ranked = sorted(told.points, key=lambda point: -point[1])
    if len(ranked) < _TOP_OF or ranked[_TOP - 1][1] == ranked[_TOP][1]:
        return ""
    share = percent(sum((value for _, value in ranked[:_TOP]), Decimal(0)) / total)
    names = listed((told.name(row) for row, _ in ranked[:_TOP]), told.language)
    return told.say("top", names=names, share=share) if share else ""


def _trend(told: Told) -> list[str]:
    if len({value for _, value in told.points}) == 1:
        return _ranking(told)
    (first, first_value), (last, last_value) = told.points[0], told.points[-1]
    ends = {
        "first": told.name(first), "first_value": told.figure(first_value),
        "last": told.name(last), "last_value": told.figure(last_value),
    }  # fmt: skip
    key = "rise" if last_value > first_value else "fall" if last_value < first_value else "level"
    sentence = told.say(key, **ends, change=_change(told, first_value, last_value))
    # What lies in between is known only when nothing was left out.
    return [sentence, _extremes(told) or _step(told)] if told.shape.whole else [sentence]


def _change(told: Told, before: Decimal, after: Decimal) -> str:
    """By how much a value changed, in percent, in brackets; nothing where a percentage means nothing."""
    if before <= 0 or after < 0 or told.y.format.kind == "percent" or before == after:
        return ""
    change = (after - before) / before
    written = percent(change) if abs(change) <= _LARGEST_CHANGE else ""
    return said("change", told.language, change=("+" if change > 0 else "") + written) if written else ""


def _extremes(told: Told) -> str:
    """Highest and lowest, unless those are the ends, which were told."""
    high, low = max(told.points, key=lambda point: point[1]), min(told.points, key=lambda point: point[1])
    ends = {told.points[0][1], told.points[-1][1]}
    if len(told.points) < 3 or {high[1], low[1]} <= ends:
        return ""
    if high[1] in ends or low[1] in ends:
        row, value = low if high[1] in ends else high
        return told.say("low" if high[1] in ends else "high", name=told.name(row), value=told.figure(value))
    return told.say("extremes", **_both(told, high, low))


def _both(told: Told, high: tuple[int, Decimal], low: tuple[int, Decimal]) -> dict[str, str]:
    return {
        "high": told.name(high[0]), "high_value": told.figure(high[1]),
        "low": told.name(low[0]), "low_value": told.figure(low[1]),
    }  # fmt: skip


def _step(told: Told) -> str:
    """The largest change from one point to the next, in the direction of the whole."""
    direction = 1 if told.points[-1][1] > told.points[0][1] else -1
    steps = [((after[1] - before[1]) * direction, before, after) for before, after in pairwise(told.points)]
    size, before, after = max(steps, key=lambda step: step[0])
    if len(steps) < 3 or sum(step[0] == size for step in steps) > 1:
        return ""
    return told.say(
        "step_rise" if direction > 0 else "step_fall",
        before=told.name(before[0]), before_value=told.figure(before[1]),
        after=told.name(after[0]), after_value=told.figure(after[1]),
    )  # fmt: skip


def _swing(told: Told) -> list[str]:
    """Of months or hours that come again and again: the highest and the lowest."""
    values = [value for _, value in told.points]
    high, low = max(told.points, key=lambda point: point[1]), min(told.points, key=lambda point: point[1])
    if high[1] == low[1] or values.count(high[1]) > 1 or not told.shape.whole:
        return _ranking(told)
    if values.count(low[1]) > 1:
        return [told.say("highest", name=told.name(high[0]), value=told.figure(high[1])), _total(told)]
    return [told.say("swing", **_both(told, high, low)), _total(told)]


def _series(shape: Shape, series: Column, language: Language) -> list[str]:
    """Over time: who leads at last, and whose change is the largest; otherwise the largest of all."""
    y = shape.y[0]
    told = Told(shape, y, language)
    if len(told.points) < 2:
        return []
    if shape.type != "line" or told.x.cyclic or not shape.whole:
        return _ranking(told)
    lines: dict[str, list[int]] = {}
    for row in shape.order:
        if y.numbers[row] is not None:
            lines.setdefault(str(series.values[row]), []).append(row)
    last = max(told.x.keys[rows[-1]] for rows in lines.values())
    there = [rows[-1] for rows in lines.values() if told.x.keys[rows[-1]] == last]
    # Where they do not end together, it is not known who leads.
    lead = _lead(shape, series, there, language) if len(there) > 1 else ""
    sentences = [lead, _moved(shape, series, lines, language)]
    return sentences if any(sentences) else _ranking(told)


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
        change=_change(most, first_value, last_value),
    )  # fmt: skip


def _scattered(shape: Shape, language: Language) -> list[str]:
    if shape.x is None or shape.x.role == "place" or not shape.whole:
        return []
    x, y = shape.x, shape.y[0]
    points = [(one, two) for one, two in zip(x.numbers, y.numbers, strict=True) if one is not None and two is not None]
    direction = moving_together(points)
    if not direction:
        return []
    return [said(f"together_{direction}", language, x=measure(x, language), y=measure(y, language))]
