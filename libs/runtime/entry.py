"""The entry point of every service: wire, run all tasks under one monitor, stop cleanly at SIGTERM or Ctrl-C."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import structlog
import uvicorn
import uvloop

from libs.postgres.transient import retrying
from libs.runtime.health import Check, Checks, health_app
from libs.runtime.logs import configure_logs
from libs.runtime.settings import Settings, SettingsWrong, load_settings
from libs.runtime.telemetry import close_telemetry, configure_telemetry

log = structlog.get_logger(__name__)

_START_SECONDS = 60.0
"""Servers that are away when a service starts may come back so long: they are often started together."""
_STOP_SECONDS = 10.0
_LISTENING_SECONDS = 0.005
_MESSAGE_BYTES = 65_536
"""What a WebSocket's message may have; what comes in is short."""


@dataclass
class Wired:
    """A wired service: tasks that run for ever, checks of readiness, and the application it serves, if any."""

    tasks: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    checks: Checks = field(default_factory=dict)
    app: Any = None


Wire = Callable[[Settings, AsyncExitStack], Awaitable[Wired]]


def run(name: str, wire: Wire) -> None:
    """Run the service `name` until it is told to stop; ends the process with its exit code."""
    try:
        settings = load_settings()
    except SettingsWrong as error:
        sys.exit(f"espalier {name}: {error}")
    configure_logs(name, settings.log_level)
    configure_telemetry(name, settings.otlp_endpoint)
    try:
        code = uvloop.run(_serve(name, settings, wire))
    finally:
        close_telemetry()
    sys.exit(code)


async def _serve(name: str, settings: Settings, wire: Wire) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    waiting = _named("signal", stopping.wait())
    checks: dict[str, Check] = {"start": _starting}
    servers = [_Server.of(health_app(checks), settings.host, settings.health_port)] if settings.health_port else []
    tasks = [_serving(server) for server in servers]
    async with AsyncExitStack() as stack:
        wiring = asyncio.ensure_future(wired_in_time(settings, wire, stack))
        await asyncio.wait([wiring, waiting], return_when=asyncio.FIRST_COMPLETED)
        if not wiring.done():  # A rebuild before the start may take long, and can be begun anew.
            wiring.cancel()
        [wired] = await asyncio.gather(wiring, return_exceptions=True)
        if isinstance(wired, BaseException):
            if not wiring.cancelled():
                log.critical("service_did_not_start", exc_info=wired)
            await _stop(tasks, servers)
            waiting.cancel()
            return 0 if wiring.cancelled() else 1
        tasks += [_named(task_name, start()) for task_name, start in wired.tasks.items()]
        if wired.app is not None:
            servers.append(_Server.of(wired.app, settings.host, settings.port))
            tasks.append(_serving(servers[-1]))
        while not (all(server.started for server in servers) or any(task.done() for task in tasks)):
            await asyncio.sleep(_LISTENING_SECONDS)
        checks.clear()
        checks.update(wired.checks)
        log.info("service_started", tasks=[task.get_name() for task in tasks])
        done, _ = await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
        failed = [task for task in done if task is not waiting]
        for task in failed:
            error = None if task.cancelled() else task.exception()
            log.critical("task_ended", task=task.get_name(), exc_info=error)
        await _stop(tasks, servers)
        waiting.cancel()
    log.info("service_stopped")
    return 1 if failed else 0


async def wired_in_time(settings: Settings, wire: Wire, stack: AsyncExitStack) -> Wired:
    """The service, wired when its servers are there; what a try that failed had opened is closed before the next.

    Raises what does not pass by itself, and what lasts longer than a minute.
    """

    async def once() -> Wired:
        async with AsyncExitStack() as trying:
            wired = await wire(settings, trying)
            stack.push_async_exit(trying.pop_all())
            return wired

    return await retrying(once, _START_SECONDS)


def _named(name: str, awaitable: Awaitable[Any]) -> "asyncio.Task[Any]":
    async def body() -> None:
        await awaitable

    coroutine: Coroutine[Any, Any, None] = body()
    return asyncio.create_task(coroutine, name=name)


async def _starting() -> str | None:
    return "the service is still starting"


def _serving(server: "_Server") -> "asyncio.Task[None]":
    return _named(f"http {server.config.port}", server.serve())


class _Server(uvicorn.Server):
    """Leaves signals to the entry point."""

    @classmethod
    def of(cls, app: Any, host: str, port: int) -> "_Server":
        """A server of `app`."""
        return cls(
            uvicorn.Config(
                app, host=host, port=port, log_config=None, timeout_graceful_shutdown=3, ws_max_size=_MESSAGE_BYTES
            )
        )

    def install_signal_handlers(self) -> None:
        """Install none."""

    def capture_signals(self) -> Any:
        """Capture none."""
        from contextlib import nullcontext

        return nullcontext()


async def _stop(tasks: list["asyncio.Task[Any]"], servers: list[_Server]) -> None:
    for server in servers:
        server.should_exit = True
    for task in tasks:
        if not task.get_name().startswith("http"):
            task.cancel()
    _, late = await asyncio.wait(tasks, timeout=_STOP_SECONDS) if tasks else (set(), set())
    for task in late:
        log.error("task_did_not_stop", task=task.get_name())
        task.cancel()
