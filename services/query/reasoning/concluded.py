"""Puts how the thinking ended into the words of the question's language."""

import re
from collections.abc import Mapping

from libs.events.catalog import QuestionAsked, Sources
from libs.language.catalogue import clause, sentences, text
from services.query.knowledge.schema import Scope
from services.query.questions.answered import answered
from services.query.questions.conclusion import Conclusion
from services.query.questions.too_slow import too_slow
from services.query.reasoning.asked_back import asked_back
from services.query.reasoning.choices import askable, choices
from services.query.reasoning.state import Answered, Clarification, Ending, State, TimedOut, Unanswerable

_TABLE_IS_GONE = re.compile(r"relation \S{1,200} does not exist|no such table|Table \S{1,200} doesn't exist")
"""In the words of the three kinds of database; the gate lets only tables pass that were there."""


def concluded(
    ending: Ending, state: State, asked: QuestionAsked, learned: Mapping[str, str], scope: Scope
) -> Conclusion:
    """The conclusion of a question whose thinking ended in `ending`; `learned` are the ids of the tables by name."""
    match ending:
        case Answered(_, ran):
            return answered(asked, ran, _sources(ending, learned))
        case Unanswerable():
            offered = askable(asked.language, scope)
            said = sentences(
                text("question.nothing_known", asked.language),
                text("question.ask_instead", asked.language) if offered else "",
            )
            return Conclusion("unanswerable", answer_text=said, choices=offered)
        case TimedOut(sql):
            return too_slow(sql, asked.language, scope.schema)
        case Clarification(said, by_model, offered):
            offered = offered or choices(asked.question, asked.language, scope, state.values, said if by_model else "")
            said = (asked_back(said, asked.question) if by_model else said) or _what_to_ask(state, asked)
            return Conclusion("clarification", chart_type="clarification", answer_text=said, choices=offered)


def _what_to_ask(state: State, asked: QuestionAsked) -> str:
    if state.failures:
        reason = clause(state.failures[-1].error.detail(asked.language))
        said = "question.changed" if _TABLE_IS_GONE.search(reason) else "question.nothing_ran"
        return text(said, asked.language, reason=reason)
    return text("question.which_value" if state.values else "question.unclear", asked.language)


def _sources(ending: Answered, learned: Mapping[str, str]) -> Sources:
    draft = ending.draft
    tables = draft.tables or ending.ran.admitted.tables
    items = (*draft.items, *(learned[table] for table in tables if table in learned))
    return Sources(strategy=draft.strategy, score=draft.score, items=items, tables=tables, terms=draft.terms)
