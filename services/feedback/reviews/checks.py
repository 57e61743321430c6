"""Checks the SQL of a verdict: it passes the gate, its tables are known, and it runs on the user's database."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import asyncpg

from libs.datasources.dialect import dialect_of
from libs.datasources.errors import DataSourceError, QueryFailed, RefusedByGate
from libs.datasources.gate import admit
from libs.datasources.open import Connections, Limits
from libs.datasources.policy import filters_of
from libs.datasources.run import run
from libs.events.catalog import FeedbackGiven, Problem
from libs.knowledge.databases import KnownDatabase, known_database
from libs.language.catalogue import text
from services.feedback.reviews.decider import Finding

_ONE_ROW = Limits(rows=1, bytes=100_000, seconds=10.0)
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Checks:
    """Checks SQL against what is known of a dataset's database, and on that database."""

    pool: "asyncpg.Pool[Any]"
    connections: Connections
    patience: float = 3.0
    """Seconds to wait for the structure of a database that was not heard of yet: topics have no order."""

    async def check(self, given: FeedbackGiven, sql: str) -> Finding:
        """What is the matter with `sql` as an answer to `given`'s question, if anything."""
        database = await self._database(given.dataset_id)
        if database is None:
            return Finding("unknown", _dataset_unknown(given))
        try:
            # What is said of SQL that fails must not tell of rows that a policy hides, from whomever.
            filters = filters_of(database.policies, role=None)
            tables = {table.name: table.column_names for table in database.tables}
            admitted = admit(sql, dialect_of(database.settings.kind), tables=tables, limit=1, filters=filters)
            engine = await self.connections.engine(
                database.datasource_id, database.datasource_version, database.settings
            )
            await run(engine, admitted, _ONE_ROW)
        except (RefusedByGate, QueryFailed) as error:
            return Finding("wrong", error.problem(given.language))
        except DataSourceError as error:
            return Finding("unknown", error.problem(given.language))
        return Finding("passed", tables=admitted.tables)

    async def _database(self, dataset_id: str) -> KnownDatabase | None:
        ends = time.monotonic() + self.patience
        while True:
            async with self.pool.acquire() as connection:
                database = await known_database(connection, dataset_id)
            if database and database.tables:
                return database
            if time.monotonic() > ends:
                return None
            await asyncio.sleep(_POLL_SECONDS)


def _dataset_unknown(given: FeedbackGiven) -> Problem:
    return Problem(
        code="dataset_unknown",
        detail=text("feedback.dataset_unknown", given.language),
        hint=text("feedback.dataset_unknown.hint", given.language),
    )
