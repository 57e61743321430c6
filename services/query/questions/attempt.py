"""Answers a question with SQL that is there already, in the time that is left of it, and tells of it as a step."""

from collections.abc import Callable
from dataclasses import dataclass

from libs.datasources.errors import DataSourceError, QueryFailed, RefusedByGate, TookTooLong
from libs.events.catalog import Language, QuestionAsked, Sources, Step
from libs.language.catalogue import text
from services.query.knowledge.schema import Scope
from services.query.model.client import Model
from services.query.questions.answered import answered, arranged_rows
from services.query.questions.conclusion import Conclusion
from services.query.questions.database import Database, Ran, limits_until
from services.query.questions.improved import improved
from services.query.questions.steps import Steps
from services.query.questions.too_slow import overran_step, too_slow


@dataclass(frozen=True)
class Attempt:
    """What answering one question needs; `ends` is when it has to be concluded, by the monotonic clock."""

    asked: QuestionAsked
    database: Database
    scope: Callable[[], Scope]
    steps: Steps
    ends: float

    async def answer(
        self, sql: str, sources: Callable[[Ran], Sources], model: Model | None = None
    ) -> Conclusion | None:
        """What `sql` answers, or that it takes too long; None, with a failed step, when gate or database refuse it.

        `model` may put the insight better. Raises `DataSourceError` when the database cannot be asked.
        """
        language = self.asked.language
        try:
            ran = arranged_rows(await self.database.ask(sql, limits_until(self.ends)))
        except (RefusedByGate, QueryFailed) as error:
            self.steps.add(refused_step(sql, error, language))
            return None
        except TookTooLong:
            self.steps.add(overran_step(sql, language))
            return too_slow(sql, language, self.scope().schema)
        self.steps.add(ran_step(ran, language))
        conclusion = answered(self.asked, ran, sources(ran))
        better = await improved(conclusion, ran, self.asked, self.database, model, self.ends)
        if better.insight != conclusion.insight:
            self.steps.add(Step(name="insight", status="done", detail=better.insight))
        return better


def ran_step(ran: Ran, language: Language) -> Step:
    """Tells that SQL gave rows."""
    said = "question.step.ran_within_policy" if ran.admitted.filtered else "question.step.ran"
    detail = text(said, language, rows=len(ran.rows.rows))
    return Step(name="run", status="done", detail=detail, sql=ran.admitted.sql, milliseconds=ran.rows.milliseconds)


def refused_step(sql: str, error: DataSourceError, language: Language) -> Step:
    """Tells that gate or database did not take SQL."""
    detail = text("question.step.refused", language, reason=error.detail(language))
    return Step(name="run", status="failed", detail=detail, sql=sql)
