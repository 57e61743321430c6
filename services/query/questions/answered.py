"""Makes rows into an answer: columns, chart and insight."""

from libs.events.catalog import QuestionAsked, ResultColumn, Sources
from services.query.questions.conclusion import Conclusion
from services.query.questions.database import Ran


def answered(asked: QuestionAsked, ran: Ran, sources: Sources) -> Conclusion:
    """The answer that `ran` gives to `asked`."""
    rows = ran.rows
    return Conclusion(
        "answered",
        sql=ran.admitted.sql,
        columns=tuple(ResultColumn(name=name) for name in rows.columns),
        rows=rows.rows,
        truncated=rows.truncated,
        chart_type="number" if len(rows.rows) == 1 and len(rows.columns) == 1 else "table",
        sources=sources,
    )
