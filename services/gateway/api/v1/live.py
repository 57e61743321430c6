"""/api/v1/datasets/{id}/training/stream and /ws: every checkpoint and log line as it comes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

import asyncpg
import orjson
import structlog
from fastapi import APIRouter, Header, Request, WebSocket, WebSocketDisconnect
from sse_starlette import EventSourceResponse
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from libs.language.catalogue import Language, preferred_language, text
from libs.postgres.pool import to_json
from services.gateway.accounts.store import Account
from services.gateway.api.context import AskedLanguage, GatewayPart, SignedIn, owned
from services.gateway.api.problems import Problem
from services.gateway.gateway import Gateway
from services.gateway.live import shown
from services.gateway.live.follow import Line, follow
from services.gateway.live.watcher import Dropped, Reason, interrupted_when_away

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/datasets/{dataset_id}/training", tags=["trainings"])

HEARTBEAT_SECONDS = 15.0
_SEND_SECONDS = 30.0
"""A client that takes nothing for so long is gone."""
_TOKEN_SECONDS = 5.0
"""A socket whose client does not say who it is is closed so soon."""
_NOT_SIGNED_IN, _NOT_FOUND = 4401, 4404
_DROPPED: dict[Reason, int] = {
    "signed_out": _NOT_SIGNED_IN, "deleted": _NOT_FOUND, "too_slow": 4408, "interrupted": 1013,
}  # fmt: skip


@router.get("/stream", response_class=EventSourceResponse)
async def follow_training(
    dataset_id: str,
    request: Request,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=100)] = None,
) -> EventSourceResponse:
    """Every checkpoint and log line (server-sent events); Last-Event-ID goes on where it left off.

    Ends with the event `dropped` and a reason when the client is too slow, its token is over, the dataset is deleted,
    or we fail.
    """
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    told = _server_sent(gateway, dataset_id, _bearer(request.headers.get("authorization")), last_event_id, language)
    return _Stream(told, ping=HEARTBEAT_SECONDS, send_timeout=_SEND_SECONDS)


class _Stream(EventSourceResponse):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            log.info("watcher_given_up", path=scope["path"])


async def _server_sent(
    gateway: Gateway, dataset_id: str, token: str, last_event_id: str | None, language: Language
) -> AsyncIterator[bytes]:
    try:
        async with aclosing(follow(gateway, dataset_id, token, last_event_id)) as followed:
            async for lines in followed:
                yield "".join(map(_frame, lines)).encode()
    except Dropped as dropped:
        # Without an id: a client comes back with that of the last event it had.
        yield f"event: dropped\r\ndata: {_why(dropped.reason, language).model_dump_json()}\r\n\r\n".encode()


def _frame(line: Line) -> str:
    return f"id: {line.event_id}\r\nevent: {line.event}\r\ndata: {line.data}\r\n\r\n"


@router.websocket("/ws")
async def watch(socket: WebSocket, dataset_id: str) -> None:
    """The same events as JSON {event, id, data}; `?last_event_id=` goes on where it left off.

    Signed in with an Authorization header, or, from a browser, which cannot send one, with a first message
    {"token": ...}: in an address it would stand in logs.
    """
    gateway: Gateway = socket.app.state.gateway
    await socket.accept()
    try:
        token = _bearer(socket.headers.get("authorization")) or await _first_message(socket)
        with interrupted_when_away():
            account = await gateway.accounts.of_token(token) if token else None
            may_watch = account is not None and await _may_watch(gateway, dataset_id, account)
        if account is None:
            await socket.close(_NOT_SIGNED_IN, "not_signed_in")
        elif not may_watch:
            await socket.close(_NOT_FOUND, "not_found")
        else:
            await _until_one_ends(_tell(socket, gateway, dataset_id, token), _beat(socket), _left(socket))
    except Dropped as dropped:
        await _say_dropped(socket, dropped.reason)
    except (WebSocketDisconnect, TimeoutError):
        log.debug("watcher_gone", dataset_id=dataset_id)


async def _may_watch(gateway: Gateway, dataset_id: str, account: Account) -> bool:
    try:
        await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    except (Problem, asyncpg.CharacterNotInRepertoireError):
        return False
    return True


async def _tell(socket: WebSocket, gateway: Gateway, dataset_id: str, token: str) -> None:
    """Send what comes. Raises `Dropped`, or `TimeoutError` when the client takes nothing any more."""
    last_event_id = socket.query_params.get("last_event_id")
    async with aclosing(follow(gateway, dataset_id, token, last_event_id)) as followed:
        async for lines in followed:
            for line in lines:
                await _send(socket, f'{{"event":"{line.event}","id":"{line.event_id}","data":{line.data}}}')


async def _beat(socket: WebSocket) -> None:
    """Send heartbeats, apart from what waits for the database, which may hang: the way to the client is well."""
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        await _send(socket, '{"event":"heartbeat","id":null,"data":null}')


async def _say_dropped(socket: WebSocket, reason: Reason) -> None:
    why = _why(reason, preferred_language(socket.headers.get("accept-language")))
    with contextlib.suppress(WebSocketDisconnect, TimeoutError):
        await _send(socket, to_json({"event": "dropped", "id": None, "data": why}))
        await socket.close(_DROPPED[reason], reason)


async def _send(socket: WebSocket, message: str) -> None:
    async with asyncio.timeout(_SEND_SECONDS):
        await socket.send_text(message)


async def _left(socket: WebSocket) -> None:
    """Wait until the client leaves; what it says meanwhile is of no interest."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _until_one_ends(*doing: Any) -> None:
    """Run all until the first one ends; its error, if it has one, is raised."""
    tasks = [asyncio.ensure_future(each) for each in doing]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


async def _first_message(socket: WebSocket) -> str:
    """The token of the first message; empty when it brings none in time."""
    with contextlib.suppress(TimeoutError, orjson.JSONDecodeError):
        async with asyncio.timeout(_TOKEN_SECONDS):
            message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        said = orjson.loads(message.get("text") or "null")
        token = said.get("token") if isinstance(said, dict) else None
        return token if isinstance(token, str) else ""
    return ""


def _why(reason: Reason, language: Language) -> shown.Dropped:
    return shown.Dropped(reason=reason, message=text(f"live.{reason}", language))
