"""Idempotency keys: a request that carries one is carried out at most once.

The answer is stored in the transaction of the write. So either both are there or none is: whether the process is killed
between commit and answer, or something fails after the commit, the next request with the key gets that answer. Ids
derived from the key would not do: a second run decides anew, and says "is being trained" of the training it started.

A key whose run never ended is free again after two minutes. The time it was taken at tells the runs apart: one that was
overtaken finds another time there, and its write is rolled back. What writes nothing but asks the trainer to look
(a test of a connection) may be done again; an account has a unique name.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from libs.postgres.pool import Connection

_BEGIN = """
INSERT INTO idempotency_keys (scope, key, request_hash) VALUES ($1, $2, $3)
ON CONFLICT (scope, key) DO UPDATE
SET request_hash = excluded.request_hash, status = NULL, created_at = now()
WHERE idempotency_keys.created_at < now() - interval '24 hours'
   OR (idempotency_keys.status IS NULL AND idempotency_keys.created_at < now() - interval '2 minutes')
RETURNING created_at
"""
_OURS = "scope = $1 AND key = $2 AND created_at = $3"
_KEEP = f"""
UPDATE idempotency_keys SET status = $4, content_type = $5, body = $6, headers = $7
WHERE {_OURS} AND (status IS NULL OR $4 < 400) RETURNING true
"""
_RELEASE = f"DELETE FROM idempotency_keys WHERE {_OURS} AND status IS NULL"
_KEPT_HEADERS = ("location", "etag", "espalier-position")


class Overtaken(Exception):
    """The same request was begun again because this run of it took too long."""


@dataclass(frozen=True)
class Answer:
    """What a repeated request gets."""

    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Key:
    """A key of an account (`scope`), taken at `began` for the request that is running."""

    scope: str
    key: str
    began: datetime

    async def keep(self, connection: "Connection | asyncpg.Pool[Any]", answer: Answer) -> bool:
        """Store the answer; an error does not replace that of a write. False when the key is not this run's."""
        headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
        kept = await connection.fetchval(
            _KEEP, self.scope, self.key, self.began, answer.status, answer.kind, answer.body, headers
        )
        return bool(kept)

    async def release(self, pool: "asyncpg.Pool[Any]") -> None:
        """Let the request be made again, unless its write is there."""
        await pool.execute(_RELEASE, self.scope, self.key, self.began)


async def begin(pool: "asyncpg.Pool[Any]", scope: str, key: str, request_hash: str) -> Key | None:
    """Take a key; None when it is taken."""
    began = await pool.fetchval(_BEGIN, scope, key, request_hash)
    return Key(scope, key, began) if began else None


current: ContextVar[Key | None] = ContextVar("idempotency_key", default=None)
"""The key of the request that is running, if it has one."""
