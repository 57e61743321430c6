"""The one place where errors of drivers become ours."""

import socket
import ssl

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from libs.datasources.errors import CannotReach, DataSourceError, TookTooLong
from libs.datasources.kinds import KINDS


def translated(error: BaseException, *, connecting: bool = False) -> DataSourceError:
    """The typed error for whatever a driver or SQLAlchemy raised; no driver text about connections is kept.

    What takes too long while `connecting` is a server that does not answer at all, not a query that asks for much.
    """
    if isinstance(error, DataSourceError):
        return error
    if isinstance(error, NoFreeConnection):
        return TookTooLong()
    for cause in _causes(error):
        if connecting and isinstance(cause, TimeoutError):
            return CannotReach("connect_timeout")
        if meant := _of_network(cause) or next(filter(None, (kind.error(cause) for kind in KINDS.values())), None):
            return meant
    return DataSourceError()


def _of_network(cause: BaseException) -> DataSourceError | None:
    match cause:
        case DataSourceError():
            return cause
        case socket.gaierror():
            return CannotReach("host_not_found")
        case TimeoutError():
            return TookTooLong()
        case ssl.SSLError():
            return CannotReach("tls")
        case OSError():
            return CannotReach()
    return None


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it was raised from, innermost first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        original = current.orig if isinstance(current, DBAPIError) else None
        current = original or current.__cause__ or current.__context__
    return [found for found in reversed(chain) if not isinstance(found, SQLAlchemyError)]
