"""Kafka, PostgreSQL and Chroma together: each started here, or reached by the URL that the environment gives."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import chroma, credentials, kafka, postgres
from deploy.local.process import Process, StackError

STOP_SIGNALS = {"postgres": signal.SIGINT}  # PostgreSQL's fast stop; at SIGTERM it would wait for its clients
STOP_SECONDS = 20


@dataclass(frozen=True)
class Infrastructure:
    """Addresses of the three servers, and the processes of those that were started here."""

    kafka_bootstrap: str
    postgres_url: str
    chroma_url: str
    processes: tuple[Process, ...] = ()


@asynccontextmanager
async def infrastructure(home: Path, *, prefix: str = "ESPALIER_") -> AsyncIterator[Infrastructure]:
    """Start side by side what the environment does not give, with its data in `home`; stop it at the end.

    `prefix`KAFKA_BOOTSTRAP, `prefix`POSTGRES_URL and `prefix`CHROMA_URL give a server. Raises StackError when one
    does not start.
    """
    password = credentials.keep(home).postgres_password
    starts: dict[str, Callable[[], Coroutine[None, None, tuple[Process, str]]]] = {
        "KAFKA_BOOTSTRAP": lambda: kafka.start(home),
        "POSTGRES_URL": lambda: postgres.start(home, password),
        "CHROMA_URL": lambda: chroma.start(home),
    }
    addresses = {name: os.environ.get(prefix + name, "") for name in starts}
    processes: list[Process] = []

    async def ensure(name: str, begin: Coroutine[None, None, tuple[Process, str]]) -> None:
        process, addresses[name] = await begin
        processes.append(process)

    try:
        try:
            async with asyncio.TaskGroup() as group:
                for name, start in starts.items():
                    if not addresses[name]:
                        group.create_task(ensure(name, start()))
        except* StackError as failures:
            raise failures.exceptions[0] from None
        yield Infrastructure(
            kafka_bootstrap=addresses["KAFKA_BOOTSTRAP"],
            postgres_url=addresses["POSTGRES_URL"],
            chroma_url=addresses["CHROMA_URL"],
            processes=tuple(processes),
        )
    finally:
        await asyncio.gather(*(stop(process) for process in processes))


async def stop(process: Process) -> None:
    """Stop one of the servers the way it likes to be stopped."""
    await process.stop(STOP_SIGNALS.get(process.name, signal.SIGTERM), seconds=STOP_SECONDS)
