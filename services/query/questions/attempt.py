"""Runs SQL for a question and tells of it as a step."""

from libs.datasources.errors import DataSourceError, QueryFailed, RefusedByGate
from libs.events.catalog import Language, QuestionAsked, Step
from libs.language.catalogue import text
from services.query.questions.database import Database, Ran
from services.query.questions.steps import Steps


async def attempt(asked: QuestionAsked, database: Database, sql: str, steps: Steps) -> Ran | None:
    """What `sql` gave; None, with a failed step, when gate or database do not take it. Raises `DataSourceError`."""
    try:
        ran = await database.ask(sql)
    except (RefusedByGate, QueryFailed) as error:
        steps.add(refused_step(sql, error, asked.language))
        return None
    steps.add(ran_step(ran, asked.language))
    return ran


def ran_step(ran: Ran, language: Language) -> Step:
    """Tells that SQL gave rows."""
    said = "question.step.ran_within_policy" if ran.admitted.filtered else "question.step.ran"
    detail = text(said, language, rows=len(ran.rows.rows))
    return Step(name="run", status="done", detail=detail, sql=ran.admitted.sql, milliseconds=ran.rows.milliseconds)


def refused_step(sql: str, error: DataSourceError, language: Language) -> Step:
    """Tells that gate or database did not take SQL."""
    detail = text("question.step.refused", language, reason=error.detail(language))
    return Step(name="run", status="failed", detail=detail, sql=sql)
