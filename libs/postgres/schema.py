"""The two schemas of a service's database: `core` is migrated, `read` is made anew and filled from the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import asyncpg

from libs.postgres.pool import SEARCH_PATH, Connection

_MIGRATION_LOCK = 0x45535042


class ChangedMigration(RuntimeError):
    """A file that was applied already has been edited: further changes belong into a new file."""


@dataclass(frozen=True)
class Schemas:
    """SQL files of a service: `core` files are applied once each, in order; `read` files describe the read models."""

    core: tuple[Path, ...]
    read: tuple[Path, ...]


async def migrate(pool: "asyncpg.Pool[Any]", schemas: Schemas) -> None:
    """Bring `core` up to date and make `read` when it is missing; safe when several processes start at once."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _MIGRATION_LOCK)
        await connection.execute("CREATE SCHEMA IF NOT EXISTS core")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS core.migrations (file text PRIMARY KEY, hash text NOT NULL);"
            "CREATE TABLE IF NOT EXISTS core.read_models (schema text PRIMARY KEY, hash text NOT NULL);"
            "CREATE TABLE IF NOT EXISTS core.former_read_models (hash text PRIMARY KEY)"
        )
        await connection.execute("SET LOCAL search_path = core")
        applied = {row["file"]: row["hash"] for row in await connection.fetch("SELECT file, hash FROM migrations")}
        for path in schemas.core:
            await _apply(connection, path, applied)
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'read')"):
            await create_read(connection, "read", schemas)


async def _apply(connection: Connection, path: Path, applied: dict[str, str]) -> None:
    name, text = f"{path.parent.name}/{path.name}", path.read_text()
    digest = sha256(text.encode()).hexdigest()
    if name not in applied:
        await connection.execute(text)
        await connection.execute("INSERT INTO migrations VALUES ($1, $2)", name, digest)
    elif applied[name] != digest:
        raise ChangedMigration(f"{name} was applied and has been edited since; put the change into a new file")


async def create_read(connection: Connection, schema: str, schemas: Schemas) -> None:
    """Make an empty copy of the read models in the new schema `schema`."""
    async with connection.transaction():
        await connection.execute(f"CREATE SCHEMA {schema}")
        await connection.execute(f"SET LOCAL search_path = {schema}, core")
        for path in schemas.read:
            await connection.execute(path.read_text())
        await record_read(connection, schema, schemas)
        await connection.execute(f"SET LOCAL search_path = {SEARCH_PATH}")


async def record_read(connection: Connection, schema: str, schemas: Schemas) -> None:
    """Note of which description the copy in `schema` was made; the one that `read` had is a former one then."""
    new = read_hash(schemas.read)
    if schema == "read":
        await connection.execute(
            "INSERT INTO core.former_read_models SELECT hash FROM core.read_models WHERE schema = 'read' "
            "ON CONFLICT DO NOTHING"
        )
        await connection.execute("DELETE FROM core.former_read_models WHERE hash = $1", new)
    await connection.execute(
        "INSERT INTO core.read_models VALUES ($1, $2) ON CONFLICT (schema) DO UPDATE SET hash = excluded.hash",
        schema,
        new,
    )


async def read_state(connection: Connection, schemas: Schemas) -> Literal["current", "outdated", "replaced"]:
    """Whether the read models are of this description, of an earlier one, or of one that has replaced it."""
    if await connection.fetchval("SELECT hash FROM core.read_models WHERE schema = 'read'") == read_hash(schemas.read):
        return "current"
    replaced = "SELECT EXISTS (SELECT FROM core.former_read_models WHERE hash = $1)"
    return "replaced" if await connection.fetchval(replaced, read_hash(schemas.read)) else "outdated"


def read_hash(files: Sequence[Path]) -> str:
    """The hash of a description of read models."""
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
