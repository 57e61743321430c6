"""What happens to every request before its route: a limit on the body, a trace, and idempotency keys."""

from hashlib import sha256
from typing import Any

import asyncpg
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.language.catalogue import preferred_language
from libs.runtime import telemetry
from services.gateway.api.problems import problem_response

BODY_LIMIT = 1_048_576
_KEY_CHARACTERS = 200
_NOT_TRACED = ("/healthz", "/readyz", "/metrics")

_BEGIN = """
INSERT INTO idempotency_keys (scope, key, request_hash) VALUES ($1, $2, $3)
ON CONFLICT (scope, key) DO UPDATE
SET request_hash = excluded.request_hash, status = NULL, created_at = now()
WHERE idempotency_keys.created_at < now() - interval '24 hours'
   OR (idempotency_keys.status IS NULL AND idempotency_keys.created_at < now() - interval '2 minutes')
RETURNING key
"""


class LimitBody:
    """Refuse bodies over `BODY_LIMIT` bytes, also those that do not say their length."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the whole body, which is small, and pass it on."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "DELETE", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        body, more = b"", not (declared.isdecimal() and int(declared) > BODY_LIMIT)
        too_large = not more
        while more and not too_large:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            too_large = len(body) > BODY_LIMIT
        if too_large:
            language = preferred_language(Headers(scope=scope).get("accept-language"))
            await problem_response(language, 413, "too_large", limit=BODY_LIMIT)(scope, receive, send)
            return
        scope["espalier.body"] = body
        await self._app(scope, _replay(body, receive), send)


class Trace:
    """A span for each request, continuing the caller's trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the span by method only: paths hold ids."""
        if scope["type"] != "http" or scope["path"] in _NOT_TRACED:
            await self._app(scope, receive, send)
            return
        with telemetry.http_span(scope["method"], Headers(scope=scope).get("traceparent")) as span:

            async def note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    telemetry.note_response(span, scope, message["status"])
                await send(message)

            await self._app(scope, receive, note)


class Idempotency:
    """A POST with an Idempotency-Key is carried out once: the same request gets the same answer for a day."""

    def __init__(self, app: ASGIApp, pool: "asyncpg.Pool[Any]") -> None:
        self._app, self._pool = app, pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin, run, keep the answer."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        key = headers.get("idempotency-key") if headers is not None else None
        if headers is None or not key or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        owner = sha256(headers.get("authorization", "").encode()).hexdigest()
        request = f"{scope['path']}?{scope['query_string'].decode('latin-1')}".encode() + scope["espalier.body"]
        digest = sha256(request).hexdigest()
        key = key[:_KEY_CHARACTERS]
        if await self._pool.fetchrow(_BEGIN, owner, key, digest):
            await self._run(scope, receive, send, owner, key)
        else:
            await self._repeat(scope, receive, send, owner, key, digest)

    async def _run(self, scope: Scope, receive: Receive, send: Send, owner: str, key: str) -> None:
        status, kind, body = 500, "", b""

        async def keep(message: Message) -> None:
            nonlocal status, kind, body
            if message["type"] == "http.response.start":
                status, kind = message["status"], MutableHeaders(scope=message).get("content-type", "")
            else:
                body += message.get("body", b"")
            await send(message)

        try:
            await self._app(scope, receive, keep)
        finally:
            if status >= 500 or kind.startswith("text/event-stream"):
                await self._pool.execute("DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2", owner, key)
            else:
                await self._pool.execute(
                    "UPDATE idempotency_keys SET status = $3, content_type = $4, body = $5 "
                    "WHERE scope = $1 AND key = $2",
                    owner,
                    key,
                    status,
                    kind,
                    body,
                )

    async def _repeat(self, scope: Scope, receive: Receive, send: Send, owner: str, key: str, digest: str) -> None:
        from starlette.responses import Response

        row = await self._pool.fetchrow("SELECT * FROM idempotency_keys WHERE scope = $1 AND key = $2", owner, key)
        language = preferred_language(Headers(scope=scope).get("accept-language"))
        if row is not None and row["request_hash"] != digest:
            response: Response = problem_response(language, 422, "key_reused")
        elif row is None or row["status"] is None:
            response = problem_response(language, 409, "still_running")
        else:
            response = Response(row["body"], row["status"], media_type=row["content_type"])
        await response(scope, receive, send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives `body` first, then whatever comes (a disconnect)."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
