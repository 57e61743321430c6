"""One or two sentences about rows, from the rows alone: value, share, order, trend, comparison."""

from libs.language.catalogue import Language
from services.query.answers.along import Told, begun
from services.query.answers.ranking import ranking
from services.query.answers.series import of_series
from services.query.answers.shape import Shape
from services.query.answers.statistics import moving_together
from services.query.answers.trend import swing, trend
from services.query.answers.wording import figure, listed, measure, name_of, said

_SENTENCES = 2
_MOST_NAMED = 3


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
        sentences = of_series(shape, shape.series, language)
    elif len(shape.y) > 1:
        sentences = [next(iter(_about(Told(shape, y, language))), "") for y in shape.y]
    else:
        sentences = _about(Told(shape, shape.y[0], language))
    told = [sentence for sentence in sentences if sentence][:_SENTENCES]
    return ("" if language == "zh" else " ").join(told)


def _about(told: Told) -> list[str]:
    if len(told.points) < 2:
        return []
    if told.shape.type == "line" and told.x.role == "time":
        return swing(told) if told.x.cyclic else trend(told)
    return ranking(told)


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
        return begun(said("row", language, pairs=pairs), values[0][0])
    return said("row_of", language, name=name_of(shape.x, 0, language), pairs=pairs)


def _scattered(shape: Shape, language: Language) -> list[str]:
    if shape.x is None or shape.x.role == "place" or not shape.whole:
        return []
    x, y = shape.x, shape.y[0]
    points = [(one, two) for one, two in zip(x.numbers, y.numbers, strict=True) if one is not None and two is not None]
    direction = moving_together(points)
    if not direction:
        return []
    return [said(f"together_{direction}", language, x=measure(x, language), y=measure(y, language))]
