"""MariaDB for the tests, as our own child process on 127.0.0.1, where the machine has it (Debian: mariadb-server)."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiomysql
import pymysql

from deploy.local import ports
from deploy.local.process import Process

SERVER = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
INSTALL = shutil.which("mariadb-install-db")
_HOW = "this machine has no mariadbd with mariadb-install-db: apt-get install mariadb-server (Debian, Ubuntu)"
MISSING = None if SERVER and INSTALL else _HOW
"""Why there can be no server of our own; None where there can."""


@asynccontextmanager
async def server(place: Path | None = None) -> AsyncIterator[str | None]:
    """The URL in ESPALIER_TEST_MYSQL_URL, or of a server of our own with its data below `place`; None where the machine
    has none."""
    given = os.environ.get("ESPALIER_TEST_MYSQL_URL")
    if given or MISSING:
        yield given or None
        return
    with tempfile.TemporaryDirectory(prefix="espalier-", dir=place) as folder:
        Path(folder).chmod(0o755)  # As root, the server runs as somebody else.
        process, url = await start(Path(folder))
        try:
            yield url
        finally:
            await process.stop()


async def start(home: Path) -> tuple[Process, str]:
    """Start a server on the data in `home`, made when missing; return it and its administrator's URL."""
    assert SERVER and INSTALL
    data, user = home / "mariadb", pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    options = ["--no-defaults", f"--datadir={data}"]
    if not data.exists():
        data.mkdir(parents=True)
        if user:
            os.chown(data, user.pw_uid, -1)
        own = [f"--user={user.pw_name}"] if user else []
        subprocess.run(
            [INSTALL, *options, *own, "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    port, password = ports.kept(home, "mariadb"), secrets.token_urlsafe(16)
    (data / "init.sql").write_text(
        f"CREATE OR REPLACE USER admin@'127.0.0.1' IDENTIFIED BY '{password}';\n"
        "GRANT ALL ON *.* TO admin@'127.0.0.1' WITH GRANT OPTION;\n"
    )
    (data / "init.sql").chmod(0o644)
    arguments = [
        f"--bind-address={ports.LOOPBACK}", f"--port={port}", f"--socket={data}/s", "--skip-name-resolve",
        f"--init-file={data}/init.sql", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M",
    ]  # fmt: skip
    process = Process(
        "mariadb", [SERVER, *options, *arguments], log=home / "logs" / "mariadb.log", environment=dict(os.environ),
        orphan_signal=signal.SIGTERM, user=user.pw_uid if user else None,
    )  # fmt: skip
    url = f"mysql://admin:{password}@{ports.LOOPBACK}:{port}"

    await process.started(lambda: execute(url, "SELECT 1"), OSError, pymysql.Error, seconds=60)
    return process, url


async def execute(url: str, *statements: str) -> None:
    """Carry out statements on the server, or the database, at `url`."""
    async with connected(url) as cursor:
        for statement in statements:
            await cursor.execute(statement)


async def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    async with connected(url) as cursor:
        await cursor.execute(sql)
        return list(await cursor.fetchall())


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """A cursor on the server, or the database, at `url`."""
    parts = urlsplit(url)
    connection = await aiomysql.connect(
        host=parts.hostname, port=parts.port, user=parts.username, password=parts.password, db=parts.path[1:] or None,
        charset="utf8mb4", autocommit=True,
    )  # fmt: skip
    try:
        async with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
