"""Parts shared by all tests: the real Kafka, PostgreSQL and Chroma, started once and only when a test needs them.

To keep them running between test runs: `python -m deploy.local infrastructure`, which prints the variables to set.
"""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from xdist.scheduler import LoadFileScheduling

from deploy.local.infrastructure import Infrastructure
from deploy.local.infrastructure import infrastructure as servers
from libs.postgres.schema import Schemas
from tests import databases, mariadb

# Plain logs: structlog's default draws the locals of every frame of a traceback, which takes seconds.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)

_STACKS_OF_THEIR_OWN = ("test_local_stack.py", "test_bootstrap.py", "test_process.py")
_LONG = ("system", "faults", "gateway", "trainer")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders of long files first: of several processes none is left alone with one in the end."""
    items.sort(key=lambda item: _LONG.index(name) if (name := item.path.parent.name) in _LONG else len(_LONG))


class _Scheduling(LoadFileScheduling):  # type: ignore[misc]  # It has no types.
    """A file is run by one process, and so are all files that share a stack."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "tests/system" if file.startswith("tests/system/") and not file.endswith(_STACKS_OF_THEIR_OWN) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Spread the files over the processes."""
    return _Scheduling(config, log)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def infrastructure(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Infrastructure]:
    """Give the three servers; ESPALIER_TEST_KAFKA_BOOTSTRAP, .._POSTGRES_URL and .._CHROMA_URL name running ones."""
    home: Path = tmp_path_factory.mktemp("stack")
    async with servers(home, prefix="ESPALIER_TEST_") as running:
        yield running


@pytest.fixture
def schemas() -> Schemas | None:
    """Give what a test's database holds from the start: nothing; folders that test one service say what it needs."""
    return None


@pytest_asyncio.fixture(loop_scope="session")
async def postgres_url(infrastructure: Infrastructure, schemas: Schemas | None) -> AsyncIterator[str]:
    """Give the URL of a database of this test's own, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield await databases.create(infrastructure.postgres_url, name, schemas)
    await databases.drop(infrastructure.postgres_url, name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mysql_server() -> AsyncIterator[str | None]:
    """Give the URL of a MariaDB server, started for the tests; None where the machine has none."""
    async with mariadb.server() as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def mysql_url(mysql_server: str | None) -> AsyncIterator[str]:
    """Give the URL of an empty database of this test's own, dropped afterwards; skips where there is no server."""
    if mysql_server is None:
        pytest.skip(f"{mariadb.MISSING}; or name a MySQL or MariaDB server in ESPALIER_TEST_MYSQL_URL")
    name = f"test_{uuid.uuid4().hex[:12]}"
    await mariadb.execute(mysql_server, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield f"{mysql_server}/{name}"
    await mariadb.execute(mysql_server, f"DROP DATABASE {name}")


@pytest.fixture
def kafka_bootstrap(infrastructure: Infrastructure) -> str:
    """Give the bootstrap address of the real Kafka."""
    return infrastructure.kafka_bootstrap


@pytest.fixture
def chroma_url(infrastructure: Infrastructure) -> str:
    """Give the URL of the real Chroma server."""
    return infrastructure.chroma_url


@pytest.fixture
def topic_prefix() -> str:
    """Give a prefix that no other test uses, so that topics of tests never meet."""
    return f"t{uuid.uuid4().hex[:10]}."
