"""Says that there are more rows than are shown, where nobody asked for just so many."""

import sqlglot

from libs.events.catalog import QuestionAsked
from libs.language.catalogue import text
from services.query.composer.language.words import number_at, read
from services.query.questions.database import Ran


def not_all(asked: QuestionAsked, ran: Ran) -> str:
    """What is said of rows that were cut off: at the most that are fetched, or by the LIMIT of SQL that was learned."""
    count = len(ran.rows.rows)
    if ran.rows.truncated:
        return text("question.first_rows", asked.language, rows=f"{count:,}") if count else ""
    limit = sqlglot.parse_one(ran.admitted.sql, dialect=ran.dialect).args.get("limit")
    cut = count > 1 and not ran.admitted.limited and limit is not None and limit.expression.name == str(count)
    return text("question.limited", asked.language, rows=count) if cut and not _asks_for(asked.question, count) else ""


def _asks_for(question: str, count: int) -> bool:
    said = read(question)
    numbers = (number_at(said, position) for position in range(len(said.tokens)))
    return any(number is not None and number[0] == str(count) for number in numbers)
