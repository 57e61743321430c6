"""The settings that the stack gives to its services; libs/runtime/settings.py reads them."""

import os
import re
import shlex
from pathlib import Path

from deploy.local import ports
from deploy.local.credentials import Credentials
from deploy.local.infrastructure import Infrastructure
from deploy.local.postgres import create_database

_OF_ONE_PROCESS = {"ESPALIER_INSTANCE", "ESPALIER_HEALTH_PORT"}


def shared(home: Path, servers: Infrastructure, kept: Credentials) -> dict[str, str]:
    """Return what all services get; the environment's own keys, prefix and folders win."""
    folder = home / "sqlite"
    folder.mkdir(exist_ok=True)
    return {
        "ESPALIER_KAFKA_BOOTSTRAP": servers.kafka_bootstrap,
        "ESPALIER_CHROMA_URL": servers.chroma_url,
        "ESPALIER_SECRET_KEYS": os.environ.get("ESPALIER_SECRET_KEYS") or kept.secret_keys,
        "ESPALIER_TOPIC_PREFIX": os.environ.get("ESPALIER_TOPIC_PREFIX", ""),
        "ESPALIER_SQLITE_FOLDERS": os.environ.get("ESPALIER_SQLITE_FOLDERS") or str(folder),
        "OMP_NUM_THREADS": "1",  # more threads of the embedding model spin and starve each other
        "PYTHONUNBUFFERED": "1",  # a line is in the log when it is said, also when the process is killed next
    }


async def own(name: str, server_url: str, common: dict[str, str]) -> dict[str, str]:
    """Make the database of a service when it is missing and return the settings that only this service gets.

    A topic prefix keeps stacks on the same servers apart, so it is part of the database's name.
    """
    suffix = re.sub(r"[^a-z0-9]+", "_", common["ESPALIER_TOPIC_PREFIX"].lower()).strip("_")
    database = await create_database(server_url, "_".join(part for part in ("espalier", name, suffix) if part))
    return {"ESPALIER_POSTGRES_URL": database} | identity(name)


def gateway(port: int, kept: Credentials) -> dict[str, str]:
    """Return what only the gateway gets: its API's port and the first account."""
    return {
        "ESPALIER_PORT": str(port),
        "ESPALIER_FIRST_USERNAME": kept.first_username,
        "ESPALIER_FIRST_PASSWORD": kept.first_password,
    }


def beside(service: dict[str, str]) -> str:
    """Return, for a shell, what a command beside a running service needs: its settings, but not its identity."""
    given = {name: value for name, value in os.environ.items() if name.startswith("ESPALIER_")} | service
    kept = sorted(given.keys() - _OF_ONE_PROCESS)
    return "".join(f"{name}={shlex.quote(given[name])}\n" for name in kept)


def identity(instance: str) -> dict[str, str]:
    """Return what one process has alone: the name by which Kafka gives a successor its partitions, and its port."""
    return {"ESPALIER_INSTANCE": instance, "ESPALIER_HEALTH_PORT": str(ports.choose())}
