"""`make test`: all tests in several processes, on servers that are started once for all of them."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import psutil  # type: ignore[import-untyped]
import pytest

from deploy.local.infrastructure import infrastructure
from deploy.local.process import StackError
from tests import mariadb

# One more than cores: a test waits for servers and for processes of its own a third of its time.
_PROCESSES = max(2, min(4, os.cpu_count() or 1)) + 1
_MEMORY, _NEEDED_BYTES = Path("/dev/shm"), 4 * 1024**3


def main() -> int:
    """Run the tests that the arguments name, or all; gives the exit code of pytest."""
    # Each of the many processes that are started would compile our own code anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # in order, so that no data stay behind
    with tempfile.TemporaryDirectory(dir=_place()) as folder, asyncio.Runner() as runner:
        servers = AsyncExitStack()
        try:
            os.environ |= runner.run(_start(servers, Path(folder)))
            # A file is run by one process, so that what its tests share is made once.
            spread = [f"--numprocesses={_PROCESSES}", "--dist=loadfile", "--no-loadscope-reorder"]
            quiet = "--pythonwarnings=ignore::pytest.PytestAssertRewriteWarning"  # the servers were imported before it
            return int(pytest.main([*spread, quiet, *sys.argv[1:]]))
        except StackError as error:
            sys.exit(f"espalier: {error}")
        finally:
            runner.run(servers.aclose())


def _place() -> Path | None:
    """Where the servers keep their data: in memory where there is room, as a disk is long at making so many files."""
    if _MEMORY.is_dir() and min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available) > _NEEDED_BYTES:
        return _MEMORY
    return None


async def _start(servers: AsyncExitStack, home: Path) -> dict[str, str]:
    """Start the servers; gives the variables with which the tests find them."""
    running = await servers.enter_async_context(infrastructure(home, prefix="ESPALIER_TEST_"))
    if any(server.name == "postgres" for server in running.servers):
        await _forgetful(running.postgres_url)
    mysql = await servers.enter_async_context(mariadb.server(home.parent))
    return {
        "ESPALIER_TEST_KAFKA_BOOTSTRAP": running.kafka_bootstrap,
        "ESPALIER_TEST_POSTGRES_URL": running.postgres_url,
        "ESPALIER_TEST_CHROMA_URL": running.chroma_url,
        "ESPALIER_TEST_MYSQL_URL": mysql or "",
    }


async def _forgetful(postgres_url: str) -> None:
    """Let the tests' own server not wait for its disk: processes are killed here, the power is not."""
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("ALTER SYSTEM SET fsync = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


if __name__ == "__main__":
    sys.exit(main())
