"""From a question to a draft: by a verified pair with other values, by a model when there is one, by a verified pair
that asks the same in other words, else composed.

Every draft says where it comes from and how sure it is; what is not sure enough asks back.
"""

from dataclasses import dataclass
from typing import Literal

from libs.events.catalog import Language
from libs.language.catalogue import text
from services.query.composer.adapt import adapt
from services.query.composer.compose import SURE, Composition, compose
from services.query.composer.paraphrase import paraphrased
from services.query.composer.transfer import transferred
from services.query.knowledge.schema import Knowledge
from services.query.model.clean import question_back, says_unanswerable, sql_of
from services.query.model.client import Model, ModelUnavailable
from services.query.model.prompt import SYSTEM, prompt

_CHOICES = 3


@dataclass(frozen=True)
class Draft:
    """SQL to be run, or the reason why there is none. `strategy` is adapted, model, paraphrased or composed."""

    kind: Literal["sql", "clarification", "unanswerable"]
    sql: str | None = None
    strategy: str = ""
    score: float = 0.0
    items: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    text: str = ""
    choices: tuple[str, ...] = ()


async def reason(question: str, language: Language, known: Knowledge, model: Model | None = None) -> Draft:
    """The draft of a question's answer. A model that is away only costs time: the composer follows."""
    if adapted := adapt(question, known):
        return Draft("sql", adapted.sql, "adapted", adapted.pair.similarity, (adapted.pair.item_id,))
    composition = compose(question, known)
    if model is not None and (draft := await _of_model(question, known, model)):
        return draft
    if pair := paraphrased(question, known):
        return Draft("sql", pair.sql, "paraphrased", pair.similarity, (pair.item_id,))
    if moved := transferred(question, known):
        return Draft("sql", moved.sql, "paraphrased", moved.pair.similarity, (moved.pair.item_id,))
    if composition.sql and composition.score >= SURE:
        return Draft(
            "sql", composition.sql, "composed", composition.score, tables=composition.tables, terms=composition.terms
        )
    return _asking_back(composition, language, known)


async def correct(question: str, known: Knowledge, model: Model, sql: str, reason_against: str) -> str | None:
    """Another query in place of one that failed; None when the model has none."""
    try:
        return sql_of(await model.ask(SYSTEM, prompt(question, known, (sql, reason_against))))
    except ModelUnavailable:
        return None


async def _of_model(question: str, known: Knowledge, model: Model) -> Draft | None:
    try:
        said = await model.ask(SYSTEM, prompt(question, known))
    except ModelUnavailable:
        return None
    items = tuple(pair.item_id for pair in known.pairs)
    if sql := sql_of(said):
        return Draft("sql", sql, "model", 0.9, items)
    if says_unanswerable(said):
        return Draft("unanswerable", strategy="model", text=said)
    asked_back = question_back(said)
    return Draft("clarification", strategy="model", text=asked_back) if asked_back else None


def _asking_back(composition: Composition, language: Language, known: Knowledge) -> Draft:
    """Nothing in the question is known here: unanswerable. Otherwise say what is not understood, and offer choices."""
    linked = composition.linked
    forecasting = linked is not None and any(mark.cue == "forecast" for mark in linked.marks)
    meant = [mark for mark in linked.marks if mark.meanings] if linked else []
    if forecasting or not meant:
        return Draft("unanswerable", text=text("question.nothing_known", language))
    unknown = ", ".join(linked.unexplained) if linked else ""
    said = text("question.unknown_words", language, words=unknown) if unknown else text("question.unclear", language)
    choices = tuple(pair.question for pair in known.pairs[:_CHOICES])
    return Draft("clarification", score=composition.score, text=said, choices=choices)
