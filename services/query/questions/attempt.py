"""Runs SQL for a question and tells of it as a step."""

from libs.datasources.errors import QueryFailed, RefusedByGate
from libs.events.catalog import QuestionAsked, Step
from libs.language.catalogue import text
from services.query.questions.database import Database, Ran
from services.query.questions.steps import Steps


async def attempt(asked: QuestionAsked, database: Database, sql: str, steps: Steps) -> Ran | None:
    """What `sql` gave; None, with a failed step, when gate or database do not take it. Raises `DataSourceError`."""
    try:
        ran = await database.ask(sql)
    except (RefusedByGate, QueryFailed) as error:
        detail = text("question.step.refused", asked.language, reason=error.detail(asked.language))
        steps.add(Step(name="run", status="failed", detail=detail, sql=sql))
        return None
    said = "question.step.ran_within_policy" if ran.admitted.filtered else "question.step.ran"
    detail = text(said, asked.language, rows=len(ran.rows.rows))
    steps.add(Step(name="run", status="done", detail=detail, sql=ran.admitted.sql, milliseconds=ran.rows.milliseconds))
    return ran
