"""Puts how the thinking ended into the words of the question's language."""

import re

from libs.events.catalog import QuestionAsked, Sources
from libs.language.catalogue import clause, text
from services.query.knowledge.recall import Knowledge
from services.query.knowledge.schema import Scope
from services.query.questions.answered import answered
from services.query.questions.conclusion import Conclusion
from services.query.questions.too_slow import too_slow
from services.query.reasoning.asked_back import asked_back
from services.query.reasoning.choices import choices
from services.query.reasoning.state import Answered, Clarification, Ending, State, TimedOut, Unanswerable

_TABLE_IS_GONE = re.compile(r"relation \S{1,200} does not exist|no such table|Table \S{1,200} doesn't exist")
"""In the words of the three kinds of database; the gate lets only tables pass that were there."""


def concluded(ending: Ending, state: State, asked: QuestionAsked, known: Knowledge, scope: Scope) -> Conclusion:
    """The conclusion of a question whose thinking ended in `ending`."""
    match ending:
        case Answered(_, ran):
            return answered(asked, ran, _sources(ending, known))
        case Unanswerable():
            return Conclusion("unanswerable", answer_text=text("question.nothing_known", asked.language))
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


def _sources(ending: Answered, known: Knowledge) -> Sources:
    draft = ending.draft
    tables = draft.tables or ending.ran.admitted.tables
    learned = tuple(known.items[table] for table in tables if table in known.items)
    items = (*draft.items, *learned)
    return Sources(strategy=draft.strategy, score=draft.score, items=items, tables=tables, terms=draft.terms)
