"""A user's database that goes away in the middle of a training: it fails and says why, and a retry goes on from there."""

import asyncio
import secrets
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
import pytest_asyncio

from deploy.local import postgres
from deploy.local.process import Process
from libs.datasources.open import Limits
from libs.events.catalog import CheckpointReached, DataSourceSettings, Language
from libs.language.catalogue import text
from tests import mariadb
from tests.trainer.support import Trainer, requested, source
from tests.trainer.test_training import check_history

_LEARNED = 9
"""Things that are learned before the database is asked again: 3 structures, 2 terms, 3 overviews, and a relation."""

TABLES = (
    "CREATE TABLE customers (id integer PRIMARY KEY, name varchar(20), city varchar(20))",
    "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customers (id), amount numeric(9, 2))",
    "CREATE TABLE products (id integer PRIMARY KEY, price numeric(9, 2), weight numeric(9, 2))",
    "INSERT INTO customers VALUES (1, 'Ada', 'Berlin'), (2, 'Bo', 'Paris'), (3, 'Cy', 'Berlin')",
    "INSERT INTO orders VALUES (1, 1, 10.5), (2, 1, 20), (3, 2, 30)",
    "INSERT INTO products VALUES (1, 3.5, 1), (2, 4, 2)",
)


@dataclass
class Server:
    """A database server of the user's own, whose administrator does what he likes."""

    kind: str
    home: Path
    process: Process
    url: str
    database: str = ""
    reader: str = ""
    password: str = ""

    @classmethod
    async def started(cls, kind: str, home: Path) -> "Server":
        return cls(kind, home, *await _start(kind, home))

    async def execute(self, *statements: str) -> None:
        """Carry out statements as the administrator."""
        url = f"{self.url.rpartition('/')[0] if self.kind == 'postgresql' else self.url}/{self.database}"
        if self.kind == "mysql":
            await mariadb.execute(url.rstrip("/"), *statements)
            return
        connection = await asyncpg.connect(url if self.database else self.url)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    async def fill(self) -> None:
        """Make a database, and a user who may read it."""
        self.database, self.reader, self.password = "", f"reader_{secrets.token_hex(4)}", secrets.token_hex(8)
        name = f"shop_{secrets.token_hex(4)}"
        await self.execute(f"CREATE DATABASE {name}")
        self.database = name
        await self.execute(*TABLES)
        if self.kind == "postgresql":
            await self.execute(f"CREATE ROLE {self.reader} LOGIN PASSWORD '{self.password}'")
        else:
            await self.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
            await self.execute(f"CREATE USER {self.reader} IDENTIFIED BY '{self.password}'")
        for table in ("customers", "orders", "products"):
            await self.execute(f"GRANT SELECT ON {table} TO {self.reader}")

    def settings(self, trainer: Trainer) -> DataSourceSettings:
        """The way to the database as it is now."""
        parts, made = urlsplit(self.url), trainer.secrets.encrypt(self.password)
        return DataSourceSettings(
            kind="postgresql" if self.kind == "postgresql" else "mysql", host=parts.hostname or "", port=parts.port,
            username=self.reader, password_ciphertext=made.token, key_id=made.key_id, database=self.database,
        )  # fmt: skip

    def freeze(self) -> None:
        """Let its processes stand still: the kernel goes on to accept connections for it."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        """Let them go on."""
        for process in self._processes():
            process.resume()

    async def cut(self) -> None:
        """End the reader's connections."""
        if self.kind == "postgresql":
            await self.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{self.reader}'"
            )
        else:
            await self.execute(f"KILL CONNECTION USER {self.reader}")

    async def die(self) -> None:
        """End at once; the reader's connections a moment earlier."""
        await self.cut()
        await self.process.stop(signal.SIGQUIT if self.kind == "postgresql" else signal.SIGKILL)

    async def come_back(self) -> None:
        """Start again on the same data."""
        self.process, self.url = await _start(self.kind, self.home)

    async def change_password(self) -> None:
        """Give the reader another password, and end the connections."""
        self.password = secrets.token_hex(8)
        if self.kind == "postgresql":
            await self.execute(f"ALTER ROLE {self.reader} PASSWORD '{self.password}'")
        else:
            await self.execute(f"ALTER USER {self.reader} IDENTIFIED BY '{self.password}'")
        await self.cut()

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


