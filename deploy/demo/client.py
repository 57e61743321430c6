"""The public HTTP API as the demonstration uses it: nothing else of Espalier is touched."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
from httpx_sse import aconnect_sse


class StepFailed(Exception):
    """A step of the demonstration did not hold; the message says which and why."""


class Client:
    """A signed-in client of the gateway."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=60.0, headers={"Accept-Language": "en"})

    async def sign_in(self, username: str, password: str) -> None:
        """Get a token and use it from now on."""
        answer = await self._http.post("/api/v1/auth/login", data={"username": username, "password": password})
        token = self._body(answer)["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    async def get(self, path: str, **parameters: Any) -> Any:
        """GET `path`; raises `StepFailed` with the problem's detail."""
        return self._body(await self._http.get(f"/api/v1{path}", params=parameters))

    async def post(self, path: str, body: dict[str, Any] | None = None, language: str = "en") -> Any:
        """POST `body` to `path`; raises `StepFailed` with the problem's detail."""
        headers = {"Accept-Language": language}
        return self._body(await self._http.post(f"/api/v1{path}", json=body or {}, headers=headers))

    async def import_pairs(self, dataset_id: str, lines: str) -> Any:
        """Import question/SQL pairs, one line of JSON each; raises `StepFailed` with the problem's detail."""
        path, headers = f"/api/v1/datasets/{dataset_id}/training-data/import", {"Content-Type": "application/x-ndjson"}
        return self._body(await self._http.post(path, content=lines.encode(), headers=headers))

    async def follow(self, dataset_id: str, seconds: float = 120.0) -> AsyncIterator[dict[str, Any]]:
        """The checkpoints of the dataset's training as they are pushed (Server-Sent Events)."""
        ends = time.monotonic() + seconds
        path = f"/api/v1/datasets/{dataset_id}/training/stream"
        async with aconnect_sse(self._http, "GET", path, timeout=seconds) as source:
            async for event in source.aiter_sse():
                if event.event == "checkpoint":
                    yield json.loads(event.data)
                if time.monotonic() > ends:
                    raise StepFailed(f"the training did not end within {seconds:.0f} s")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @staticmethod
    def _body(answer: httpx.Response) -> Any:
        if answer.is_success:
            return answer.json() if answer.content else None
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        request = answer.request
        reason = problem.get("detail") or answer.text[:300]
        raise StepFailed(f"{request.method} {request.url.path} answered {answer.status_code}: {reason}")
