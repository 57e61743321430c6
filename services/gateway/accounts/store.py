"""Accounts: who may sign in, with which password, and what they may do."""

import math
from typing import Any

import asyncpg

from libs.events.catalog import Role
from libs.events.ids import new_id
from libs.postgres.pool import Connection
from libs.runtime.clock import now
from services.gateway.accounts.decider import Account, LastAdministrator, changes, decide_change
from services.gateway.accounts.passwords import hashed, verified
from services.gateway.accounts.tokens import TOKEN_SECONDS, Tokens
from services.gateway.audit.acts import SYSTEM, Act
from services.gateway.audit.note import note

__all__ = ["TOKEN_SECONDS", "Account", "Accounts", "LastAdministrator", "LoginSlowedDown", "Role"]

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
# All administrators too, always in one order: of two that shut each other out, the second sees what the first did.
_LOCK = """
SELECT account_id, username, role, active FROM accounts
WHERE account_id = $1 OR (role = 'admin' AND active) ORDER BY account_id FOR UPDATE
"""
_PAGE = """
SELECT account_id, username, role, active FROM accounts ORDER BY created_at, account_id LIMIT $1 OFFSET $2
"""
_CREATE = """
INSERT INTO accounts (account_id, username, password_hash, role) VALUES ($1, $2, $3, $4)
ON CONFLICT (username) DO NOTHING RETURNING account_id, username, role, active
"""
_CHANGE = "UPDATE accounts SET active = $2, role = $3 WHERE account_id = $1"
# Writes something of an unknown name too, so that the time that passes does not tell which names there are.
_NOTE_GUESSES = """
WITH noted AS (UPDATE login_failures SET failed_at = now() WHERE username = $1)
INSERT INTO acts SELECT $2, now(), '', 'account.login_slowed_down', account_id, NULL, username
FROM accounts WHERE username = $1
"""
_CHANGE_HASH = """
UPDATE accounts SET password_hash = $3 WHERE account_id = $1 AND password_hash = $2 AND active RETURNING true
"""


class LoginSlowedDown(Exception):
    """Too many wrong passwords; another try is possible in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class Accounts:
    """The accounts in the gateway's database, and their `tokens`."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool
        self.tokens = Tokens(pool)

    async def create(self, username: str, password: str, role: Role, who: str = SYSTEM) -> Account | None:
        """A new account, made by `who`; None when the name is taken."""
        made = await hashed(password)
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(_CREATE, new_id(), username, made, role)
            if row is None:
                return None
            account = Account(**row)
            await _note(connection, who, "account.created", account)
        return account

    async def page(self, size: int, offset: int) -> tuple[list[Account], int]:
        """A page of the accounts, oldest first, and how many there are in all."""
        rows = await self._pool.fetch(_PAGE, size, offset)
        return [Account(**row) for row in rows], await self._pool.fetchval("SELECT count(*) FROM accounts")

    async def change(
        self, account_id: str, active: bool | None, role: Role | None, who: str = SYSTEM
    ) -> Account | LastAdministrator | None:
        """Open or close an account, or give it another role; closing ends its tokens. None when there is none."""
        async with self._pool.acquire() as connection, connection.transaction():
            found = {row["account_id"]: Account(**row) for row in await connection.fetch(_LOCK, account_id)}
            if account_id not in found:
                return None
            before = found[account_id]
            administrators = sum(account.administers for account in found.values())
            after = decide_change(before, administrators, active, role)
            if isinstance(after, Account):
                await connection.execute(_CHANGE, account_id, after.active, after.role)
                for change in changes(before, after):
                    await _note(connection, who, change, after)
                if not after.active:
                    await self.tokens.end_all(connection, account_id)
        return after

    async def login(self, username: str, password: str) -> str | None:
        """A new token; None when name or password are wrong; raises `LoginSlowedDown` after too many failures."""
        row = await self._checked(username, password)
        return await self.tokens.issue(row["account_id"], row["password_hash"]) if row else None

    async def change_password(self, account: Account, old: str, new: str, token: str) -> bool:
        """Change the password and end all tokens but `token`; False when `old` is not the password.

        Raises `LoginSlowedDown`: who has got hold of a token gets no more guesses than somebody without.
        """
        row = await self._checked(account.username, old)
        if row is None:
            return False
        made = await hashed(new)
        async with self._pool.acquire() as connection, connection.transaction():
            changed = await connection.fetchval(_CHANGE_HASH, account.account_id, row["password_hash"], made)
            if changed:
                await self.tokens.end_all(connection, account.account_id, keep=token)
                await _note(connection, account.account_id, "account.password_changed", account)
        return bool(changed)

    async def end_token(self, account: Account, token_id: str) -> bool:
        """End a token of an account; False when it has none of this id."""
        async with self._pool.acquire() as connection, connection.transaction():
            ended = await self.tokens.end(connection, account.account_id, token_id)
            if ended:
                act = Act(now(), account.account_id, "token.ended", token_id, None, account.username)
                await note(connection, act)
        return ended

    async def logout_everywhere(self, account: Account) -> None:
        """End all tokens of an account."""
        async with self._pool.acquire() as connection, connection.transaction():
            await self.tokens.end_all(connection, account.account_id)
            await _note(connection, account.account_id, "account.tokens_ended", account)

    async def of_token(self, token: str) -> Account | None:
        """Whose token it is; None when it is unknown or over."""
        found = await self.tokens.owner(token)
        return Account(**found) if found else None

    async def _checked(self, username: str, password: str) -> Any:
        """The row of an open account if it is its password; raises `LoginSlowedDown`."""
        # Counted as failed before it is tried: of many at once only the allowed number gets a guess.
        failures = await self._pool.fetchval(_TRY, username[:200], _FREE_FAILURES, _LONGEST_WAIT)
        if not failures:
            raise LoginSlowedDown(await self._wait(username))
        row = await self._pool.fetchrow(
            "SELECT account_id, password_hash FROM accounts WHERE username = $1 AND active", username
        )
        # An unknown name costs the same time as a wrong password, so that names cannot be guessed.
        if not await verified(row["password_hash"] if row else None, password):
            if failures == _FREE_FAILURES:
                await self._pool.execute(_NOTE_GUESSES, username[:200], new_id())
            return None
        await self._pool.execute("DELETE FROM login_failures WHERE username = $1", username[:200])
        return row

    async def _wait(self, username: str) -> int:
        seconds = await self._pool.fetchval(_WAIT, username[:200], _FREE_FAILURES, _LONGEST_WAIT)
        return max(1, math.ceil(seconds or 0))


async def _note(connection: Connection, who: str, action: str, account: Account) -> None:
    await note(connection, Act(now(), who, action, account.account_id, None, account.username))
