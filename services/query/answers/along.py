"""One measure of a result along its axis: the rows that have a value, and how they are said."""

from decimal import Decimal

from libs.language.catalogue import Language, text
from services.query.answers.columns import Column
from services.query.answers.shape import Shape
from services.query.answers.wording import figure, measure, name_of, said, superlatives


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
        parts = self.shape.whole and self.y.adds_up_over(self.x) and len(self.points) == self.shape.rows
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
        return begun(said(key, self.language, measure=self.measure, **words, **values), self.measure)


def begun(sentence: str, measure: str) -> str:
    """With a capital, where it begins with the name of a measure; labels stay as the data has them."""
    return sentence[:1].upper() + sentence[1:] if sentence.startswith(measure) else sentence
