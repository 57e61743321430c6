"""Asks the database of a dataset: through the gate, read-only, capped in rows, bytes and seconds."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from libs.datasources.dialect import Dialect, dialect_of
from libs.datasources.errors import NotAllowed
from libs.datasources.gate import Admitted, admit, parse
from libs.datasources.open import Connections, Limits
from libs.datasources.policy import Filters
from libs.datasources.run import Rows, run
from libs.events.catalog import TableDescription
from libs.knowledge.databases import KnownDatabase

LIMITS = Limits(rows=1_000, bytes=250_000, seconds=15.0)
"""Rows travel in one event, which stays below 900 kB with all that is said about them."""
INTERMEDIATE = Limits(rows=50, bytes=20_000, seconds=3.0)
"""Of a query whose values are only to be looked at."""
_TO_CONCLUDE = 0.3
"""Seconds kept back from the last query, so that its end is told and not cut off."""


def limits_until(ends: float) -> Limits:
    """Those of a query whose question has to be concluded at `ends` of the monotonic clock."""
    return LIMITS.within(ends - time.monotonic() - _TO_CONCLUDE)


@dataclass(frozen=True)
class Ran:
    """SQL as it was run, with what it gave."""

    admitted: Admitted
    rows: Rows
    dialect: Dialect
    tables: tuple[TableDescription, ...] = ()
    """Those that were read, as they were learned."""


@dataclass(frozen=True)
class Database:
    """The database of one dataset; only the tables that were learned may be read, here with their columns."""

    connections: Connections
    known: KnownDatabase
    tables: Mapping[str, Collection[str]]
    filters: Filters = field(default_factory=dict)
    """Of the row policies that hold for whoever asks."""
    described: Mapping[str, TableDescription] = field(default_factory=dict)
    """The same tables as they were learned."""

    @property
    def dialect(self) -> Dialect:
        """The dialect its SQL is written in."""
        return dialect_of(self.known.settings.kind)

    def admit(self, sql: str, limits: Limits = LIMITS) -> Admitted:
        """Pass `sql` through the gate; raises `RefusedByGate`."""
        return admit(sql, self.dialect, tables=self.tables, limit=limits.rows, filters=self.filters)

    async def look(self, sql: str, limits: Limits = INTERMEDIATE) -> Ran:
        """Run `sql` for values that a model is to see, which their owner may forbid. Raises as `ask`."""
        if not self._may_be_shown(sql):
            raise NotAllowed("values_private")
        return await self.ask(sql, limits)

    async def ask(self, sql: str, limits: Limits = LIMITS) -> Ran:
        """Run `sql`; raises `DataSourceError`, `RefusedByGate`, `QueryFailed` and `TookTooLong` among them."""
        admitted = self.admit(sql, limits)
        engine = await self.connections.engine(
            self.known.datasource_id, self.known.datasource_version, self.known.settings
        )
        read = tuple(self.described[name] for name in admitted.tables if name in self.described)
        return Ran(admitted, await run(engine, admitted, limits), self.dialect, read)

    def may_be_shown(self, admitted: Admitted) -> bool:
        """Whether a model may see what this SQL gives: the owner lets it see values, and no row policy is applied."""
        return admitted.filtered is None and self._may_be_shown(admitted.sql)

    def _may_be_shown(self, sql: str) -> bool:
        """Where some columns are private: only what names others, and neither a whole row nor all columns.

        How many rows there are tells nothing of them.
        """
        settings = self.known.settings
        if not (settings.sample_values and settings.private_columns):
            return settings.sample_values
        tree = parse(sql, self.dialect)
        private = {column.rpartition(".")[2].lower() for column in settings.private_columns}
        free = {name.lower() for names in self.tables.values() for name in names}
        free |= {made.alias.lower() for made in tree.find_all(exp.Alias)}
        counted = all(isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star))
        return counted and _columns_named(tree) <= free - private and not self._says_it_otherwise(tree)

    def _says_it_otherwise(self, tree: exp.Expr) -> bool:
        """Whether it calls columns of a table otherwise, a row by its name, or joins by whatever columns there are."""
        shown = _columns_named(tree)
        columns = {table.lower(): {name.lower() for name in names} for table, names in self.tables.items()}
        for table in tree.find_all(exp.Table):
            row = table.alias_or_name.lower()
            if table.alias_column_names or row in shown - columns.get(table.name.lower(), set()):
                return True
        return any(join.method == "NATURAL" for join in tree.find_all(exp.Join))


def _columns_named(tree: exp.Expr) -> set[str]:
    """Lower-case names of all columns that a statement looks at."""
    using = (name for join in tree.find_all(exp.Join) for name in join.args.get("using") or ())
    return {named.name.lower() for named in (*tree.find_all(exp.Column), *using)}
