"""Tokens: random and opaque; only their SHA-256 is stored, and each ends by itself."""

import secrets
from collections.abc import Collection
from hashlib import sha256
from typing import Any

import asyncpg

from libs.postgres.pool import Connection
from services.gateway.accounts.shown import Session

TOKEN_SECONDS = 12 * 3600

# What was read of the account before must still be so: a login may run beside the change that shuts it out.
_ISSUE = """
INSERT INTO tokens (token_hash, account_id, expires_at)
SELECT $1, account_id, now() + make_interval(secs => $4) FROM accounts
WHERE account_id = $2 AND password_hash = $3 AND active FOR SHARE
RETURNING true
"""
_OWNER = """
SELECT account_id, username, role, active, coalesce(last_used_at < now() - interval '1 minute', true) AS unnoted
FROM tokens JOIN accounts USING (account_id) WHERE token_hash = $1 AND expires_at > now() AND active
"""
_VALID = """
SELECT token_hash FROM tokens JOIN accounts USING (account_id)
WHERE token_hash = ANY($1) AND expires_at > now() AND active
"""
_NOTE = "UPDATE tokens SET last_used_at = now() WHERE token_hash = $1"
_LIST = """
SELECT token_id AS id, created_at, expires_at, last_used_at, token_hash = $2 AS current FROM tokens
WHERE account_id = $1 AND expires_at > now() ORDER BY created_at, token_id LIMIT $3 OFFSET $4
"""
_COUNT = "SELECT count(*) FROM tokens WHERE account_id = $1 AND expires_at > now()"
_END = "DELETE FROM tokens WHERE account_id = $1 AND token_id = $2 RETURNING true"
_END_ALL = "DELETE FROM tokens WHERE account_id = $1 AND token_hash <> $2"


class Tokens:
    """The tokens in the gateway's database."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def issue(self, account_id: str, password_hash: str) -> str | None:
        """A new token; None when the account was closed, or its password changed, since `password_hash` was read."""
        token = secrets.token_urlsafe(32)
        issued = await self._pool.fetchval(_ISSUE, _hashed(token), account_id, password_hash, float(TOKEN_SECONDS))
        return token if issued else None

    async def owner(self, token: str) -> dict[str, Any] | None:
        """The account whose token it is; None when it is unknown or over. Its use is noted once a minute at most."""
        row = await self._pool.fetchrow(_OWNER, _hashed(token))
        if row is None:
            return None
        found = dict(row)
        if found.pop("unnoted"):
            await self._pool.execute(_NOTE, _hashed(token))
        return found

    async def valid(self, tokens: Collection[str]) -> set[str]:
        """Those of `tokens` that are known, not over, and of open accounts."""
        by_hash = {_hashed(token): token for token in tokens}
        return {by_hash[row["token_hash"]] for row in await self._pool.fetch(_VALID, list(by_hash))}

    async def page(self, account_id: str, current: str, size: int, offset: int) -> tuple[list[Session], int]:
        """A page of an account's tokens, never themselves: ids, times, which one is `current`; and how many in all."""
        rows = await self._pool.fetch(_LIST, account_id, _hashed(current), size, offset)
        return [Session(**row) for row in rows], await self._pool.fetchval(_COUNT, account_id)

    async def end(self, connection: Connection, account_id: str, token_id: str) -> bool:
        """End a token of an account; False when it has none of this id."""
        return bool(await connection.fetchval(_END, account_id, token_id))

    async def end_current(self, token: str) -> None:
        """End a token at once."""
        await self._pool.execute("DELETE FROM tokens WHERE token_hash = $1", _hashed(token))

    async def end_all(self, connection: Connection, account_id: str, keep: str = "") -> None:
        """End the tokens of an account, but for the one to keep."""
        await connection.execute(_END_ALL, account_id, _hashed(keep))


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
