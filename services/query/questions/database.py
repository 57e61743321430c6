"""Asks the database of a dataset: through the gate, read-only, capped in rows, bytes and seconds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from libs.datasources.dialect import Dialect, dialect_of
from libs.datasources.gate import Admitted, admit
from libs.datasources.open import Connections, Limits
from libs.datasources.run import Rows, run
from libs.knowledge.databases import KnownDatabase

LIMITS = Limits(rows=1_000, bytes=250_000, seconds=15.0)
"""Rows travel in one event, which stays below 900 kB; a character may take three bytes there."""


@dataclass(frozen=True)
class Ran:
    """SQL as it was run, with what it gave."""

    admitted: Admitted
    rows: Rows
    dialect: Dialect


@dataclass(frozen=True)
class Database:
    """The database of one dataset; only the tables that were learned may be read, here with their columns."""

    connections: Connections
    known: KnownDatabase
    tables: Mapping[str, Collection[str]]

    @property
    def dialect(self) -> Dialect:
        """The dialect its SQL is written in."""
        return dialect_of(self.known.settings.kind)

    def admit(self, sql: str) -> Admitted:
        """Pass `sql` through the gate; raises `RefusedByGate`."""
        return admit(sql, self.dialect, tables=self.tables, limit=LIMITS.rows)

    async def ask(self, sql: str) -> Ran:
        """Run `sql`; raises `DataSourceError`, `RefusedByGate`, `QueryFailed` and `TookTooLong` among them."""
        admitted = self.admit(sql)
        engine = await self.connections.engine(
            self.known.datasource_id, self.known.datasource_version, self.known.settings
        )
        return Ran(admitted, await run(engine, admitted, LIMITS), self.dialect)
