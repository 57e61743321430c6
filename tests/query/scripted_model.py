"""Starts the scripted chat endpoint, and tells it what to do."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

_SERVER = Path(__file__).with_name("model_server.py")


@dataclass(frozen=True)
class ScriptedModel:
    """The endpoint at `url`."""

    url: str
    http: httpx.AsyncClient

    async def will(self, *moves: str | dict[str, Any]) -> None:
        """Do these from now on, one for each request, the last one for all that follow; a text is a whole answer."""
        await self.http.put("/moves", json=[{"document": move} if isinstance(move, str) else move for move in moves])

    async def asked(self) -> list[dict[str, Any]]:
        """The requests since the last `will`."""
        requests: list[dict[str, Any]] = (await self.http.get("/asked")).json()
        return requests

    async def told(self) -> list[str]:
        """What the messages of those requests said."""
        asked = [request["body"]["messages"] for request in await self.asked()]
        return ["\n".join(message["content"] for message in messages) for messages in asked]


@asynccontextmanager
async def scripted_model() -> AsyncIterator[ScriptedModel]:
    """The endpoint as a process of its own, which ends with this block or with this process."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, str(_SERVER), stdin=pipe, stdout=pipe)
    assert process.stdin and process.stdout
    url = f"http://127.0.0.1:{int(await process.stdout.readline())}"
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        yield ScriptedModel(url, http)
    process.stdin.close()
    await process.wait()
