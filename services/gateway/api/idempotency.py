"""A POST with an Idempotency-Key is carried out once: the same request gets the same answer for a day.

What the request writes is noted at its key in the same transaction (services/gateway/once.py). So a request whose
answer was lost, because the process died or something failed after the commit, is not carried out again: its repetition
is told what was written.

Only requests of signed-in accounts: the answer to a login holds a token, which is never stored.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import asyncpg
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.language.catalogue import preferred_language
from services.gateway.accounts.store import Accounts
from services.gateway.api.problems import problem_response
from services.gateway.once import carrying_out

_KEPT_HEADERS = ("location", "etag", "espalier-position")

_BEGIN = """
INSERT INTO idempotency_keys (scope, key, request_hash) VALUES ($1, $2, $3)
ON CONFLICT (scope, key) DO UPDATE
SET request_hash = excluded.request_hash, status = NULL, written = NULL, created_at = now()
WHERE idempotency_keys.created_at < now() - interval '24 hours'
   OR (idempotency_keys.status IS NULL AND idempotency_keys.written IS NULL
       AND idempotency_keys.created_at < now() - interval '2 minutes')
RETURNING key
"""
_KEEP = """
UPDATE idempotency_keys SET status = $3, content_type = $4, body = $5, headers = $6 WHERE scope = $1 AND key = $2
"""
_FORGET = "DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2 AND written IS NULL"


@dataclass
class _Answer:
    """The answer as it goes by; 500 until it has begun."""

    status: int = 500
    kind: str = ""
    body: bytes = b""
    headers: dict[str, str] | None = None

    def note(self, message: Message) -> None:
        """Take in a part of the answer."""
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            self.status, self.kind = message["status"], headers.get("content-type", "")
            self.headers = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
        else:
            self.body += message.get("body", b"")


class Idempotency:
    """The middleware; it comes after the one that has read the body."""

    def __init__(self, app: ASGIApp, pool: "asyncpg.Pool[Any]", accounts: Accounts) -> None:
        self._app, self._pool, self._accounts = app, pool, accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin, run, keep the answer."""
        headers = Headers(scope=scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        key = headers.get("idempotency-key") if headers is not None else None
        token = headers.get("authorization", "").partition(" ")[2] if headers is not None else ""
        account = await self._accounts.of_token(token) if key and token else None
        if not key or account is None:
            await self._app(scope, receive, send)
            return
        owner, key = account.account_id, sha256(key.encode()).hexdigest()
        request = f"{scope['path']}?{scope['query_string'].decode('latin-1')}".encode() + scope["espalier.body"]
        digest = sha256(request).hexdigest()
        if await self._pool.fetchrow(_BEGIN, owner, key, digest):
            await self._run(scope, receive, send, owner, key)
        else:
            await self._repeat(scope, receive, send, owner, key, digest)

    async def _run(self, scope: Scope, receive: Receive, send: Send, owner: str, key: str) -> None:
        answer = _Answer()

        async def keep(message: Message) -> None:
            answer.note(message)
            await send(message)

        try:
            with carrying_out(owner, key):
                await self._app(scope, receive, keep)
        finally:
            if answer.status >= 500 or answer.kind.startswith("text/event-stream"):
                await self._pool.execute(_FORGET, owner, key)
            else:
                await self._pool.execute(
                    _KEEP, owner, key, answer.status, answer.kind, answer.body, answer.headers or {}
                )

    async def _repeat(self, scope: Scope, receive: Receive, send: Send, owner: str, key: str, digest: str) -> None:
        row = await self._pool.fetchrow("SELECT * FROM idempotency_keys WHERE scope = $1 AND key = $2", owner, key)
        language = preferred_language(Headers(scope=scope).get("accept-language"))
        if row is not None and row["request_hash"] != digest:
            response: Response = problem_response(language, 422, "key_reused")
        elif row is not None and row["status"] is None and row["written"]:
            written = ", ".join(f"{name} {value}" for name, value in row["written"].items())
            response = problem_response(language, 409, "already_done", written=written)
        elif row is None or row["status"] is None:
            response = problem_response(language, 409, "still_running")
        else:
            response = Response(row["body"], row["status"], row["headers"], media_type=row["content_type"])
        await response(scope, receive, send)
