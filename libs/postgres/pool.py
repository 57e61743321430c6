"""A pool of connections to a service's own database."""

import asyncio
import time
from typing import Any, TypeAlias

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy
from pydantic import BaseModel

from libs.postgres.transient import is_transient

Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"

SEARCH_PATH = "read, core"
"""Read models first, then what is not rebuilt; a rebuild sets `<fresh copy>, core` instead."""

_COMMAND_SECONDS = 60.0
_IDLE_MILLISECONDS = "3500"
"""A process that is frozen inside a transaction keeps its locks no longer: shorter than a lease, so that its work can
be taken over."""
_RETRY_SECONDS = 0.2


async def open_pool(
    url: str,
    *,
    name: str,
    size: int = 10,
    wait: float = 30.0,
    read_models: str | None = None,
    search_path: str = SEARCH_PATH,
) -> "asyncpg.Pool[Any]":
    """A pool of at most `size` connections; waits up to `wait` seconds for a server that is still starting.

    With `read_models`, the hash of their description, it never writes read models of another description.
    """
    settings = {
        "application_name": f"espalier-{name}",
        "search_path": search_path,
        "idle_in_transaction_session_timeout": _IDLE_MILLISECONDS,
    }
    if read_models:
        settings["espalier.read_models"] = read_models
    ends = time.monotonic() + wait
    while True:
        try:
            return await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=size,
                command_timeout=_COMMAND_SECONDS,
                init=_prepare,
                reset=_leave,
                server_settings=settings,
            )
        except Exception as error:
            if not is_transient(error) or time.monotonic() > ends:
                raise
            await asyncio.sleep(_RETRY_SECONDS)


async def _prepare(connection: Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=to_json, decoder=orjson.loads, schema="pg_catalog")


async def _leave(connection: Connection) -> None:
    """Nothing of ours outlives a transaction in a session, so that asyncpg's own reset would be a wasted round trip."""
    if connection.is_in_transaction():
        await connection.reset()


def to_json(value: Any) -> str:
    """JSON text of plain values and pydantic models."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
