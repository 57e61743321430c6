"""SQLite files: opened read-only, with an authorizer that lets nothing but reading happen."""

import sqlite3
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from libs.datasources.errors import DatabaseMissing, DataSourceError, QueryFailed, TookTooLong
from libs.datasources.kinds.base import Access, Cancelled, Kind

_PROGRESS_STEPS = 2_000
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_PRAGMAS = frozenset(
    {"table_info", "table_xinfo", "foreign_key_list", "index_list", "index_info", "index_xinfo", "table_list"}
)
_VIRTUAL = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL %'")
_SHADOWS = text("PRAGMA table_list")


class SQLite(Kind):
    """The settings' database is the path of a file; whether it may be opened is for libs.datasources.open to say."""

    pooled = False

    def engine(self, access: Access, **pool: Any) -> AsyncEngine:
        """An engine on the file; raises `DatabaseMissing`."""
        path = Path(access.settings.database).resolve()
        if not path.is_file():
            raise DatabaseMissing
        # Quoted: a `?` or `#` in a file's name would end the path and with it the read-only mode.
        url = URL.create("sqlite+aiosqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
        engine = create_async_engine(url, connect_args={"timeout": 3.0}, hide_parameters=True, **pool)
        event.listen(engine.sync_engine, "connect", _restrict)
        return engine

    async def begin_reading(self, connection: AsyncConnection, seconds: float, cancelled: Cancelled) -> None:
        """SQLite has no statement timeout of its own."""
        connection.info["cancelled"] = cancelled
        await self.limit(connection, seconds)

    async def limit(self, connection: AsyncConnection, seconds: float) -> None:
        """All that is done until the next limit counts."""
        raw = await connection.get_raw_connection()
        _limit(raw.driver_connection._conn, seconds, connection.info["cancelled"])  # type: ignore[union-attr]

    async def version(self, connection: AsyncConnection) -> str:
        """The version of the library that reads the file."""
        return str(await connection.scalar(text("SELECT sqlite_version()")))

    async def doubtful(self, connection: AsyncConnection, names: Collection[str]) -> Collection[str]:
        """Virtual tables: most of them do more than read when they are opened, which is not allowed."""
        return {name for (name,) in await connection.execute(_VIRTUAL)}.intersection(names)

    async def serving(self, connection: AsyncConnection) -> Collection[str]:
        """The shadow tables that virtual ones keep their content in."""
        return {row.name for row in await connection.execute(_SHADOWS) if row.type == "shadow"}

    def error(self, cause: BaseException) -> DataSourceError | None:
        """By the text: SQLite's codes are the same for many things."""
        if isinstance(cause, sqlite3.OperationalError) and "interrupted" in str(cause):
            return TookTooLong()
        if isinstance(cause, sqlite3.OperationalError) and "unable to open" in str(cause):
            return DatabaseMissing()
        # It names columns and functions; of values it quotes only a path of JSON.
        of_sqlite = isinstance(cause, sqlite3.Error)
        return QueryFailed.because(cause, quotes_rows="JSON" in str(cause)) if of_sqlite else None


def _restrict(connection: Any, _record: Any) -> None:
    """Allow a connection nothing but reading, whatever text reaches it."""
    raw: sqlite3.Connection = connection.driver_connection._conn
    raw.execute("PRAGMA query_only = ON")
    raw.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 16_000_000)
    raw.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    if action in _READING:
        refused = action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in {"load_extension", "readfile", "edit"}
        return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if (first or "").lower() in _PRAGMAS else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action == sqlite3.SQLITE_TRANSACTION else sqlite3.SQLITE_DENY


def _limit(raw: sqlite3.Connection, seconds: float, stopped: Callable[[], bool]) -> None:
    """SQLite asks us every so many steps whether to go on, also whether we were cancelled.

    Its thread would otherwise run on, and closing would wait for it.
    """
    ends = time.monotonic() + seconds
    raw.set_progress_handler(lambda: int(time.monotonic() > ends or stopped()), _PROGRESS_STEPS)
