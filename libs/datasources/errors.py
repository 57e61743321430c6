"""What can go wrong with a user's database, as typed errors with a hint, translated from the drivers in one place.

DataSourceError
├── CannotReach      host_not_found, refused, tls
├── LoginFailed      login
├── DatabaseMissing  database_missing
├── NotAllowed       not_allowed (rights), folder_not_allowed (SQLite)
├── TookTooLong      timeout
├── QueryFailed      query_failed
├── RefusedByGate    the gate's own codes (gate.py)
└── Unreadable       unreadable (anything else; its text is not shown, it might hold a secret)
"""

import socket
import sqlite3
import ssl

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from libs.events.catalog import Language, Problem
from libs.language.catalogue import text


class DataSourceError(Exception):
    """Something about a user's database; `code` is stable, `values` fill the texts for people."""

    code = "unreadable"

    def __init__(self, code: str | None = None, **values: object) -> None:
        self.code = code or self.code
        self.values = values
        super().__init__(self.detail("en"))

    def detail(self, language: Language) -> str:
        """What happened, for people."""
        return text(f"datasource.{self.code}", language, **self.values)

    def problem(self, language: Language) -> Problem:
        """What happened and what to do, for an event."""
        hint = text(f"datasource.{self.code}.hint", language, **self.values)
        return Problem(code=self.code, detail=self.detail(language), hint=hint)


class CannotReach(DataSourceError):
    """No connection to the server."""

    code = "refused"


class LoginFailed(DataSourceError):
    """The server does not accept this user or password."""

    code = "login"


class DatabaseMissing(DataSourceError):
    """The server, or the file, has no such database."""

    code = "database_missing"


class NotAllowed(DataSourceError):
    """The user lacks rights, or the place is outside what is allowed."""

    code = "not_allowed"


class TookTooLong(DataSourceError):
    """A connection or a query passed its deadline."""

    code = "timeout"


class QueryFailed(DataSourceError):
    """The database refuses a query; `reason` is its own message about the SQL."""

    code = "query_failed"


class RefusedByGate(DataSourceError):
    """The gate does not let SQL pass; `reason` says why, `code` is stable."""

    def __init__(self, code: str, reason: str) -> None:
        self.reason = reason
        super().__init__("refused_by_gate", reason=reason)
        self.refusal = code


_BY_DRIVER: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], type[DataSourceError], str], ...] = (
    (socket.gaierror, CannotReach, "host_not_found"),
    ((asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError), LoginFailed, "login"),
    (asyncpg.InvalidCatalogNameError, DatabaseMissing, "database_missing"),
    (asyncpg.InsufficientPrivilegeError, NotAllowed, "not_allowed"),
    ((asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, TimeoutError), TookTooLong, "timeout"),
    (ssl.SSLError, CannotReach, "tls"),
    ((ConnectionError, OSError), CannotReach, "refused"),
    (asyncpg.PostgresConnectionError, CannotReach, "refused"),
)


def translated(error: BaseException) -> DataSourceError:
    """The typed error for whatever a driver or SQLAlchemy raised; no driver text about connections is kept."""
    if isinstance(error, DataSourceError):
        return error
    if isinstance(error, NoFreeConnection):
        return TookTooLong()
    for cause in _causes(error):
        for kinds, made, code in _BY_DRIVER:
            if isinstance(cause, kinds):
                return made(code)
        if isinstance(cause, sqlite3.OperationalError) and "interrupted" in str(cause):
            return TookTooLong()
        if isinstance(cause, sqlite3.OperationalError) and "unable to open" in str(cause):
            return DatabaseMissing()
        if isinstance(cause, asyncpg.PostgresError | sqlite3.Error):
            return QueryFailed(reason=str(cause).splitlines()[0][:300] if str(cause) else type(cause).__name__)
    return DataSourceError()


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it was raised from, innermost first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        original = current.orig if isinstance(current, DBAPIError) else None
        current = original or current.__cause__ or current.__context__
    return [found for found in reversed(chain) if not isinstance(found, SQLAlchemyError)]
