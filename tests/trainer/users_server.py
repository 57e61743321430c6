"""A user's database server that is frozen, killed and changed while somebody reads it."""

import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil  # type: ignore[import-untyped]
import pytest

from deploy.local import postgres
from deploy.local.process import Process
from libs.datasources import kinds
from libs.events.catalog import DataSourceSettings
from tests import mariadb
from tests.trainer.support import Trainer

TABLES = (
    "CREATE TABLE customers (id integer PRIMARY KEY, name varchar(20), city varchar(20))",
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers (id), amount int DEFAULT 1)",
    "CREATE TABLE products (id integer PRIMARY KEY, price numeric(9, 2), weight numeric(9, 2))",
    "INSERT INTO customers VALUES (1, 'Ada', 'Berlin'), (2, 'Bo', 'Paris'), (3, 'Cy', 'Berlin')",
    "INSERT INTO orders VALUES (1, 1, 10), (2, 1, 20), (3, 2, 30)",
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
        if self.kind == "mysql":
            await mariadb.execute(f"{self.url}/{self.database}", *statements)
            return
        connection = await asyncpg.connect(self._database_url())
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
            with suppress(psutil.NoSuchProcess):  # A server's processes come and go.
                process.suspend()

    def thaw(self) -> None:
        """Let them go on."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    @asynccontextmanager
    async def changed(self, statement: str) -> AsyncIterator[None]:
        """The database after a statement of the administrator."""
        await self.execute(statement.format(reader=self.reader))
        yield

    @asynccontextmanager
    async def locked(self, table: str) -> AsyncIterator[None]:
        """Nobody else can read `table`."""
        if self.kind == "mysql":
            async with mariadb.connected(f"{self.url}/{self.database}") as cursor:
                await cursor.execute(f"LOCK TABLES {table} WRITE")
                yield
            return
        connection = await asyncpg.connect(self._database_url())
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
        await connection.close()

    async def somebody_waits(self) -> bool:
        """Whether a query of the reader waits for a table that another has for himself."""
        if self.kind == "postgresql":
            waiting = "pg_stat_activity WHERE wait_event_type = 'Lock'"
            connection = await asyncpg.connect(self._database_url())
            found = await connection.fetchval(f"SELECT count(*) FROM {waiting} AND usename = $1", self.reader)
            await connection.close()
            return bool(found)
        waiting = "information_schema.processlist WHERE state LIKE 'Waiting for table%'"
        ((number,),) = await mariadb.rows(self.url, f"SELECT count(*) FROM {waiting} AND user = '{self.reader}'")
        return bool(number)

    def wait_for_locks(self, seconds: int, patch: pytest.MonkeyPatch) -> None:
        """Let new connections of the reader wait so long for what another holds."""
        patch.setitem(kinds.postgresql._SERVER_SETTINGS, "lock_timeout", f"{seconds}s")
        once_connected = kinds.mysql._ON_MARIADB.replace("wait_timeout = 3", f"wait_timeout = {seconds}")
        patch.setattr(kinds.mysql, "_ON_MARIADB", once_connected)

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

    def _database_url(self) -> str:
        return postgres.database_url(self.url, self.database or "postgres")

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


async def _start(kind: str, home: Path) -> tuple[Process, str]:
    return await (postgres.start(home, "administrator") if kind == "postgresql" else mariadb.start(home))
