"""A query service's database and vectors, without Kafka: events are handed to its handlers directly."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from libs.events.catalog import Event
from libs.events.checksum import checksum
from libs.events.projection import Handlers
from libs.postgres.pool import open_pool
from libs.postgres.schema import Schemas, create_read, migrate
from services.query.knowledge.vectors import Vectors
from services.query.questions.handlers import handlers
from services.query.schemas import SCHEMAS
from tests.query.knowledge_events import received


@dataclass
class Query:
    """The service's parts under test."""

    pool: "asyncpg.Pool[Any]"
    vectors: Vectors
    handlers: Handlers

    async def project(self, *events: Event, schema: str = "read") -> None:
        await self.project_batch(events, schema)

    async def project_batch(self, events: Sequence[Event], schema: str = "read") -> None:
        async with self.pool.acquire() as connection:
            await connection.execute(f"SET search_path = {schema}, core")
            try:
                async with connection.transaction():
                    await self.handlers.apply_projections(connection, [received(event) for event in events])
            finally:
                await connection.execute("SET search_path = read, core")

    async def fresh_copy(self, schema: str) -> None:
        async with self.pool.acquire() as connection:
            await create_read(connection, schema, SCHEMAS)

    async def drop_copy(self, schema: str) -> None:
        await self.vectors.drop(await self.copy(schema))
        await self.pool.execute(f"DROP SCHEMA {schema} CASCADE")

    async def copy(self, schema: str = "read") -> str:
        name: str = await self.pool.fetchval(f"SELECT name FROM {schema}.copy")
        return name

    async def state(self, schema: str = "read") -> tuple[str, str]:
        """Checksums of the rows and of the vectors."""
        async with self.pool.acquire() as connection:
            rows = await checksum(connection, schema)
        return rows, await self.vectors.digest(await self.copy(schema))


@pytest.fixture
def schemas() -> Schemas:
    """Give the service's own: its database is a copy of one that was migrated."""
    return SCHEMAS


@pytest_asyncio.fixture(loop_scope="session")
async def query(postgres_url: str, chroma_url: str) -> AsyncIterator[Query]:
    pool = await open_pool(postgres_url, name="query-test")
    await migrate(pool, SCHEMAS)
    vectors = await Vectors.connect(chroma_url)
    made = Query(pool, vectors, handlers(vectors))
    yield made
    await vectors.drop(await made.copy())
    await pool.close()
