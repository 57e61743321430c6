"""Hands what is known to the reasoning, runs what it proposes, and says what came of it."""

from libs.events.catalog import QuestionAsked, Sources
from libs.language.catalogue import text
from services.query.knowledge.recall import Knowledge
from services.query.questions.answered import answered
from services.query.questions.attempt import attempt
from services.query.questions.conclusion import Conclusion
from services.query.questions.database import Database
from services.query.questions.scope import Found
from services.query.questions.steps import Steps

_SAME = 0.92


async def reasoned(
    asked: QuestionAsked, known: Knowledge, database: Database, found: list[Found], steps: Steps
) -> Conclusion:
    """The conclusion of a question that was not learned in these words."""
    for one in found:
        if one.similarity < _SAME:
            break
        sources = Sources(strategy="nearest", score=one.similarity, items=(one.pair.item_id,), tables=one.pair.tables)
        if ran := await attempt(asked, database, one.pair.sql, steps):
            return answered(asked, ran, sources)
    return Conclusion(
        "clarification",
        chart_type="clarification",
        answer_text=text("question.unclear", asked.language),
        choices=tuple(one.pair.question for one in found[:3]),
    )
