"""Accounts and tokens. A token is random and opaque; only its SHA-256 is stored, and it ends by itself."""

import asyncio
import math
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from libs.events.ids import new_id

TOKEN_SECONDS = 12 * 3600
_FREE_FAILURES = 5
_LONGEST_WAIT = 300

_PAUSE = "make_interval(secs => least(2 ^ least(f.failures - $2, 30), $3))"
_TRY = f"""
INSERT INTO login_failures AS f VALUES ($1, 1, now()) ON CONFLICT (username) DO UPDATE
SET failures = f.failures + 1, failed_at = now() WHERE f.failures < $2 OR now() >= f.failed_at + {_PAUSE}
RETURNING failures
"""
_WAIT = f"""
SELECT extract(epoch FROM f.failed_at + {_PAUSE} - now())::float FROM login_failures AS f WHERE username = $1
"""

Role = Literal["admin", "member"]

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's second choice for Argon2id
_NOBODY = _hasher.hash("nobody has this password")


@dataclass(frozen=True)
class Account:
    """Who is asking."""

    account_id: str
    username: str
    role: Role


class LoginSlowedDown(Exception):
    """Too many failed logins; another try is possible in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class Accounts:
    """The accounts in the gateway's database."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def create(self, username: str, password: str, role: Role) -> Account | None:
        """A new account; None when the name is taken."""
        hashed = await asyncio.to_thread(_hasher.hash, password)
        row = await self._pool.fetchrow(
            "INSERT INTO accounts (account_id, username, password_hash, role) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (username) DO NOTHING RETURNING account_id, username, role",
            new_id(),
            username,
            hashed,
            role,
        )
        return Account(**row) if row else None

    async def all(self) -> list[Account]:
        """Every account, oldest first."""
        rows = await self._pool.fetch("SELECT account_id, username, role FROM accounts ORDER BY created_at")
        return [Account(**row) for row in rows]

    async def login(self, username: str, password: str) -> str | None:
        """A new token; None when name or password are wrong; raises `LoginSlowedDown` after too many failures."""
        # Counted as failed before it is tried: of many at once only the allowed number gets a guess.
        if not await self._pool.fetchval(_TRY, username[:200], _FREE_FAILURES, _LONGEST_WAIT):
            raise LoginSlowedDown(await self._wait(username))
        row = await self._pool.fetchrow("SELECT account_id, password_hash FROM accounts WHERE username = $1", username)
        # An unknown name costs the same time as a wrong password, so that names cannot be guessed.
        right = await asyncio.to_thread(_verify, row["password_hash"] if row else _NOBODY, password)
        if row is None or not right:
            return None
        await self._pool.execute("DELETE FROM login_failures WHERE username = $1", username[:200])
        token = secrets.token_urlsafe(32)
        await self._pool.execute(
            "INSERT INTO tokens VALUES ($1, $2, now() + make_interval(secs => $3))",
            _hashed(token),
            row["account_id"],
            float(TOKEN_SECONDS),
        )
        return token

    async def of_token(self, token: str) -> Account | None:
        """Whose token it is; None when it is unknown or over."""
        row = await self._pool.fetchrow(
            "SELECT account_id, username, role FROM tokens JOIN accounts USING (account_id) "
            "WHERE token_hash = $1 AND expires_at > now()",
            _hashed(token),
        )
        return Account(**row) if row else None

    async def valid(self, tokens: Collection[str]) -> set[str]:
        """Those of `tokens` that are known and not over."""
        by_hash = {_hashed(token): token for token in tokens}
        query = "SELECT token_hash FROM tokens WHERE token_hash = ANY($1) AND expires_at > now()"
        return {by_hash[row["token_hash"]] for row in await self._pool.fetch(query, list(by_hash))}

    async def logout(self, token: str) -> None:
        """End a token at once."""
        await self._pool.execute("DELETE FROM tokens WHERE token_hash = $1", _hashed(token))

    async def _wait(self, username: str) -> int:
        seconds = await self._pool.fetchval(_WAIT, username[:200], _FREE_FAILURES, _LONGEST_WAIT)
        return max(1, math.ceil(seconds or 0))


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (Argon2Error, InvalidHashError):
        return False


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
