"""One of the three servers as a process that is started again at the same address when it dies."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from deploy.local.process import Process, StackError
from deploy.local.restarts import Restarts

STOP_SIGNALS = {"postgres": signal.SIGINT}  # PostgreSQL's fast stop; at SIGTERM it would wait for its clients
STOP_SECONDS = 20

OnChange = Callable[[str, dict[str, object]], None]


class Server:
    """Kafka, PostgreSQL or Chroma; made by `started`."""

    def __init__(self, start: Callable[[], Awaitable[tuple[Process, str]]], process: Process, address: str) -> None:
        self._start = start
        self.process, self.address = process, address
        self._restarts = Restarts()

    @classmethod
    async def started(cls, start: Callable[[], Awaitable[tuple[Process, str]]]) -> "Server":
        """Start it with `start`, which gives its process and address once it answers. Raises StackError."""
        return cls(start, *await start())

    @property
    def name(self) -> str:
        """Its name in the stack."""
        return self.process.name

    async def keep_running(self, on_change: OnChange) -> None:
        """Start it again whenever it ends; return when it ends too often or does not come back at its address."""
        while True:
            code = await self.process.ended()
            self.process.kill_group()  # Nothing it left behind may keep its port or its data.
            delay = self._restarts.delay()
            if delay is None:
                on_change("server_given_up", {"level": "error", "name": self.name, "exit_code": code})
                return
            await asyncio.sleep(delay)
            try:
                self.process, address = await self._start()
            except StackError as error:
                on_change("server_not_started", {"level": "error", "name": self.name, "reason": str(error)})
                continue
            if address != self.address:
                on_change("server_given_up", {"level": "error", "name": self.name, "reason": "its port was taken"})
                return
            fields = {"level": "warning", "name": self.name, "exit_code": code, "pid": self.process.pid}
            on_change("server_started_again", fields)

    async def stop(self) -> None:
        """Stop it the way it likes to be stopped."""
        await self.process.stop(STOP_SIGNALS.get(self.name, signal.SIGTERM), seconds=STOP_SECONDS)