async def _start(kind: str, home: Path) -> tuple[Process, str]:
    return await (postgres.start(home, "administrator") if kind == "postgresql" else mariadb.start(home))


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["postgresql", "mysql"])
async def running(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """Give a server of each kind that this machine has."""
    if request.param == "mysql" and mariadb.SERVER is None:
        pytest.skip("no MariaDB on this machine: install mariadb-server")
    with tempfile.TemporaryDirectory(prefix="espalier-") as folder:
        Path(folder).chmod(0o755)  # As root, the server runs as somebody else.
        server = await Server.started(request.param, Path(folder))
        try:
            yield server
        finally:
            await server.process.stop(signal.SIGQUIT)


@pytest_asyncio.fixture(loop_scope="session")
async def server(running: Server) -> AsyncIterator[Server]:
    """Give the server with a new database and a new user."""
    await running.fill()
    yield running
    running.thaw()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give what shortens every wait for a database, to be called when it is gone."""

    def shorten() -> None:
        for module in ("open", "kinds.postgresql", "kinds.mysql"):
            monkeypatch.setattr(f"libs.datasources.{module}.CONNECT_SECONDS", 0.5)
        monkeypatch.setattr("services.trainer.datasets.examples._LIMITS", Limits(rows=20, seconds=0.5))

    return shorten


async def freeze(server: Server) -> None:
    """Let it stand still."""
    server.freeze()


async def thaw(server: Server) -> None:
    """Let it go on."""
    server.thaw()


async def nothing(server: Server) -> None:
    """The owner enters the new password."""


@pytest.mark.parametrize(
    ("goes", "comes", "code"),
    [
        (freeze, thaw, "connect_timeout"),
        (Server.die, Server.come_back, "refused"),
        (Server.change_password, nothing, "login"),
    ],
    ids=["frozen", "killed", "other password"],
)
async def test_a_lost_database_fails_the_training_with_its_cause_and_a_retry_learns_only_the_rest(
    trainer: Trainer,
    server: Server,
    impatient: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    goes: Callable[[Server], Awaitable[None]],
    comes: Callable[[Server], Awaitable[None]],
    code: str,
) -> None:
    await trainer.deliver(source(server.settings(trainer), 2))
    first = requested(language="zh")
    await trainer.deliver(first)
    trainer.embedder.stop_at = _LEARNED + 1
    working = asyncio.create_task(trainer.work())
    await trainer.embedder.stopped()
    await goes(server)
    impatient()
    trainer.embedder.go_on.set()
    async with asyncio.timeout(30):
        await working
    failed = await said(trainer, first.training_id)
    check_history(failed)
    assert_failed(failed[-1], code, "zh")
    assert failed[-1].items_learned == len(trainer.embedder.texts) > _LEARNED

    still = requested(source="retry", retry_of=first.training_id)
    await trainer.deliver(still)
    async with asyncio.timeout(30):
        await trainer.work()
    assert_failed((await said(trainer, still.training_id))[-1], code, "en")

    await comes(server)
    monkeypatch.undo()
    if comes is nothing:
        await trainer.deliver(source(server.settings(trainer), 3))
    retry = requested(source="retry", retry_of=first.training_id)
    await trainer.deliver(retry)
    await trainer.work()
    ended = await said(trainer, retry.training_id)
    check_history(ended)
    assert ended[-1].status == "completed"
    items = [item.item_id for checkpoint in await trainer.said() for item in checkpoint.items]
    assert len(items) == len(set(items)) and len(trainer.embedder.texts) == len(set(trainer.embedder.texts))
    assert not any(checkpoint.forgotten for checkpoint in await trainer.said())


async def said(trainer: Trainer, training_id: str) -> list[CheckpointReached]:
    """The checkpoints of a training."""
    return [each for each in await trainer.said() if each.training_id == training_id]


def assert_failed(last: CheckpointReached, code: str, language: Language) -> None:
    """The training failed, and says why and what to do."""
    assert last.status == "failed" and last.problem
    known = (text(f"datasource.{code}", language), text(f"datasource.{code}.hint", language))
    assert (last.problem.code, last.problem.detail, last.problem.hint) == (code, *known)
