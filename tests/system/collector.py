"""A collector of OpenTelemetry spans over HTTP that keeps the bytes it gets, for tests that search them."""

import asyncio
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local import ports


class SpanCollector:
    """Listens on loopback; `received` holds the decompressed bodies."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self._port = ports.choose(4318)
        self.url = f"http://{ports.LOOPBACK}:{self._port}"

    async def __aenter__(self) -> "SpanCollector":
        routes = [Route("/{path:path}", self._take, methods=["POST"])]
        config = uvicorn.Config(Starlette(routes=routes), host=ports.LOOPBACK, port=self._port, log_level="warning")
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        await self._task

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        self.received.append(body)
        return Response(media_type="application/x-protobuf")
