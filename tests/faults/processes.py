"""Processes of a service that are killed, frozen and started again at random."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from deploy.local import credentials, settings
from deploy.local.infrastructure import Infrastructure
from deploy.local.places import CHECKOUT
from deploy.local.process import Process
from deploy.local.stack import LocalStack


async def environment(stack: LocalStack, service: str) -> dict[str, str]:
    """The environment of a process of a service of which `stack` runs none."""
    addresses = stack.addresses
    servers = Infrastructure(addresses["kafka_bootstrap"], addresses["postgres_url"], addresses["chroma"])
    shared = settings.shared(stack.home, servers, credentials.keep(stack.home))
    return os.environ | shared | await settings.own(service, servers.postgres_url, shared)


class Disturbed:
    """One process of a service and its successors."""

    def __init__(self, service: str, name: str, shared: dict[str, str], folder: Path) -> None:
        self.name, self._service, self._folder = name, service, folder
        self._environment = shared | settings.identity(name)
        self.process = self._spawn()

    def _spawn(self) -> Process:
        command = [sys.executable, "-m", f"services.{self._service}"]
        log = self._folder / f"{self.name}.log"
        return Process(self.name, command, log=log, environment=self._environment, folder=CHECKOUT)

    async def kill(self) -> None:
        """End it at once, and start a successor a little later."""
        self.process.kill_group()
        await asyncio.sleep(random.uniform(0.05, 2.0))
        self.process = self._spawn()

    async def freeze(self) -> None:
        """Let it stand still, sometimes for longer than its leases last."""
        self.process.send(signal.SIGSTOP)
        await asyncio.sleep(random.uniform(0.5, 8.0))
        self.process.send(signal.SIGCONT)

    async def end(self) -> None:
        """Let it stop in order, and start a successor."""
        await self.process.stop(seconds=10)
        self.process = self._spawn()

    async def stop(self) -> None:
        """Let it stop in order, for good."""
        self.process.send(signal.SIGCONT)
        await self.process.stop(seconds=15)


async def trouble(
    process: Disturbed, seconds: float, done: Counter[str], kinds: Sequence[str] = ("kill", "kill", "freeze", "end")
) -> None:
    """Disturb a process at random, in one of `kinds`, for so many seconds; `done` counts what was done."""
    ends = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < ends:
        await asyncio.sleep(random.uniform(1.0, 8.0))
        name = random.choice(kinds)
        await getattr(process, name)()
        done[name] += 1
