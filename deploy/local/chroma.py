"""Chroma's own server as a child process on 127.0.0.1, with nothing sent to anybody."""

import os
import sys
from pathlib import Path

import httpx

from deploy.local import ports
from deploy.local.process import Process, until_ready

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

    async def ready() -> bool:
        try:
            async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
                return (await client.get(f"{url}/api/v2/heartbeat")).is_success
        except httpx.HTTPError:
            return False

    try:
        await until_ready(process, ready, seconds=60)
    except BaseException:
        await process.stop()
        raise
    return process, url
