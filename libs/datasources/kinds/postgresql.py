"""PostgreSQL, through asyncpg."""

from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from libs.datasources.addresses import connected
from libs.datasources.errors import (
    CannotReach,
    DatabaseMissing,
    DataSourceError,
    LoginFailed,
    NotAllowed,
    QueryFailed,
    TookTooLong,
)
from libs.datasources.kinds.base import CONNECT_SECONDS, Access, Cancelled, Fetch, Kind

_SERVER_SETTINGS = {
    "application_name": "espalier",
    "default_transaction_read_only": "on",
    "idle_in_transaction_session_timeout": "60000",
    "lock_timeout": "3000",
    "standard_conforming_strings": "on",  # the gate reads a backslash as a backslash
}
_TYPE_NAMES = text(
    "SELECT relname, attname, format_type(atttypid, atttypmod) FROM pg_attribute "
    "JOIN pg_class ON pg_class.oid = attrelid WHERE relname = ANY (:tables) AND attnum > 0 "
    "AND pg_table_is_visible(pg_class.oid)"
)
_ABOUT_THE_SQL = "42"
"""The class of errors of syntax, names and types; those of others were made by a value."""
_MOST_ROW_BYTES = 16_000_000
# A row that is too large is an error that says so: a driver would take a value of a gigabyte as it comes.
_BOUNDED = """
SELECT espalier_row.*, CASE WHEN octet_length(espalier_row::text) > {most}
    THEN CAST('a row larger than {most} bytes' || left(espalier_row::text, 0) AS integer) END
FROM ({sql}) AS espalier_row
"""
_ESTIMATES = text("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind IN ('r', 'p') AND reltuples >= 0")
# Who waits for a table to be his alone keeps others from reading it, too.
_DOUBTFUL = text("""
SELECT name FROM unnest(CAST(:names AS text[])) AS name, to_regclass(quote_ident(name)) AS table_id
WHERE NOT has_table_privilege(table_id, 'SELECT') OR table_id IN (
    SELECT relation FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND mode = 'AccessExclusiveLock')
""")


class PostgreSQL(Kind):
    """A server, with a pool of few connections."""

    def engine(self, access: Access, **pool: Any) -> AsyncEngine:
        """An engine whose connections begin every transaction read-only."""
        settings = access.settings
        port = settings.port or 5432

        async def connect() -> "asyncpg.Connection[Any]":
            return await connected(
                await access.addresses(settings.host, port),
                lambda address: asyncpg.connect(
                    host=address,
                    port=port,
                    user=settings.username or None,
                    password=access.password or "",
                    database=settings.database,
                    timeout=CONNECT_SECONDS,
                    command_timeout=120,
                    server_settings=_SERVER_SETTINGS,
                ),
            )

        return create_async_engine("postgresql+asyncpg://", async_creator=connect, hide_parameters=True, **pool)

    async def begin_reading(self, connection: AsyncConnection, seconds: float, _cancelled: Cancelled) -> None:
        """Both for this transaction only."""
        await connection.execute(text("SET TRANSACTION READ ONLY"))
        await self.limit(connection, seconds)

    async def limit(self, connection: AsyncConnection, seconds: float) -> None:
        """The server counts anew for each statement."""
        await connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))

    async def version(self, connection: AsyncConnection) -> str:
        """Such as 18.0."""
        return str(await connection.scalar(text("SHOW server_version")))

    async def row_estimates(self, connection: AsyncConnection) -> dict[str, int]:
        """As of the last ANALYZE."""
        return {name: int(count) for name, count in await connection.execute(_ESTIMATES)}

    async def doubtful(self, connection: AsyncConnection, names: Collection[str]) -> Collection[str]:
        """Those that this user has no privilege for, and those that somebody else has for himself."""
        return {name for (name,) in await connection.execute(_DOUBTFUL, {"names": list(names)})}

    def type_names(self, connection: Connection, tables: Collection[str]) -> dict[tuple[str, str], str]:
        """Extensions' types and domains too."""
        rows = connection.execute(_TYPE_NAMES, {"tables": sorted(tables)})
        return {(table, column): name for table, column, name in rows}

    def savepoint(self, connection: AsyncConnection) -> AbstractAsyncContextManager[Any]:
        """A savepoint."""
        return connection.begin_nested()

    @asynccontextmanager
    async def rows(self, connection: AsyncConnection, sql: str) -> AsyncIterator[tuple[tuple[str, ...], Fetch]]:
        """With a cursor of the driver's: SQLAlchemy would get fifty rows at a time, however heavy."""
        driver: Any = (await connection.get_raw_connection()).driver_connection
        statement = await driver.prepare(_BOUNDED.format(sql=sql, most=_MOST_ROW_BYTES))
        names = tuple(attribute.name for attribute in statement.get_attributes())[:-1]
        cursor = await statement.cursor()

        async def fetch(count: int) -> list[tuple[Any, ...]]:
            return [tuple(row)[:-1] for row in await cursor.fetch(count)]

        yield names, fetch

    def error(self, cause: BaseException) -> DataSourceError | None:
        """By asyncpg's types."""
        match cause:
            case asyncpg.InvalidAuthorizationSpecificationError() if "pg_hba.conf" in str(cause):
                return NotAllowed("host_not_allowed")
            case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
                return LoginFailed()
            case asyncpg.InvalidCatalogNameError():
                return DatabaseMissing()
            case asyncpg.InsufficientPrivilegeError():
                return NotAllowed()
            case asyncpg.QueryCanceledError() | asyncpg.LockNotAvailableError():
                return TookTooLong()
            case asyncpg.PostgresConnectionError() | asyncpg.TooManyConnectionsError():
                return CannotReach()
            case asyncpg.CannotConnectNowError() | asyncpg.AdminShutdownError() | asyncpg.CrashShutdownError():
                return CannotReach()
            case asyncpg.PostgresError():
                return QueryFailed.because(cause, quotes_rows=not (cause.sqlstate or "").startswith(_ABOUT_THE_SQL))
        return None
