"""A checksum of read models, to show that a rebuilt copy equals the live one."""

from hashlib import sha256

from libs.postgres.pool import Connection

_NOT_STATE = ("copy", "offsets")
"""Tables that tell about the copy itself rather than what it knows."""


async def checksum(connection: Connection, schema: str = "read") -> str:
    """SHA-256 over every row of every table of `schema`, whatever order they lie in."""
    tables = await connection.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = $1 AND table_type = 'BASE TABLE' "
        "AND table_name <> ALL($2) ORDER BY table_name",
        schema,
        list(_NOT_STATE),
    )
    digest = sha256()
    for (table,) in tables:
        rows = await connection.fetchval(
            f"SELECT string_agg(row_hash, '' ORDER BY row_hash COLLATE \"C\") "
            f'FROM (SELECT md5(t::text) AS row_hash FROM "{schema}"."{table}" AS t) AS hashes'
        )
        digest.update(f"{table}:{rows or ''}\n".encode())
    return digest.hexdigest()
