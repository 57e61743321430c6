"""One of the four services as a process that is started again when it dies, a limited number of times."""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from deploy.local import ports
from deploy.local.places import CHECKOUT
from deploy.local.process import Process
from deploy.local.restarts import Restarts

NAMES = ("gateway", "trainer", "query", "feedback")
READY_SECONDS = 300  # A service whose read models are to be rebuilt first is not ready for a while.
STOP_SECONDS = 15


class Service:
    """A program that answers on ESPALIER_HEALTH_PORT; `on_change` is told of each new start and of giving up."""

    def __init__(
        self,
        name: str,
        environment: dict[str, str],
        log: Path,
        on_change: Callable[[str, dict[str, object]], None],
        command: Sequence[str] = (),
    ) -> None:
        """Start `command`, by default `python -m services.<name>`, with `environment` added to ours."""
        self.name = name
        self.environment = os.environ | environment
        self.health_url = f"http://{ports.LOOPBACK}:{environment['ESPALIER_HEALTH_PORT']}"
        self._log = log
        self._on_change = on_change
        self._restarts = Restarts()
        self._command = tuple(command) or (sys.executable, "-m", f"services.{name}")
        self.process = self._spawn()

    def _spawn(self) -> Process:
        return Process(self.name, self._command, log=self._log, environment=self.environment, folder=CHECKOUT)

    async def until_ready(self) -> None:
        """Wait until the service says that it is ready; StackError when it ends or takes too long."""
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:

            async def ask() -> None:
                (await client.get(f"{self.health_url}/readyz")).raise_for_status()

            await self.process.until_answers(ask, httpx.HTTPError, seconds=READY_SECONDS)

    async def keep_running(self) -> None:
        """Start the service again whenever it ends, a little later each time; return when it ends too often."""
        while True:
            code = await self.process.ended()
            delay = self._restarts.delay()
            if delay is None:
                self._on_change("service_given_up", {"level": "error", "name": self.name, "exit_code": code})
                return
            await asyncio.sleep(delay)
            self.process = self._spawn()
            fields = {"level": "warning", "name": self.name, "exit_code": code, "pid": self.process.pid}
            self._on_change("service_started_again", fields | {"after_seconds": delay})

    async def restart(self) -> None:
        """End the service in order; `keep_running` starts a new one at once. Wait until that one is ready."""
        ended = self.process
        await ended.stop(seconds=STOP_SECONDS)
        while self.process is ended:
            await asyncio.sleep(0.02)
        await self.until_ready()

    async def stop(self) -> None:
        """End the service in order, or by force after a while."""
        await self.process.stop(seconds=STOP_SECONDS)
