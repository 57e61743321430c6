"""Trainer processes that are killed, frozen and started again at random."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

from deploy.local import credentials, settings
from deploy.local.infrastructure import Infrastructure
from deploy.local.places import CHECKOUT
from deploy.local.process import Process
from deploy.local.stack import LocalStack


async def environment(stack: LocalStack) -> dict[str, str]:
    """The environment of a trainer of `stack`, which runs none of its own."""
    addresses = stack.addresses
    servers = Infrastructure(addresses["kafka_bootstrap"], addresses["postgres_url"], addresses["chroma"])
    shared = settings.shared(stack.home, servers, credentials.keep(stack.home))
    return os.environ | shared | await settings.own("trainer", servers.postgres_url, shared)


class Trainer:
    """One trainer process and its successors."""

    def __init__(self, name: str, shared: dict[str, str], folder: Path) -> None:
        self.name, self._folder = name, folder
        self._environment = shared | settings.identity(name)
        self.process = self._spawn()

    def _spawn(self) -> Process:
        command = [sys.executable, "-m", "services.trainer"]
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


async def trouble(trainer: Trainer, seconds: float, done: Counter[str]) -> None:
    """Disturb a trainer at random for so many seconds; `done` counts what was done."""
    ends = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < ends:
        await asyncio.sleep(random.uniform(1.0, 8.0))
        name = random.choice(("kill", "kill", "freeze", "end"))
        await getattr(trainer, name)()
        done[name] += 1
