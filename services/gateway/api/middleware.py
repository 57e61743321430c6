"""What happens to every request before its route: a limit on the body, and a trace."""

import asyncio

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.language.catalogue import preferred_language
from libs.postgres.transient import is_transient
from libs.runtime import telemetry
from services.gateway.api.problems import problem_response

log = structlog.get_logger(__name__)

BODY_LIMIT = 1_048_576
_BODY_SECONDS = 30.0
_AWAY_SECONDS = 3
_NOT_TRACED = ("/healthz", "/readyz", "/metrics")


class LimitBody:
    """Refuse bodies over `BODY_LIMIT` bytes, also those that do not say their length."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the whole body, which is small, and pass it on."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "DELETE", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        language = preferred_language(headers.get("accept-language"))
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await _whole(receive, headers.get("content-length", "0"))
        except TimeoutError:
            await problem_response(language, 408, "too_slow", headers={"Connection": "close"})(scope, receive, send)
            return
        if body is None:
            await problem_response(language, 413, "too_large", limit=BODY_LIMIT)(scope, receive, send)
            return
        scope["espalier.body"] = body
        await self._app(scope, _replay(body, receive), send)


class Trace:
    """A span for each request, continuing the caller's trace; what nobody caught is a problem that names the trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the span by method only: paths hold ids."""
        if scope["type"] != "http" or scope["path"] in _NOT_TRACED:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with telemetry.http_span(scope["method"], headers.get("traceparent")) as span:
            begun = False

            async def note(message: Message) -> None:
                nonlocal begun
                if message["type"] == "http.response.start":
                    begun = True
                    telemetry.note_response(span, scope, message["status"])
                await send(message)

            try:
                await self._app(scope, receive, note)
            except Exception as error:
                log.error("request_failed", path=scope["path"], exc_info=error)
                if begun:
                    raise
                language = preferred_language(headers.get("accept-language"))
                away = is_transient(error)  # our own database, which comes back
                answer = (503, "unavailable") if away else (500, "unexpected")
                told = {"Retry-After": str(_AWAY_SECONDS)} if away else None
                await problem_response(language, *answer, headers=told)(scope, receive, note)


async def _whole(receive: Receive, declared: str) -> bytes | None:
    """The body; None when it is too large, or says that it will be."""
    body, more = b"", True
    while more:
        if len(body) > BODY_LIMIT or (declared.isdecimal() and int(declared[:20]) > BODY_LIMIT):
            return None
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body if len(body) <= BODY_LIMIT else None


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
