"""Hands what is known to the reasoning, runs what it proposes, and says what came of it."""

from itertools import islice

from libs.events.catalog import QuestionAsked, Sources, Step
from libs.language.catalogue import language_of, text
from services.query.knowledge.recall import Knowledge
from services.query.knowledge.schema import Knowledge as Scope
from services.query.model.client import Model
from services.query.questions.answered import answered
from services.query.questions.attempt import attempt
from services.query.questions.conclusion import Conclusion
from services.query.questions.database import Database, Ran
from services.query.questions.scope import Found, scope_of
from services.query.questions.steps import Steps
from services.query.reasoning.generate import Draft, correct, reason

_CORRECTIONS = 2
_CHOICES = 3


async def reasoned(
    asked: QuestionAsked,
    known: Knowledge,
    database: Database,
    found: list[Found],
    steps: Steps,
    model: Model | None = None,
) -> Conclusion:
    """The conclusion of a question that was not learned in these words."""
    scope = scope_of(known, database.dialect, found)
    draft = await reason(asked.question, asked.language, scope, model)
    if draft.sql is None:
        return _without_sql(draft, asked, scope)
    strategy = text(f"question.strategy.{draft.strategy}", asked.language)
    detail = text("question.step.drafted", asked.language, strategy=strategy, score=f"{draft.score:.2f}")
    steps.add(Step(name=draft.strategy, status="done", detail=detail, sql=draft.sql))
    ran = await attempt(asked, database, draft.sql, steps)
    if ran is None and model is not None:
        ran = await _corrected(asked, scope, database, draft.sql, steps, model)
    if ran is None:
        unclear = text("question.unclear", asked.language)
        choices = _choices(asked, scope)
        return Conclusion("clarification", chart_type="clarification", answer_text=unclear, choices=choices)
    return answered(asked, ran, _sources(draft, known, ran))


async def _corrected(
    asked: QuestionAsked, scope: Scope, database: Database, sql: str, steps: Steps, model: Model
) -> Ran | None:
    """Let the model correct what failed, at most twice."""
    for _ in range(_CORRECTIONS):
        reason_against = steps.made[-1].detail
        better = await correct(asked.question, scope, model, sql, reason_against)
        if better is None:
            return None
        steps.add(
            Step(name="correct", status="corrected", detail=text("question.step.corrected", asked.language), sql=better)
        )
        if ran := await attempt(asked, database, better, steps):
            return ran
        sql = better
    return None


def _sources(draft: Draft, known: Knowledge, ran: Ran) -> Sources:
    tables = draft.tables or ran.admitted.tables
    learned = tuple(known.items[table] for table in tables if table in known.items)
    return Sources(
        strategy=draft.strategy,
        score=draft.score,
        items=(*draft.items, *learned),
        tables=tables,
        terms=draft.terms,
    )


def _choices(asked: QuestionAsked, scope: Scope) -> tuple[str, ...]:
    """The nearest learned questions that are in the language of the question."""
    near = (pair.question for pair in scope.pairs)
    return tuple(islice((question for question in near if language_of(question) == asked.language), _CHOICES))


def _without_sql(draft: Draft, asked: QuestionAsked, scope: Scope) -> Conclusion:
    if draft.kind == "unanswerable":
        return Conclusion("unanswerable", answer_text=draft.text)
    choices = _choices(asked, scope) if draft.choices else ()
    return Conclusion("clarification", chart_type="clarification", answer_text=draft.text, choices=choices)
