"""What tells one kind of database from another; all else in libs/datasources is the same for every kind."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from libs.datasources.errors import DataSourceError
from libs.events.catalog import DataSourceSettings

CONNECT_SECONDS = 8.0

Cancelled: TypeAlias = Callable[[], bool]
Fetch: TypeAlias = Callable[[int], Awaitable[Sequence[Sequence[Any]]]]
"""The next rows, so many at most; none when there are no more."""


@dataclass(frozen=True)
class Access:
    """How to reach a database: its settings, the password in the clear, what gives the addresses that are allowed."""

    settings: DataSourceSettings
    password: str | None
    addresses: Callable[[str, int], Awaitable[list[str]]]


class Kind(ABC):
    """One kind of database. What its driver raises is left as it is; `error` says what it means."""

    pooled = True
    """Whether connections are worth keeping."""
    text_type = "varchar"
    """What anything can be cast to so that it is text."""

    @abstractmethod
    def engine(self, access: Access, **pool: Any) -> AsyncEngine:
        """An engine whose every connection can only read; raises `DataSourceError` for what is never going to work."""

    @abstractmethod
    async def begin_reading(self, connection: AsyncConnection, seconds: float, cancelled: Cancelled) -> None:
        """Begin a read-only transaction in which a statement lasts `seconds` at most."""

    @abstractmethod
    async def limit(self, connection: AsyncConnection, seconds: float) -> None:
        """From now on in this transaction, let a statement last `seconds` at most."""

    @abstractmethod
    async def version(self, connection: AsyncConnection) -> str:
        """The version of the server."""

    @abstractmethod
    def error(self, cause: BaseException) -> DataSourceError | None:
        """What an error of the driver means; None when it is none of its."""

    async def row_estimates(self, _connection: AsyncConnection) -> dict[str, int]:
        """About how many rows each table has, where the server knows without counting."""
        return {}

    async def doubtful(self, _connection: AsyncConnection, _names: Collection[str]) -> Collection[str]:
        """Those of the tables of which only trying tells whether this user can select from them now."""
        return ()

    async def serving(self, _connection: AsyncConnection) -> Collection[str]:
        """Tables that the server keeps only to make another table work."""
        return ()

    def type_names(self, _connection: Connection, _tables: Collection[str]) -> dict[tuple[str, str], str]:
        """Table and column -> the server's own name of the type, for types that SQLAlchemy does not know."""
        return {}

    def savepoint(self, _connection: AsyncConnection) -> AbstractAsyncContextManager[Any]:
        """What an error inside leaves usable: only PostgreSQL gives up the whole transaction otherwise."""
        return nullcontext()

    def rows(self, connection: AsyncConnection, sql: str) -> AbstractAsyncContextManager[tuple[tuple[str, ...], Fetch]]:
        """Run final SQL: the names of its columns, and what gives the next rows.

        A row of more than sixteen megabytes ends the query, where the server has no such limit itself.
        """
        return _streamed(connection, sql)


@asynccontextmanager
async def _streamed(connection: AsyncConnection, sql: str) -> AsyncIterator[tuple[tuple[str, ...], Fetch]]:
    # The text is final: a colon in it is no parameter.
    result = await connection.stream(text(sql.replace(":", r"\:")))
    yield tuple(result.keys()), result.fetchmany
