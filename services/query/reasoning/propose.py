"""Drafts without a model: a verified pair with other values, one that asks the same in other words, else composed.

Every draft says where it comes from and how sure it is; what is not sure enough asks back.
"""

from dataclasses import dataclass, replace
from typing import Literal

from libs.events.catalog import Language
from libs.language.catalogue import text
from services.query.composer.adapt import adapt
from services.query.composer.compose import SURE, Composition, compose
from services.query.composer.paraphrase import paraphrased
from services.query.composer.transfer import transferred
from services.query.knowledge.schema import Knowledge, Pair


@dataclass(frozen=True)
class Draft:
    """SQL to be run, or the reason why there is none. `strategy` is adapted, model, paraphrased or composed.

    It is `secret` where the verified pair is that it was made of.
    """

    kind: Literal["sql", "clarification", "unanswerable"]
    sql: str | None = None
    strategy: str = ""
    score: float = 0.0
    items: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    text: str = ""
    secret: bool = False


def adapted(question: str, known: Knowledge) -> Draft | None:
    """The SQL of a verified pair with the values of `question`; None when no pair fits."""
    found = adapt(question, known)
    return _of_pair(found.pair, found.sql, "adapted") if found else None


def proposed(question: str, language: Language, known: Knowledge) -> Draft:
    """What can be said without a model when no pair could be adapted."""
    if pair := paraphrased(question, known):
        return _of_pair(pair, pair.sql, "paraphrased")
    if moved := transferred(question, known):
        items = tuple(dict.fromkeys((moved.pair.item_id, *moved.items)))
        return replace(_of_pair(moved.pair, moved.sql, "paraphrased"), items=items)
    composition = compose(question, known)
    if composition.sql and composition.score >= SURE:
        found = composition
        return Draft("sql", found.sql, "composed", found.score, found.items, found.tables, found.terms)
    return _asking_back(composition, language)


def _of_pair(pair: Pair, sql: str, strategy: str) -> Draft:
    return Draft("sql", sql, strategy, pair.similarity, (pair.item_id,), secret=pair.secret)


def _asking_back(composition: Composition, language: Language) -> Draft:
    """Nothing in the question is known here: unanswerable. Otherwise say what is not understood."""
    linked = composition.linked
    forecasting = linked is not None and any(mark.cue == "forecast" for mark in linked.marks)
    meant = [mark for mark in linked.marks if mark.meanings] if linked else []
    if forecasting or not meant:
        return Draft("unanswerable", text=text("question.nothing_known", language))
    unknown = ", ".join(linked.unexplained) if linked else ""
    said = text("question.unknown_words", language, words=unknown) if unknown else text("question.unclear", language)
    return Draft("clarification", score=composition.score, text=said)
