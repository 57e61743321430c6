"""The local stack: servers, databases and services put together, started side by side and stopped in order."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from deploy.local import credentials, memory, ports, settings, state
from deploy.local.infrastructure import Infrastructure, infrastructure
from deploy.local.places import home as default_home
from deploy.local.places import write_private
from deploy.local.process import Process, StackError
from deploy.local.servers import Server
from deploy.local.services import NAMES, Service

GATEWAY_PORT = 8000


class LocalStack:
    """A stack that runs as long as its `async with` block: `async with LocalStack(home=folder) as stack: ...`.

    Keeps its data in `home` between runs. Raises StackError, with one clear sentence, when it cannot start. A service
    or server that dies is started again, a limited number of times.
    """

    def __init__(
        self,
        home: Path | None = None,
        services: Sequence[str] = NAMES,
        *,
        infrastructure: Infrastructure | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Choose the state folder (default: the setting ESPALIER_HOME, or `.espalier`) and the services to run.

        `infrastructure` gives servers that run already and go on when this stack stops; stacks that share them need
        each its own ESPALIER_TOPIC_PREFIX, which keeps their databases apart as well. `environment` holds settings for
        all services.
        """
        self.home = (home or default_home()).resolve()
        self._given = infrastructure
        self._settings = dict(environment or {})
        self.addresses: dict[str, Any] = {}
        self.started_in_seconds = 0.0
        self._names = tuple(services)
        self._servers: tuple[Server, ...] = ()
        self._services: dict[str, Service] = {}
        self._environments: dict[str, dict[str, str]] = {}
        self._watches: dict[str, asyncio.Task[None]] = {}
        self._exit = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start everything; what was started is stopped again when something does not start."""
        began = time.monotonic()
        try:
            self._exit.enter_context(state.only_one(self.home))
            (self.home / "logs").mkdir(exist_ok=True)
            for name in state.WHILE_RUNNING:
                self._exit.callback((self.home / name).unlink, missing_ok=True)
            servers = self._given
            if servers is None:
                servers = await self._exit.enter_async_context(infrastructure(self.home))
                self._servers = servers.servers
            await self._start_services(servers)
        except BaseException:
            await self._exit.aclose()
            raise
        self.started_in_seconds = time.monotonic() - began
        self._say("stack_started", {"seconds": round(self.started_in_seconds, 1), "home": str(self.home)})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the services, then the servers."""
        self._say("stack_stopping", {})
        await self._exit.aclose()
        self._say("stack_stopped", {})

    async def _start_services(self, servers: Infrastructure) -> None:
        """Make the databases, start the services side by side, wait until all are ready."""
        kept = credentials.keep(self.home)
        gateway_port, reservation = ports.reserve(GATEWAY_PORT)
        self._exit.callback(reservation.close)
        shared = settings.shared(self.home, servers, kept) | self._settings
        for name in self._names:
            self._environments[name] = shared | await settings.own(name, servers.postgres_url, shared)
            if name == "gateway":
                self._environments[name] |= settings.gateway(gateway_port, kept)
        if "query" in self._environments:
            write_private(self.home / "query.env", settings.beside(self._environments["query"]))
        self._exit.push_async_callback(self._stop_services)
        for name in self._names:
            self._services[name] = self._service(name, self._environments[name])
        self.addresses = {
            "gateway_url": f"http://{ports.LOOPBACK}:{gateway_port}",
            "kafka_bootstrap": servers.kafka_bootstrap,
            "postgres_url": servers.postgres_url,
            "chroma": servers.chroma_url,
            "credentials": {"username": kept.first_username, "password": kept.first_password},
            "health": {name: service.health_url for name, service in self._services.items()},
        }
        self._write()
        await asyncio.gather(*(service.until_ready() for service in self._services.values()))
        for name, service in self._services.items():
            self._watches[name] = asyncio.create_task(service.keep_running(), name=f"watch {name}")
        for server in self._servers:
            watch = server.keep_running(self._changed)
            self._watches[server.name] = asyncio.create_task(watch, name=f"watch {server.name}")

    def _service(self, name: str, environment: dict[str, str]) -> Service:
        return Service(name, environment, self.home / "logs" / f"{name}.log", self._changed)

    async def _stop_services(self) -> None:
        for watch in self._watches.values():
            watch.cancel()
        await asyncio.gather(*self._watches.values(), return_exceptions=True)
        await asyncio.gather(*(service.stop() for service in self._services.values()))

    async def wait(self) -> None:
        """Wait while everything lives. Raises StackError when a server or a service keeps ending."""
        await asyncio.wait(self._watches.values(), return_when=asyncio.FIRST_COMPLETED)
        dead = next(name for name, watch in self._watches.items() if watch.done())
        raise StackError(f"{dead} keeps ending; its log says:\n{self.process(dead).log_tail()}")

    @property
    def processes(self) -> dict[str, Process]:
        """Every process of the stack by name, as of now."""
        running = {server.name: server.process for server in self._servers}
        return running | {name: service.process for name, service in self._services.items()}

    def process(self, name: str) -> Process:
        """Return the current process of a service or server; KeyError when the stack runs none of that name."""
        return self.processes[name]

    def environment(self, name: str) -> dict[str, str]:
        """Return the whole environment that the service `name` runs with."""
        return os.environ | self._environments[name]

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process of the stack; a service that ends of it is started again."""
        self.process(name).send(number)

    async def restart(self, name: str) -> None:
        """End a service in order and wait until its successor is ready."""
        await self._services[name].restart()

    async def start_another(self, name: str) -> Service:
        """Start one more process of a service and wait until it is ready; the caller stops it with its `stop`."""
        another = self._service(name, self._environments[name] | settings.identity(f"{name}-{ports.choose()}"))
        try:
            await another.until_ready()
        except BaseException:
            await another.stop()
            raise
        return another

    def memory_megabytes(self) -> float:
        """Return the memory of all processes of the stack."""
        return memory.megabytes({process.pid for process in self.processes.values()})

    @staticmethod
    def reset(home: Path | None = None) -> None:
        """Delete the state of a stopped stack; StackError while it runs."""
        state.reset((home or default_home()).resolve())

    def _write(self) -> None:
        state.write(self.home, self.addresses, os.getpid(), self.processes)

    def _changed(self, event: str, fields: dict[str, object]) -> None:
        """Record that a service was started again or given up."""
        self._say(event, fields)
        self._write()

    def _say(self, event: str, fields: dict[str, object]) -> None:
        """Append an event of the stack itself to its log, in the services' format."""
        line = {
            "timestamp": datetime.now(UTC).isoformat(),
            "level": "info",
            "service": "stack",
            "event": event,
        } | fields
        with (self.home / "logs" / "stack.log").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, ensure_ascii=False) + "\n")
