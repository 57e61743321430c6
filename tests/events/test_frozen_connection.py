"""A process that stood still finds its connection ended by the server: that passes, and no event is refused for it."""

import asyncio
import threading

import asyncpg
import pytest

from libs.postgres.pool import open_pool
from libs.postgres.transient import is_transient

_TERMINATE = "SELECT pg_terminate_backend($1, 10000)"
"""Waits until the connection is ended."""


async def _terminate(url: str, pid: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(_TERMINATE, pid)
    await connection.close()


@pytest.mark.parametrize("turns", range(4))
async def test_what_a_connection_raises_that_ended_while_its_process_was_frozen_is_transient(
    postgres_url: str, turns: int
) -> None:
    pool = await open_pool(postgres_url, name="frozen")
    async with pool.acquire() as connection:
        pid = connection.get_server_pid()
        ending = threading.Thread(target=lambda: asyncio.run(_terminate(postgres_url, pid)))
        ending.start()
        ending.join()  # This loop stands still meanwhile, as that of a frozen process does.
        for _ in range(turns):  # What the server said may have been read, and its hanging up not yet.
            await asyncio.sleep(0)
        with pytest.raises(Exception) as raised:
            await connection.fetchval("SELECT 1")
    assert is_transient(raised.value), type(raised.value)
    assert await pool.fetchval("SELECT 1") == 1
    await pool.close()
