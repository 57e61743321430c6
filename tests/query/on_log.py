"""The query service as it reads a real log, which tests write."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from libs.events.catalog import Event
from libs.events.rebuild import Rebuild
from libs.events.service import EventService
from libs.events.transaction import transaction
from libs.runtime.settings import Settings

SECONDS = 30.0
_UNSENT = "SELECT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL)"


@pytest.fixture
def log_settings(
    postgres_url: str, kafka_bootstrap: str, chroma_url: str, topic_prefix: str, tmp_path: Path
) -> Settings:
    """Give the settings of a service on the real servers."""
    return Settings(
        postgres_url=postgres_url, kafka_bootstrap=kafka_bootstrap, chroma_url=chroma_url, topic_prefix=topic_prefix,
        secret_keys=(SecretStr(Fernet.generate_key().decode()),), sqlite_folders=(tmp_path,), partitions=2,
    )  # fmt: skip


@dataclass
class OnLog:
    """The running service."""

    service: EventService

    def run(self, rebuild: Rebuild, stack: AsyncExitStack) -> None:
        """Read the log until `stack` is left."""
        tasks = [asyncio.ensure_future(run()) for run in self.service.tasks(rebuild).values()]
        stack.callback(lambda: [task.cancel() for task in tasks])

    async def say(self, *events: Event) -> None:
        """Write events, in order."""
        async with transaction(self.service.pool, "test") as opened:
            for event in events:
                opened.publish(event)

    async def until(self, query: str) -> None:
        """Wait until all is in the log and `query` is true."""
        async with asyncio.timeout(SECONDS):
            while not await self.service.pool.fetchval(query) or await self.service.pool.fetchval(_UNSENT):
                await asyncio.sleep(0.02)
