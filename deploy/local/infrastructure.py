"""Kafka, PostgreSQL and Chroma together: each started here, or reached by the URL that the environment gives."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import chroma, credentials, kafka, postgres
from deploy.local.process import Process, StackError
from deploy.local.servers import Server


@dataclass(frozen=True)
class Infrastructure:
    """Addresses of the three servers, and those of them that were started here."""

    kafka_bootstrap: str
    postgres_url: str
    chroma_url: str
    servers: tuple[Server, ...] = ()


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
    servers: list[Server] = []

    async def ensure(name: str) -> None:
        server = await Server.started(starts[name])
        addresses[name] = server.address
        servers.append(server)

    try:
        try:
            async with asyncio.TaskGroup() as group:
                for name in starts:
                    if not addresses[name]:
                        group.create_task(ensure(name))
        except* StackError as failures:
            raise failures.exceptions[0] from None
        yield Infrastructure(
            kafka_bootstrap=addresses["KAFKA_BOOTSTRAP"],
            postgres_url=addresses["POSTGRES_URL"],
            chroma_url=addresses["CHROMA_URL"],
            servers=tuple(servers),
        )
    finally:
        await asyncio.gather(*(server.stop() for server in servers))
