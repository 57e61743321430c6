"""Makes rows into an answer: columns, chart, insight, and a way to the figures behind them."""

from dataclasses import replace
from typing import Any

from libs.events.catalog import QuestionAsked, ResultColumn, Sources
from libs.language.catalogue import sentences, text
from services.query.answers.arranged import arranged
from services.query.answers.called import called
from services.query.answers.chart import chart_of
from services.query.answers.cut import not_all
from services.query.answers.nothing import nothing_found
from services.query.answers.origin import Origin, origin_of
from services.query.answers.shape import Shape, shape_of
from services.query.answers.unfinished import insight_at
from services.query.figures.asked import offered
from services.query.questions.conclusion import Conclusion
from services.query.questions.database import Ran


def answered(asked: QuestionAsked, ran: Ran, sources: Sources) -> Conclusion:
    """The answer that `ran` gives to `asked`."""
    rows, names = ran.rows.rows, ran.rows.columns
    shape = shape_of_rows(ran)
    return Conclusion(
        "answered",
        sql=ran.admitted.sql,
        columns=tuple(ResultColumn(name=name, type=_type(rows, at)) for at, name in enumerate(names)),
        rows=rows,
        truncated=ran.rows.truncated,
        chart_type=shape.type,
        chart=chart_of(shape).model_dump(mode="json"),
        insight=insight_at(shape, asked.asked_at.date(), asked.language),
        answer_text=sentences(
            nothing_found(rows, ran.admitted.sql, ran.dialect, asked.language),
            not_all(asked, ran),
            text("question.within_policy", asked.language) if ran.admitted.filtered else "",
        ),
        choices=offered(asked.question, asked.language, ran.admitted.sql, ran.dialect) if rows else (),
        sources=sources,
    )


def arranged_rows(ran: Ran) -> Ran:
    """`ran` with its groups in an order, where its SQL gives them none."""
    rows, origin = ran.rows, _origin(ran)
    return replace(ran, rows=replace(rows, rows=arranged(rows.columns, rows.rows, origin)))


def shape_of_rows(ran: Ran) -> Shape:
    """What chart and insight are made from."""
    return shape_of(ran.rows.columns, ran.rows.rows, _origin(ran))


def _origin(ran: Ran) -> Origin:
    origin = origin_of(ran.admitted.sql, ran.dialect, len(ran.rows.rows))
    return called(replace(origin, whole=origin.whole and not ran.rows.truncated), ran.tables)


def _type(rows: tuple[tuple[Any, ...], ...], at: int) -> str:
    """number, boolean or text, by the first value that is there."""
    value = next((row[at] for row in rows if row[at] is not None), None)
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "text"
