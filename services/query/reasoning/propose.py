"""Drafts without a model: a verified pair with other values, one that asks the same in other words, else composed.

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


def adapted(question: str, known: Knowledge) -> Draft | None:
    """The SQL of a verified pair with the values of `question`; None when no pair fits."""
    found = adapt(question, known)
    return Draft("sql", found.sql, "adapted", found.pair.similarity, (found.pair.item_id,)) if found else None


def proposed(question: str, language: Language, known: Knowledge) -> Draft:
    """What can be said without a model when no pair could be adapted."""
    if pair := paraphrased(question, known):
        return Draft("sql", pair.sql, "paraphrased", pair.similarity, (pair.item_id,))
    if moved := transferred(question, known):
        return Draft("sql", moved.sql, "paraphrased", moved.pair.similarity, (moved.pair.item_id,))
    composition = compose(question, known)
    if composition.sql and composition.score >= SURE:
        return Draft(
            "sql", composition.sql, "composed", composition.score, tables=composition.tables, terms=composition.terms
        )
    return _which_date(question, language, known, composition) or _asking_back(composition, language)


def _which_date(question: str, language: Language, known: Knowledge, composition: Composition) -> Draft | None:
    """Where only the date is left open: the same question with each of the date columns, as choices."""
    asked = question.strip().rstrip("?？.。!！")
    offered = [f"{asked} ({column})" for column in composition.dates]
    clear = tuple(one for one in offered if compose(one, known).score >= SURE)
    if len(clear) < 2:
        return None
    said = text("question.which_date", language, columns=", ".join(composition.dates))
    return Draft("clarification", score=composition.score, text=said, choices=clear)


def _asking_back(composition: Composition, language: Language) -> Draft:
    """Nothing in the question is known here: unanswerable. Otherwise say what is not understood."""
    linked = composition.linked
    forecasting = linked is not None and any(mark.cue == "forecast" for mark in linked.marks)
    meant = [mark for mark in linked.marks if mark.meanings] if linked else []
    if forecasting or not meant:
        return Draft("unanswerable", text=text("question.nothing_known", language))
    unknown = ", ".join(linked.unknown) if linked else ""
    said = text("question.unknown_words", language, words=unknown) if unknown else text("question.unclear", language)
    return Draft("clarification", score=composition.score, text=said)
