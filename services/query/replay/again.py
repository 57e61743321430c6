"""Asks an old question again, with nobody told of it: no event, no cache, no trace in the conversation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import asyncpg

from libs.datasources.equality import same_rows
from libs.datasources.errors import DataSourceError, QueryFailed
from libs.datasources.gate import parse
from libs.datasources.policy import filters_of
from libs.events.catalog import Needs, QuestionAsked
from libs.events.rebuild import Rebuild
from libs.events.service import EventService
from libs.knowledge.databases import known_database
from libs.postgres.pool import open_pool
from services.query.knowledge.recall import knowledge
from services.query.questions.answer import concluded
from services.query.questions.conclusion import Conclusion
from services.query.questions.database import Database
from services.query.questions.find import Finder
from services.query.questions.steps import Steps
from services.query.replay.as_of import Past

_ANSWER = """
SELECT asked, outcome, sql, said, knowledge_version, answered_at FROM questions
WHERE question_id = $1 AND asked IS NOT NULL AND outcome IS NOT NULL
"""
_AS_TODAY = """
UPDATE {copy}.datasets AS before SET policies = today.policies, deleted = today.deleted FROM read.datasets AS today
WHERE before.dataset_id = today.dataset_id
"""


@dataclass(frozen=True)
class Answer:
    """A question and how it was answered."""

    asked: QuestionAsked
    outcome: str
    sql: str | None
    said: str
    knowledge_version: int
    answered_at: datetime


@dataclass(frozen=True)
class Replay:
    """Asks questions again, with what `finder` knows or with what was known earlier."""

    service: EventService
    rebuild: Rebuild
    finder: Finder

    async def answer(self, question_id: str) -> Answer | None:
        """The answer that a question got; None for one that has none, or that nobody asked."""
        row = await self.service.pool.fetchrow(_ANSWER, question_id)
        if row is None:
            return None
        asked, *others = row.values()
        return Answer(QuestionAsked.model_validate(asked), *others)

    async def today(self, asked: QuestionAsked) -> Conclusion:
        """How `asked` ends with what is known today."""
        return await self._again(self.finder, asked)

    async def earlier(self, asked: QuestionAsked, as_of: int | datetime) -> Conclusion:
        """How `asked` ends with what was known as of a knowledge version or a time.

        Who may see which rows, and how the database is reached, is as it is today. Raises `NeverReached`.
        """
        async with self._earlier(asked.dataset_id, as_of) as pool, pool.acquire() as connection:
            known = await known_database(connection, asked.dataset_id)
            # Values that were looked at before they became private may still be known there.
            private = known and (known.settings.private_columns or not known.settings.sample_values)
            finder = replace(self.finder, pool=pool, model=None if private else self.finder.model)
            return await self._again(finder, asked)

    async def same_rows(self, asked: QuestionAsked, before: str, after: str) -> bool | None:
        """Whether two statements give the same rows today; None when one does not run, or gives too many to tell."""
        async with self.service.pool.acquire() as connection:
            known = await knowledge(connection, asked.dataset_id)
        if known is None:
            return None
        tables = {table.name: table.column_names for table in known.tables}
        filters = filters_of(known.database.policies, asked.role)
        database = Database(self.finder.connections, known.database, tables, filters)
        try:
            one, other = [(await database.ask(sql)).rows for sql in (before, after)]
        except (DataSourceError, QueryFailed):
            return None
        if one.truncated or other.truncated:
            return None
        ordered = parse(before, database.dialect).args.get("order") is not None
        return same_rows(one.rows, other.rows, ordered=ordered)

    async def _again(self, finder: Finder, asked: QuestionAsked) -> Conclusion:
        again = asked.model_copy(update={"purpose": "replay", "needs": Needs()})
        return await concluded(finder, again, Steps(), self.service.settings.answer_seconds)

    @asynccontextmanager
    async def _earlier(self, dataset_id: str, as_of: int | datetime) -> AsyncIterator["asyncpg.Pool[Any]"]:
        settings, handlers = self.service.settings, self.rebuild.handlers
        past = Past(settings.kafka_bootstrap, settings.topic_prefix, dataset_id)
        ends = await past.ends([event.__name__ for event in handlers.project], as_of)
        async with self.rebuild.aside(ends, past.concerns) as copy:
            await self.service.pool.execute(_AS_TODAY.format(copy=copy))
            pool = await open_pool(settings.postgres_url, name="query-replay", search_path=f"{copy}, core")
            try:
                yield pool
            finally:
                await pool.close()
