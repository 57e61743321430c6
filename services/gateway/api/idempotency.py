"""A POST with an Idempotency-Key is carried out at most once: the same request gets the same answer for a day.

Why that holds when processes die is told in services.gateway.keys.

Only requests of signed-in accounts: the answer to a login holds a token, which is never stored. And no change of a
password: the hash of such a request would tell the password to who guesses. It can be repeated without harm.
"""

import hmac
from hashlib import sha256
from typing import Any

import asyncpg
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.language.catalogue import preferred_language
from services.gateway.accounts.store import Accounts
from services.gateway.api.problems import problem_response
from services.gateway.keys import Answer, Key, begin, current

_NOT_KEPT = "/api/v1/auth/password"


class Idempotency:
    """The middleware; it comes after the one that has read the body."""

    def __init__(self, app: ASGIApp, pool: "asyncpg.Pool[Any]", accounts: Accounts) -> None:
        self._app, self._pool, self._accounts = app, pool, accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin, run, keep the answer."""
        headers = Headers(scope=scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        key = headers.get("idempotency-key") if headers is not None else None
        token = headers.get("authorization", "").partition(" ")[2] if headers is not None else ""
        kept = bool(key and token) and scope["path"] != _NOT_KEPT
        account = await self._accounts.of_token(token) if kept else None
        if not key or account is None:
            await self._app(scope, receive, send)
            return
        request = f"{scope['path']}?{scope['query_string'].decode('latin-1')}".encode() + scope["espalier.body"]
        # Under the key, of which only a hash is stored: nobody can try passwords on the digest of a body with one.
        digest = hmac.new(key.encode(), request, sha256).hexdigest()
        owner, key = account.account_id, sha256(key.encode()).hexdigest()
        if taken := await begin(self._pool, owner, key, digest):
            await self._run(scope, receive, send, taken)
        else:
            await self._repeat(scope, receive, send, owner, key, digest)

    async def _run(self, scope: Scope, receive: Receive, send: Send, key: Key) -> None:
        sent: list[Message] = []

        async def note(message: Message) -> None:
            sent.append(message)
            await send(message)

        running = current.set(key)
        try:
            await self._app(scope, receive, note)
        finally:
            current.reset(running)
            answer = _answer(sent)
            if answer is None:
                await key.release(self._pool)
            else:
                await key.keep(self._pool, answer)

    async def _repeat(self, scope: Scope, receive: Receive, send: Send, owner: str, key: str, digest: str) -> None:
        row = await self._pool.fetchrow("SELECT * FROM idempotency_keys WHERE scope = $1 AND key = $2", owner, key)
        language = preferred_language(Headers(scope=scope).get("accept-language"))
        if row is not None and row["request_hash"] != digest:
            response: Response = problem_response(language, 422, "key_reused")
        elif row is None or row["status"] is None:
            response = problem_response(language, 409, "still_running")
        else:
            response = Response(row["body"], row["status"], row["headers"], media_type=row["content_type"])
        await response(scope, receive, send)


def _answer(sent: list[Message]) -> Answer | None:
    """The answer that was sent, if it is one to keep: neither an error of ours nor a stream."""
    if not sent:
        return None
    status, headers = sent[0]["status"], Headers(raw=sent[0]["headers"])
    kind = headers.get("content-type", "")
    if status >= 500 or kind.startswith("text/event-stream"):
        return None
    return Answer(status, kind, b"".join(message.get("body", b"") for message in sent[1:]), headers)
