"""Compares SQL by what it gives on the user's database."""

from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.datasources.dialect import Dialect, dialect_of
from libs.datasources.equality import same_rows
from libs.datasources.errors import DataSourceError, QueryFailed, RefusedByGate
from libs.datasources.gate import Admitted, admit, parse
from libs.datasources.open import Connections, Limits
from libs.datasources.run import Rows, run
from libs.events.catalog import Mark
from libs.knowledge.databases import known_database
from services.feedback.learning.read import Answer

_LIMITS = Limits(rows=1_000, bytes=1_000_000, seconds=5.0)


@dataclass(frozen=True)
class Comparison:
    """Compares SQL on the databases of datasets."""

    pool: "asyncpg.Pool[Any]"
    connections: Connections

    async def database(self, dataset_id: str) -> "Database | None":
        """The database of a dataset as far as it is known now; None when it cannot be asked."""
        async with self.pool.acquire() as connection:
            known = await known_database(connection, dataset_id)
        if known is None or not known.tables:
            return None
        try:
            engine = await self.connections.engine(known.datasource_id, known.datasource_version, known.settings)
        except DataSourceError:
            return None
        tables = {table.name: table.column_names for table in known.tables}
        return Database(engine, dialect_of(known.settings.kind), tables, {})


@dataclass(frozen=True)
class Database:
    """A user's database; what was asked once is not asked again."""

    engine: AsyncEngine
    dialect: Dialect
    tables: dict[str, tuple[str, ...]]
    found: dict[str, Rows | None]

    async def mark(self, verified: str, answer: Answer | None) -> Mark:
        """How an answer compares with the verified SQL. What cannot be told, or only in part, is unknown."""
        if answer is None or not answer.known or answer.outcome in ("failed", "timed_out"):
            return "unknown"
        if answer.outcome != "answered" or answer.sql is None:
            return "none"
        try:
            right, given = self._admit(verified), self._admit(answer.sql)
        except RefusedByGate:
            return "unknown"
        if right.sql == given.sql:
            return "right"
        expected, rows = await self._rows(right), await self._rows(given)
        if expected is None or rows is None:
            return "unknown"
        ordered = parse(verified, self.dialect).args.get("order") is not None
        return "right" if same_rows(expected.rows, rows.rows, ordered=ordered) else "wrong"

    def _admit(self, sql: str) -> Admitted:
        return admit(sql, self.dialect, tables=self.tables, limit=_LIMITS.rows)

    async def _rows(self, admitted: Admitted) -> Rows | None:
        if admitted.sql not in self.found:
            try:
                rows = await run(self.engine, admitted, _LIMITS)
            except (TimeoutError, DataSourceError, QueryFailed):
                self.found[admitted.sql] = None
            else:
                self.found[admitted.sql] = None if rows.truncated else rows
        return self.found[admitted.sql]
