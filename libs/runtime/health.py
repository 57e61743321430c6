"""Is the process alive, is it ready, and what does it count: /healthz, /readyz, /metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[str | None]]
"""What is wrong, or None."""
Checks = Mapping[str, Check]


class Degraded(str):
    """Something that operators should see, but that is no reason to send work elsewhere."""


_CHECK_SECONDS = 2.0


def health_routes(checks: Checks) -> list[Route]:
    """The three routes, to be mounted beside others or served alone."""

    async def alive(_request: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_request: Request) -> Response:
        names = list(checks)
        results = await asyncio.gather(*(_result(checks[name]) for name in names))
        wrong = any(result is not None and not isinstance(result, Degraded) for result in results)
        state = {name: result or "ok" for name, result in zip(names, results, strict=True)}
        return JSONResponse({"status": "not ready" if wrong else "ready", "checks": state}, 503 if wrong else 200)

    async def counted(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", counted)]


def health_app(checks: Checks) -> Starlette:
    """An application of nothing but the health routes."""
    return Starlette(routes=health_routes(checks))


async def _result(check: Callable[[], Awaitable[str | None]]) -> str | None:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check()
    except Exception as error:
        return f"the check failed: {type(error).__name__}"
