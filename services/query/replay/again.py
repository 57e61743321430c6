"""Asks an old question again, with nobody told of it: no event, no cache, no trace in the conversation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import asyncpg

from libs.events.catalog import Needs, QuestionAsked
from libs.events.rebuild import Rebuild
from libs.events.service import EventService
from libs.knowledge.databases import known_database
from libs.postgres.pool import open_pool
from services.query.questions.answer import concluded
from services.query.questions.conclusion import Conclusion
from services.query.questions.find import Finder
from services.query.questions.steps import Steps
from services.query.replay.as_of import Past

_AS_TODAY = """
UPDATE {copy}.datasets AS before SET policies = today.policies, deleted = today.deleted FROM read.datasets AS today
WHERE before.dataset_id = today.dataset_id
"""


@dataclass(frozen=True)
class Replay:
    """Asks questions again, with what `finder` knows or with what was known earlier."""

    service: EventService
    rebuild: Rebuild
    finder: Finder

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
