"""Teaches a database and asks questions, as a user of the HTTP API does."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.evaluation.questions import Database, pairs_file, terms_of

_TRAINING_SECONDS, _POLL_SECONDS, _CALL_SECONDS = 900.0, 0.1, 60.0
_TRIES, _PAUSE_SECONDS = 4, 2.0
"""Of a request that fails for a reason that may pass; each pause is longer by the first one."""
_STILL_RUNNING = 409
"""What a repeated request is told while the first one goes on."""
_OUTCOMES = {"timed_out": "failed"}
"""The scorer's words for ours, where they differ."""


class Refused(Exception):
    """The API did not do what it was asked, however often; says why."""


class Evaluated:
    """A signed-in user; raises `Refused`."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=_CALL_SECONDS)

    async def sign_in(self, credentials: dict[str, str]) -> None:
        """Use a token from now on."""
        found = await self._call("POST", "/auth/login", data=credentials)
        self._http.headers["Authorization"] = f"Bearer {found['access_token']}"

    async def learn(self, database: Database, file: Path, without: frozenset[str], tell: Callable[[str], None]) -> str:
        """Register, train and teach a database, whose file the services can read; gives the id of its dataset."""
        source = {"name": database.path.stem, "kind": "sqlite", "database": str(file),
                  "sample_values": "values" not in without}  # fmt: skip
        source_id = (await self._call("POST", "/datasources", json=source))["id"]
        await self._call("GET", f"/datasources/{source_id}/tables")
        named = {"name": database.path.stem, "datasource_id": source_id}
        dataset = await self._call("POST", "/datasets", json=named)
        path = f"/datasets/{dataset['id']}"
        if "terms" not in without:
            for term in terms_of(database.glossary):
                await self._call("POST", f"{path}/terms", json=term)
        if "training" not in without:
            await self._trained(path, await self._call("POST", f"{path}/train", json={}), tell)
        if "teaching" not in without and (pairs := pairs_file(database.teach)):
            headers = {"Content-Type": "application/x-ndjson"}
            imported = await self._call("POST", f"{path}/training-data/import", content=pairs.encode(), headers=headers)
            await self._trained(path, imported, tell)
        return str(dataset["id"])

    async def ask(self, dataset_id: str, question: dict[str, Any]) -> dict[str, Any]:
        """The line of answers.jsonl for a question; one that the API refuses has failed, with its reason."""
        began = time.monotonic()
        try:
            answer = await self._answer({"dataset_id": dataset_id, "question": question["question"]})
        except Refused as refused:
            answer = {"outcome": "failed", "reason": str(refused)}
        outcome = _OUTCOMES.get(answer["outcome"], answer["outcome"])
        sql = answer["sql"] if outcome == "answered" else None
        line = {"id": question["id"], "sql": sql, "outcome": outcome, "seconds": round(time.monotonic() - began, 3)}
        return line | {"reason": answer["reason"]} if "reason" in answer else line

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _trained(self, path: str, started: dict[str, Any], tell: Callable[[str], None]) -> None:
        async with asyncio.timeout(_TRAINING_SECONDS):
            while True:
                progress = await self._call("GET", f"{path}/training/progress")
                tell(progress["current_step"])
                if progress["training_id"] == started["training_id"] and progress["status"] in ("completed", "failed"):
                    break
                await asyncio.sleep(_POLL_SECONDS)
        if progress["status"] == "failed":
            raise Refused(f"{path} was not learned: {progress['error_msg']}")

    async def _answer(self, asking: dict[str, str]) -> dict[str, Any]:
        answer = await self._call("POST", "/chat/", json=asking)
        while not answer.get("outcome"):
            await asyncio.sleep(_POLL_SECONDS)
            answer = await self._call("GET", f"/chat/questions/{answer['question_id']}")
        return answer

    async def _call(self, method: str, path: str, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        """What the API answers; under one key, so that a request that is repeated is carried out once."""
        key = {"Idempotency-Key": uuid4().hex}
        for failures in range(1, _TRIES + 1):
            try:
                answer = await self._http.request(method, path, headers=key | (headers or {}), **body)
            except httpx.TransportError as error:
                reason = f"{type(error).__name__} {error}".strip()
            else:
                if answer.is_success:
                    found: dict[str, Any] = answer.json()
                    return found
                reason = f"{answer.status_code} {answer.text}"
                if answer.is_client_error and answer.status_code != _STILL_RUNNING:
                    break
            if failures < _TRIES:
                await asyncio.sleep(_PAUSE_SECONDS * failures)
        raise Refused(f"{method} {path}: {reason}")
