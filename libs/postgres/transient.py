"""Errors that pass by themselves, and trying again while they last."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

T = TypeVar("T")

_TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # Of a connection whose end was said by the server, but not yet read.
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    OSError,  # Also a name that is not found at the moment, and a name whose addresses all refuse.
)
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""All that a database raises that does not do what it is asked, or not in time; only for what may be left undone."""

_FIRST_SECONDS, _LONGEST_SECONDS = 0.05, 2.0


def is_transient(error: BaseException) -> bool:
    """True for a lost connection, a starting or full server, a deadlock: what the same call may survive later."""
    return isinstance(error, _TRANSIENT) and not isinstance(error, asyncpg.exceptions.InterfaceWarning)


async def retrying(operation: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Run `operation` until it succeeds, with growing pauses; what is not transient, or lasts too long, is raised."""
    ends, pause = time.monotonic() + seconds, _FIRST_SECONDS
    while True:
        try:
            return await operation()
        except Exception as error:
            if not is_transient(error) or time.monotonic() + pause > ends:
                raise
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, no secret
        pause = min(pause * 2, _LONGEST_SECONDS)
