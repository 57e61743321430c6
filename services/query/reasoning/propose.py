"""Drafts without a model: a verified pair with other values, one that asks the same in other words, else composed.

Every draft says where it comes from and how sure it is; what is not sure enough asks back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from libs.events.catalog import Language
from libs.language.catalogue import sentences, text
from services.query.composer.adapt import adapt
from services.query.composer.compose import SURE, Composition, compose
from services.query.composer.linking.link import link
from services.query.composer.paraphrase import paraphrased
from services.query.composer.reading.reading import LeftOpen
from services.query.composer.transfer import transferred
from services.query.figures.asked import asks_for, clauses
from services.query.figures.shown import with_figures
from services.query.knowledge.schema import Pair, Scope
from services.query.reasoning.choices import resembling
from services.query.reasoning.small_talk import is_small_talk

_TOLD: tuple[LeftOpen, ...] = ("year", "span", "weekday", "none", "any", "all")
_FORETELLING = frozenset({"predict", "forecast", "expect", "预测", "预计"})


@dataclass(frozen=True)
class Draft:
    """SQL to be run, or the reason why there is none. `strategy` is adapted, model, paraphrased or composed.

    `text` is what people are told of it. It is `secret` where the verified pair is that it was made of.
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
    choices: tuple[str, ...] = ()


def adapted(question: str, known: Scope) -> Draft | None:
    """The SQL of a verified pair with the values of `question`; None when no pair fits."""
    found = adapt(question, known)
    return _of_pair(found.pair, found.sql, "adapted") if found else None


def proposed(question: str, language: Language, known: Scope) -> Draft:
    """What can be said without a model when no pair could be adapted."""
    return _with_figures(question, language, known) or _proposed(question, language, known)


def _with_figures(question: str, language: Language, known: Scope) -> Draft | None:
    """Where a question ends by asking for the figure of its ranking: the answer to all before, with the figure."""
    for plain, said in clauses(question):
        draft = adapted(plain, known) or _proposed(plain, language, known)
        found = with_figures(draft.sql, known.schema.dialect) if draft.sql else None
        if found is not None and asks_for(said, found, known):
            return replace(draft, sql=found.sql)
    return None


def _proposed(question: str, language: Language, known: Scope) -> Draft:
    if pair := paraphrased(question, known):
        return _of_pair(pair, pair.sql, "paraphrased")
    if moved := transferred(question, known):
        items = tuple(dict.fromkeys((moved.pair.item_id, *moved.items)))
        return replace(_of_pair(moved.pair, moved.sql, "paraphrased"), items=items)
    composition = compose(question, known)
    if composition.sql and composition.score >= SURE:
        found = composition
        said = sentences(_way(found.left_open.get("way", ()), language), *_told(found, language))
        return Draft("sql", found.sql, "composed", found.score, found.items, found.tables, found.terms, said)
    return which(question, language, known) or _asking_back(question, composition, language, known)


def which(question: str, language: Language, known: Scope) -> Draft | None:
    """Where one thing is left open, such as the date that is meant: the same question with each of them, as choices."""
    composition = compose(question, known)
    open_to = ((what, names) for what, names in composition.left_open.items() if what not in _TOLD)
    asking = (_which(what, names, question, language, known) for what, names in open_to)
    return next(filter(None, asking), None)


def _way(ways: Sequence[str], language: Language) -> str:
    """Over what the tables were joined, where that was not the only way."""
    others = ", ".join(ways[1:])
    return text("question.way", language, way=ways[0], others=others) if others else ""


def _told(found: Composition, language: Language) -> list[str]:
    """How what may be meant in another way was understood."""
    told = ((what, found.left_open[what]) for what in _TOLD if what in found.left_open)
    return [text(f"question.told_{what}", language, said=said[0]) for what, said in told]


def _which(what: LeftOpen, names: Sequence[str], question: str, language: Language, known: Scope) -> Draft | None:
    """Where only that is left open: the same question with each of the names, as choices."""
    asked = question.strip().rstrip("?？.。!！")
    composed = {f"{asked} ({name})": compose(f"{asked} ({name})", known) for name in names}
    clear = {choice: one.sql for choice, one in composed.items() if one.score >= SURE}
    if len(set(clear.values())) < 2:
        return None
    said = text(f"question.which_{what}", language, columns=", ".join(names))
    return Draft("clarification", text=said, choices=tuple(clear))


def _of_pair(pair: Pair, sql: str, strategy: str) -> Draft:
    return Draft("sql", sql, strategy, pair.similarity, (pair.item_id,), secret=pair.secret)


def _asking_back(question: str, composition: Composition, language: Language, known: Scope) -> Draft:
    """Nothing in the question is known here, nor near: unanswerable. Otherwise say what is not understood."""
    linked = composition.linked or link(question, known.schema, known.terms, known.taught)
    ahead = [linked.text.tokens[mark.first].key for mark in linked.marks if mark.cue == "forecast"]
    meant = any(mark.meanings for mark in linked.marks)
    if not (meant or ahead) and is_small_talk(question, linked.unexplained):
        return Draft("clarification", text=text("question.may_ask", language))
    if not _FORETELLING.isdisjoint(ahead) or not (meant or resembling(linked.unknown, known)):
        return Draft("unanswerable", text=text("question.nothing_known", language))
    if linked.unknown:
        said = text("question.unknown_words", language, words=", ".join(linked.unknown))
    elif composition.unplaced:
        said = text("question.unplaced", language, words=", ".join(composition.unplaced))
    else:
        said = text("question.ahead" if ahead else "question.unclear", language)
    return Draft("clarification", score=composition.score, text=said)
