"""Chroma's own server as a child process on 127.0.0.1, with nothing sent to anybody."""

import os
import sys
from pathlib import Path

import httpx

from deploy.local import ports
from deploy.local.process import Process

SERVER = (sys.executable, "-c", "from chromadb.cli.cli import app; app()", "run")


async def start(home: Path) -> tuple[Process, str]:
    """Start the server on the data in `home`/chroma; return it and its URL once it answers."""
    port = ports.kept(home, "chroma")
    process = Process(
        "chroma",
        [*SERVER, "--path", str(home / "chroma"), "--host", ports.LOOPBACK, "--port", str(port)],
        log=home / "logs" / "chroma.log",
        environment=os.environ | {"ANONYMIZED_TELEMETRY": "False", "HOME": str(home)},
    )
    url = f"http://{ports.LOOPBACK}:{port}"

    async with httpx.AsyncClient(timeout=2, trust_env=False) as client:

        async def heartbeat() -> None:
            (await client.get(f"{url}/api/v2/heartbeat")).raise_for_status()

        await process.started(heartbeat, httpx.HTTPError, seconds=60)
    return process, url
