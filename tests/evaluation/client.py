"""Teaches a database and asks questions, as a user of the HTTP API does."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.evaluation.questions import Database, pairs_file, terms_of

_TRAINING_SECONDS, _POLL_SECONDS, _CALL_SECONDS = 900.0, 0.1, 60.0
_OUTCOMES = {"timed_out": "failed"}
"""The scorer's words for ours, where they differ."""


class Evaluated:
    """A signed-in user; raises `httpx.HTTPStatusError` for what the API refuses."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=_CALL_SECONDS)

    async def sign_in(self, credentials: dict[str, str]) -> None:
        """Use a token from now on."""
        answer = await self._http.post("/auth/login", data=credentials)
        self._http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"

    async def learn(self, database: Database, file: Path, without: frozenset[str], tell: Callable[[str], None]) -> str:
        """Register, train and teach a database, whose file the services can read; gives the id of its dataset."""
        source = {"name": database.path.stem, "kind": "sqlite", "database": str(file),
                  "sample_values": "values" not in without}  # fmt: skip
        source_id = (await self._post("/datasources", source))["id"]
        (await self._http.get(f"/datasources/{source_id}/tables")).raise_for_status()
        dataset = await self._post("/datasets", {"name": database.path.stem, "datasource_id": source_id})
        path = f"/datasets/{dataset['id']}"
        if "terms" not in without:
            for term in terms_of(database.glossary):
                await self._post(f"{path}/terms", term)
        if "training" not in without:
            await self._trained(path, await self._post(f"{path}/train", {}), tell)
        if "teaching" not in without and (pairs := pairs_file(database.teach)):
            headers = {"Content-Type": "application/x-ndjson"}
            answer = await self._http.post(f"{path}/training-data/import", content=pairs.encode(), headers=headers)
            await self._trained(path, answer.raise_for_status().json(), tell)
        return str(dataset["id"])

    async def ask(self, dataset_id: str, question: dict[str, Any]) -> dict[str, Any]:
        """The line of answers.jsonl for a question."""
        began = time.monotonic()
        answer = await self._post("/chat/", {"dataset_id": dataset_id, "question": question["question"]})
        while not answer.get("outcome"):
            await asyncio.sleep(_POLL_SECONDS)
            found = await self._http.get(f"/chat/questions/{answer['question_id']}")
            answer = found.raise_for_status().json()
        outcome = _OUTCOMES.get(answer["outcome"], answer["outcome"])
        sql = answer["sql"] if outcome == "answered" else None
        return {"id": question["id"], "sql": sql, "outcome": outcome, "seconds": round(time.monotonic() - began, 3)}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _trained(self, path: str, started: dict[str, Any], tell: Callable[[str], None]) -> None:
        async with asyncio.timeout(_TRAINING_SECONDS):
            while True:
                progress = (await self._http.get(f"{path}/training/progress")).raise_for_status().json()
                tell(progress["current_step"])
                if progress["training_id"] == started["training_id"] and progress["status"] in ("completed", "failed"):
                    break
                await asyncio.sleep(_POLL_SECONDS)
        if progress["status"] == "failed":
            raise RuntimeError(f"{path} was not learned: {progress['error_msg']}")

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._http.post(path, json=body)
        if answer.is_client_error:
            raise RuntimeError(f"POST {path} was refused: {answer.text}")
        found: dict[str, Any] = answer.raise_for_status().json()
        return found
