"""Opens users' databases read-only, with small pools and timeouts, once per version of a data source."""

import asyncio
import sqlite3
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from libs.datasources.errors import DatabaseMissing, NotAllowed, translated
from libs.datasources.secrets import SecretBox
from libs.events.catalog import DataSourceSettings

_MOST_OPEN = 64
_POOL_SIZE = 2
_CONNECT_SECONDS = 8.0
_CLOSE_SECONDS = 5.0
_PROGRESS_STEPS = 2_000
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_PRAGMAS = frozenset(
    {"table_info", "table_xinfo", "foreign_key_list", "index_list", "index_info", "index_xinfo", "table_list"}
)


@dataclass(frozen=True)
class Limits:
    """What one query may take."""

    rows: int = 1_000
    bytes: int = 2_000_000
    seconds: float = 15.0


class Connections:
    """The open databases of a process; an older version of a data source is closed when a newer one is opened."""

    def __init__(self, secrets: SecretBox, sqlite_folders: Sequence[Path] = ()) -> None:
        self._secrets = secrets
        self._folders = tuple(folder.resolve() for folder in sqlite_folders)
        self._engines: OrderedDict[str, tuple[int, AsyncEngine]] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    async def engine(self, datasource_id: str, version: int, settings: DataSourceSettings) -> AsyncEngine:
        """The pool of a data source; raises `DataSourceError` for a path or password that cannot be used."""
        known = self._engines.get(datasource_id)
        if known and known[0] >= version:
            self._engines.move_to_end(datasource_id)
            return known[1]
        engine = self._pooled(settings)
        self._engines[datasource_id] = (version, engine)
        self._engines.move_to_end(datasource_id)
        if known:
            self._dispose(known[1])
        while len(self._engines) > _MOST_OPEN:
            _, (_, oldest) = self._engines.popitem(last=False)
            self._dispose(oldest)
        return engine

    def unpooled(self, settings: DataSourceSettings) -> AsyncEngine:
        """An engine that keeps no connection: for testing settings that may never be used again."""
        return self._make(settings, poolclass=NullPool)

    def _pooled(self, settings: DataSourceSettings) -> AsyncEngine:
        if settings.kind == "sqlite":
            return self._make(settings, poolclass=NullPool)
        return self._make(
            settings,
            pool_size=_POOL_SIZE,
            max_overflow=4,
            pool_pre_ping=True,
            pool_recycle=600,
            pool_timeout=_CONNECT_SECONDS,
        )

    def _make(self, settings: DataSourceSettings, **pool: Any) -> AsyncEngine:
        if settings.kind == "sqlite":
            return self._sqlite(settings, pool)
        password = self._secrets.decrypt(settings.password_ciphertext) if settings.password_ciphertext else None
        url = URL.create(
            "postgresql+asyncpg",
            username=settings.username or None,
            password=password,
            host=settings.host,
            port=settings.port or 5432,
            database=settings.database,
        )
        server = {
            "application_name": "espalier",
            "default_transaction_read_only": "on",
            "idle_in_transaction_session_timeout": "60000",
            "lock_timeout": "3000",
            "standard_conforming_strings": "on",  # the gate reads a backslash as a backslash
        }
        connect = {"timeout": _CONNECT_SECONDS, "command_timeout": 120, "server_settings": server}
        return create_async_engine(url, connect_args=connect, hide_parameters=True, **pool)

    def _sqlite(self, settings: DataSourceSettings, pool: dict[str, Any]) -> AsyncEngine:
        path = Path(settings.database).resolve()
        if not any(path.is_relative_to(folder) for folder in self._folders):
            raise NotAllowed("folder_not_allowed")
        if not path.is_file():
            raise DatabaseMissing
        # Quoted: a `?` or `#` in a file's name would end the path and with it the read-only mode.
        url = URL.create("sqlite+aiosqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
        engine = create_async_engine(url, connect_args={"timeout": 3.0}, hide_parameters=True, **pool)
        event.listen(engine.sync_engine, "connect", _restrict_sqlite)
        return engine

    async def close(self) -> None:
        """Close all."""
        for _, engine in self._engines.values():
            self._dispose(engine)
        self._engines.clear()
        await asyncio.gather(*self._closing)

    def _dispose(self, engine: AsyncEngine) -> None:
        """Close its connections in the background: a server that vanished would keep everybody else waiting."""
        task = asyncio.create_task(_closed(engine), name="close a data source")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _closed(engine: AsyncEngine) -> None:
    for _ in range(_POOL_SIZE):  # A deadline that passes gives up one connection; the next try goes on with the others.
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await engine.dispose()


def _restrict_sqlite(connection: Any, _record: Any) -> None:
    """Allow a connection to SQLite nothing but reading, whatever text reaches it."""
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


@asynccontextmanager
async def reading(engine: AsyncEngine, seconds: float) -> AsyncIterator[AsyncConnection]:
    """A read-only transaction that lasts at most `seconds`; every error in it comes out as a `DataSourceError`."""
    task = asyncio.current_task()
    cancelled_before = task.cancelling() if task else 0

    def cancelled() -> bool:
        return task is not None and task.cancelling() > cancelled_before

    try:
        async with asyncio.timeout(seconds + _CONNECT_SECONDS), engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(text("SET TRANSACTION READ ONLY"))
                await connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
            else:
                raw = await connection.get_raw_connection()
                _limit_sqlite(raw.driver_connection._conn, seconds, cancelled)  # type: ignore[union-attr]
            yield connection
    except Exception as error:
        if cancelled():
            raise asyncio.CancelledError from error  # stopping ended in an error, but it was asked for
        raise translated(error) from error


def _limit_sqlite(raw: sqlite3.Connection, seconds: float, stopped: Callable[[], bool]) -> None:
    """SQLite has no statement timeout of its own: it asks us every so many steps, also whether we were cancelled.

    Its thread would otherwise run on, and closing would wait for it.
    """
    ends = time.monotonic() + seconds
    raw.set_progress_handler(lambda: int(time.monotonic() > ends or stopped()), _PROGRESS_STEPS)
