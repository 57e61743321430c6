"""Users' databases of every kind, empty and of each test's own."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from libs.datasources.dialect import Dialect, dialect_of
from libs.datasources.open import Connections
from libs.datasources.secrets import SecretBox
from libs.events.catalog import DataSourceSettings
from tests import mariadb

BOX = SecretBox([Fernet.generate_key().decode()])
KINDS = ("sqlite", "postgresql", "mysql")
SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, code varchar(50) UNIQUE, city varchar(50));
CREATE TABLE cities (name varchar(50) PRIMARY KEY, country varchar(50));
CREATE TABLE orders (
    id integer PRIMARY KEY, customer_id integer, amount numeric(30, 1),
    FOREIGN KEY (customer_id) REFERENCES customers (id)
);
INSERT INTO cities VALUES ('Berlin', 'DE'), ('Paris', 'FR'), ('上海', 'CN');
INSERT INTO customers VALUES (1, 'a', 'Berlin'), (2, 'b', '上海'), (3, 'c', NULL);
INSERT INTO orders VALUES (1, 1, 10.5), (2, 2, 20), (3, 1, 12345678901234567890.5);
"""


@dataclass(frozen=True)
class UserDatabase:
    """`execute` carries out a script of statements that each end with `;`."""

    settings: DataSourceSettings
    execute: Callable[[str], Awaitable[None]]

    @property
    def dialect(self) -> Dialect:
        return dialect_of(self.settings.kind)

    def changed(self, **change: object) -> DataSourceSettings:
        return self.settings.model_copy(update=change)


def server_settings(kind: str, url: str) -> DataSourceSettings:
    """The settings of the database at `url`."""
    parts = urlsplit(url)
    fields = {
        "kind": kind, "host": parts.hostname, "port": parts.port, "username": parts.username,
        "database": parts.path[1:], "password_ciphertext": BOX.encrypt(parts.password or "").token,
    }  # fmt: skip
    return DataSourceSettings.model_validate(fields)


@pytest_asyncio.fixture(loop_scope="session")
async def connections(tmp_path: Path) -> AsyncIterator[Connections]:
    made = Connections(BOX, [tmp_path])
    yield made
    await made.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> UserDatabase:
    path = tmp_path / "shop.sqlite"

    async def execute(script: str) -> None:
        made = sqlite3.connect(path)
        made.executescript(script)
        made.close()

    sqlite3.connect(path).close()
    return UserDatabase(DataSourceSettings(kind="sqlite", database=str(path)), execute)


@pytest.fixture
def postgresql(postgres_url: str) -> UserDatabase:
    async def execute(script: str) -> None:
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(script)
        await connection.close()

    return UserDatabase(server_settings("postgresql", postgres_url), execute)


@pytest.fixture
def mysql(mysql_url: str) -> UserDatabase:
    async def execute(script: str) -> None:
        await mariadb.execute(mysql_url, *filter(str.strip, script.split(";")))

    return UserDatabase(server_settings("mysql", mysql_url), execute)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> UserDatabase:
    """Give an empty database of each kind; the others are not made."""
    found: UserDatabase = request.getfixturevalue(request.param)
    return found
