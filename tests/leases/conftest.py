"""A database with nothing but leases."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from libs.postgres.pool import open_pool
from libs.postgres.schema import Schemas, migrate

_LEASES = Path(__file__).parents[2] / "libs" / "leases"
SCHEMAS = Schemas(core=(_LEASES / "core.sql", _LEASES / "core-turns.sql"), read=())


@pytest_asyncio.fixture(loop_scope="session")
async def pool(postgres_url: str) -> "AsyncIterator[asyncpg.Pool[Any]]":
    opened = await open_pool(postgres_url, name="leases", size=12)
    await migrate(opened, SCHEMAS)
    yield opened
    await opened.close()
