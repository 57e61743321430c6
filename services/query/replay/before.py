"""The answer that a question got before, and whether another one gives the same rows today."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from libs.datasources.equality import same_rows as equal_rows
from libs.datasources.errors import DataSourceError
from libs.datasources.gate import parse
from libs.datasources.policy import filters_of
from libs.events.catalog import QuestionAsked
from services.query.knowledge.recall import knowledge
from services.query.questions.database import Database, limits_until
from services.query.questions.find import Finder

_ANSWER = """
SELECT asked, outcome, sql, said, knowledge_version, answered_at FROM questions
WHERE question_id = $1 AND asked IS NOT NULL AND outcome IS NOT NULL
"""


@dataclass(frozen=True)
class Answer:
    """A question and how it was answered."""

    asked: QuestionAsked
    outcome: str
    sql: str | None
    answer_text: str
    knowledge_version: int
    answered_at: datetime


async def answer_of(pool: "asyncpg.Pool[Any]", question_id: str) -> Answer | None:
    """The answer that a question got; None for one that has none, or that nobody asked."""
    row = await pool.fetchrow(_ANSWER, question_id)
    if row is None:
        return None
    asked, *others = row.values()
    return Answer(QuestionAsked.model_validate(asked), *others)


async def same_rows(
    finder: Finder, asked: QuestionAsked, before: str | None, after: str | None, ends: float
) -> bool | None:
    """Whether two statements give the same rows today, told by `ends` of the monotonic clock.

    None when there is only one, or one does not run, takes too long, or gives too many to tell.
    """
    if before is None or after is None:
        return None
    async with finder.pool.acquire() as connection:
        known = await knowledge(connection, asked.dataset_id)
    if known is None:
        return None
    tables = {table.name: table.column_names for table in known.tables}
    filters = filters_of(known.database.policies, asked.role)
    database = Database(finder.connections, known.database, tables, filters)
    try:
        async with asyncio.timeout(ends - time.monotonic()):
            one, other = [(await database.ask(sql, limits_until(ends))).rows for sql in (before, after)]
    except (DataSourceError, TimeoutError):
        return None
    if one.truncated or other.truncated:
        return None
    ordered = parse(before, database.dialect).args.get("order") is not None
    return equal_rows(one.rows, other.rows, ordered=ordered)
