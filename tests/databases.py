"""Databases of tests: empty ones, and copies of a service's own that were made from its SQL files once."""

import asyncpg

from deploy.local.postgres import create_database, database_url
from libs.postgres.pool import open_pool
from libs.postgres.schema import Schemas, migrate, read_hash

_TEMPLATES_LOCK = 0x74657374
_A_COPY_OF_ITS_OWN = "UPDATE read.copy SET name = replace(gen_random_uuid()::text, '-', '')"


async def create(server_url: str, name: str, schemas: Schemas | None) -> str:
    """Create the database `name`, with what `schemas` describe if any; gives its URL."""
    if schemas is None:
        return await create_database(server_url, name)
    connection = await asyncpg.connect(server_url)
    try:
        template = await _template(connection, server_url, schemas)
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()
    url = database_url(server_url, name)
    if schemas.read:
        made = await asyncpg.connect(url)
        await made.execute(_A_COPY_OF_ITS_OWN)
        await made.close()
    return url


async def drop(server_url: str, name: str) -> None:
    """Drop the database `name`, whoever is connected to it."""
    connection = await asyncpg.connect(server_url)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()


async def _template(connection: "asyncpg.Connection[asyncpg.Record]", server_url: str, schemas: Schemas) -> str:
    """Give the name of a database that was migrated with `schemas`; the first process that asks makes it."""
    name = f"template_{read_hash((*schemas.core, *schemas.read))[:16]}"
    await connection.execute("SELECT pg_advisory_lock($1)", _TEMPLATES_LOCK)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
            await drop(server_url, unfinished := f"{name}_unfinished")
            async with await open_pool(await create_database(server_url, unfinished), name="template") as pool:
                await migrate(pool, schemas)
            await connection.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _TEMPLATES_LOCK)
    return name
