"""What people are told of what happened while a question was thought about."""

from collections.abc import Iterator
from typing import Literal

from libs.events.catalog import Language, Step
from libs.language.catalogue import sentences, text
from services.query.questions.attempt import ran_step, refused_step
from services.query.questions.conclusion import Conclusion
from services.query.questions.too_slow import overran_step
from services.query.reasoning.evolve import (
    Composed,
    Fetched,
    Happened,
    Looked,
    NotFetched,
    Overran,
    Refused,
    Said,
    Silent,
    Succeeded,
)
from services.query.reasoning.propose import Draft
from services.query.reasoning.response import AsksBack, Impossible, LookFirst, Query
from services.query.reasoning.state import Purpose

_STEP: dict[Purpose, str] = {"first": "model", "second": "second_round", "correct": "correct"}


def step_of(happened: Happened, language: Language, milliseconds: float) -> Step | None:
    """The step that tells of it; None for what is not worth telling."""
    match happened:
        case Looked(draft) | Composed(draft):
            return _drafted(draft, language, milliseconds) if draft and draft.sql else None
        case Said():
            return _said(happened, language, milliseconds)
        case Silent(purpose, why):
            detail = why.detail(language) if why else text("question.step.no_time_for_model", language)
            return Step(name=_STEP[purpose], status="failed", detail=detail, milliseconds=milliseconds)
        case Fetched(ran):
            detail = text("question.step.intermediate", language, rows=len(ran.rows.rows))
            return Step(
                name="intermediate", status="done", detail=detail, sql=ran.admitted.sql, milliseconds=milliseconds
            )
        case NotFetched(failure):
            reason = failure.error.detail(language)
            detail = text("question.step.intermediate_failed", language, reason=reason)
            return Step(name="intermediate", status="failed", detail=detail, sql=failure.sql, milliseconds=milliseconds)
        case Succeeded(_, ran):
            return ran_step(ran, language)
        case Refused(sql, error):
            return refused_step(sql, error, language)
        case Overran(sql):
            return overran_step(sql, language).model_copy(update={"milliseconds": milliseconds})


def shown(conclusion: Conclusion, language: Language) -> Iterator[Step]:
    """The steps that made rows into what people see."""
    if conclusion.outcome == "answered":
        detail = text("question.step.chart", language, chart=text(f"question.chart.{conclusion.chart_type}", language))
        yield Step(name="chart", status="done", detail=detail)
    if conclusion.insight:
        yield Step(name="insight", status="done", detail=conclusion.insight)


def _drafted(draft: Draft, language: Language, milliseconds: float) -> Step:
    strategy = text(f"question.strategy.{draft.strategy}", language)
    detail = text("question.step.drafted", language, strategy=strategy, score=f"{draft.score:.2f}")
    detail = sentences(detail, draft.text)
    return Step(name=draft.strategy, status="done", detail=detail, sql=draft.sql, milliseconds=milliseconds)


def _said(said: Said, language: Language, milliseconds: float) -> Step:
    status: Literal["done", "failed", "corrected"] = "done"
    sql: str | None = None
    match said.response:
        case Query(sql):
            status = "corrected" if said.purpose == "correct" else "done"
            key = "corrected" if said.purpose == "correct" else "model_wrote"
        case LookFirst() if said.purpose == "first":
            key = "model_looks"
        case AsksBack():
            key = "model_asks"
        case Impossible():
            key = "model_gives_up"
        case _:
            key, status = "model_unusable", "failed"
    detail = text(f"question.step.{key}", language)
    if said.prompt is not None and (shortened := said.prompt.shortened(language)):
        detail = sentences(detail, shortened)
    return Step(name=_STEP[said.purpose], status=status, detail=detail, sql=sql, milliseconds=milliseconds)
