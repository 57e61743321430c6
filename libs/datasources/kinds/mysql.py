"""MySQL and MariaDB, through aiomysql."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

import aiomysql
import pymysql
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

_ONCE_CONNECTED = (
    # No ANSI_QUOTES, PIPES_AS_CONCAT or NO_BACKSLASH_ESCAPES: the gate reads SQL as MySQL does without them.
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
    "lock_wait_timeout = 3, innodb_lock_wait_timeout = 3, SESSION transaction_read_only = 1"
)
_ON_MARIADB = _ONCE_CONNECTED.replace("transaction_read_only", "tx_read_only")
_ESTIMATES = text("SELECT TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()")
_TYPE_NAMES = text(
    "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
)
# https://mariadb.com/kb/en/mariadb-error-codes/ and https://dev.mysql.com/doc/mysql-errors/8.4/en/
_LOGIN = {1045, 1698, 1862, 2059, 3118, 3955}
_RIGHTS = {1142, 1143, 1227, 1370}
_HOST = {1129, 1130}
_TIME = {1205, 1317, 1969, 3024}
_TLS = {2026, 3159}
_ABOUT_THE_SQL = {
    1052, 1054, 1055, 1056, 1064, 1066, 1109, 1111, 1140, 1146, 1222, 1235, 1241, 1242, 1247, 1248, 1305, 1582, 1630,
}  # fmt: skip
"""Errors of syntax and names; others may quote a value."""
_GONE = {1040, 1053, 1203, 1226, 1927, 2002, 2003, 2006, 2013, 2014, 2055}


class MySQL(Kind):
    """A server, with a pool of few connections."""

    text_type = "char"

    def engine(self, access: Access, **pool: Any) -> AsyncEngine:
        """An engine whose connections begin every transaction read-only; encrypted where the server can."""
        settings = access.settings
        port = settings.port or 3306
        encrypted = ssl.create_default_context()
        encrypted.check_hostname, encrypted.verify_mode = False, ssl.CERT_NONE  # as PostgreSQL's `prefer` has it

        async def connect_to(address: str) -> aiomysql.Connection:
            async with asyncio.timeout(CONNECT_SECONDS):  # The driver's own limit ends before the server's greeting.
                return await aiomysql.connect(
                    host=address,
                    port=port,
                    user=settings.username,
                    password=access.password or "",
                    db=settings.database,
                    charset="utf8mb4",
                    local_infile=False,
                    ssl=encrypted,
                    program_name="espalier",
                )

        async def connect() -> aiomysql.Connection:
            made = await connected(await access.addresses(settings.host, port), connect_to)
            mariadb = "mariadb" in made.get_server_info().lower()
            async with made.cursor() as cursor:
                await cursor.execute(_ON_MARIADB if mariadb else _ONCE_CONNECTED)
            return made

        return create_async_engine("mysql+aiomysql://", async_creator=connect, hide_parameters=True, **pool)

    async def begin_reading(self, connection: AsyncConnection, seconds: float, _cancelled: Cancelled) -> None:
        """The time limit is the session's, and set anew for each reading."""
        await self.limit(connection, seconds)
        await connection.execute(text("START TRANSACTION READ ONLY"))

    async def limit(self, connection: AsyncConnection, seconds: float) -> None:
        """The server counts anew for each statement."""
        mariadb = getattr(connection.dialect, "is_mariadb", False)
        limit = f"max_statement_time = {seconds}" if mariadb else f"max_execution_time = {int(seconds * 1000)}"
        await connection.execute(text(f"SET SESSION {limit}"))

    async def version(self, connection: AsyncConnection) -> str:
        """Such as 10.11.19-MariaDB."""
        return str(await connection.scalar(text("SELECT VERSION()")))

    async def row_estimates(self, connection: AsyncConnection) -> dict[str, int]:
        """As the storage engine guesses."""
        rows = await connection.execute(_ESTIMATES)
        return {name: int(count) for name, count in rows if count is not None}

    async def doubtful(self, _connection: AsyncConnection, names: Collection[str]) -> Collection[str]:
        """All: privileges may come from roles, and from patterns of names."""
        return names

    def type_names(self, connection: Connection, _tables: Collection[str]) -> dict[tuple[str, str], str]:
        """Geometries, for example."""
        return {(table, column): name for table, column, name in connection.execute(_TYPE_NAMES)}

    @asynccontextmanager
    async def rows(self, connection: AsyncConnection, sql: str) -> AsyncIterator[tuple[tuple[str, ...], Fetch]]:
        """Unbuffered; a connection whose rows were not all read is thrown away: it would read them first."""
        driver: Any = (await connection.get_raw_connection()).driver_connection
        cursor = await driver.cursor(aiomysql.SSCursor)
        await cursor.execute(sql)
        try:
            yield tuple(column[0] for column in cursor.description), cursor.fetchmany
        finally:
            if driver._result is not None and driver._result.unbuffered_active:
                driver.close()
                await connection.invalidate()

    def error(self, cause: BaseException) -> DataSourceError | None:
        """By the server's numbers."""
        if not isinstance(cause, pymysql.Error):
            return None
        code = _code(cause)
        by_code: tuple[tuple[set[int], DataSourceError], ...] = (
            (_LOGIN, LoginFailed()), (_RIGHTS, NotAllowed()), (_HOST, NotAllowed("host_not_allowed")),
            ({1049}, DatabaseMissing()), ({1044}, NotAllowed("database_not_allowed")), (_TIME, TookTooLong()),
            (_TLS, CannotReach("tls")), (_GONE, CannotReach()),
        )  # fmt: skip
        known = next((meant for codes, meant in by_code if code in codes), None)
        said = cause.args[1] if len(cause.args) > 1 else cause
        return known or QueryFailed.because(said, quotes_rows=code not in _ABOUT_THE_SQL)


def _code(error: BaseException) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0
