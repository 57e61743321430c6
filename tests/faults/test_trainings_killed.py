"""Trainings on three trainers that are killed, frozen and ended at random, while Kafka and PostgreSQL die once each.

Short here; `make faults` lets 100 trainings go through two minutes of it (ESPALIER_FAULTS_TRAININGS, .._SECONDS).
"""

import asyncio
import json
import os
import sqlite3
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo.client import Client, StepFailed
from deploy.local.stack import LocalStack
from tests.faults.log import Logged, logged
from tests.faults.processes import Disturbed, environment, trouble

TRAININGS = int(os.environ.get("ESPALIER_FAULTS_TRAININGS", "6"))
SECONDS = float(os.environ.get("ESPALIER_FAULTS_SECONDS", "8"))
_LOG_CHARACTERS = 3_000
_COMPLETION_SECONDS = 300 + 3 * TRAININGS


@pytest.mark.timeout(_COMPLETION_SECONDS + 3 * SECONDS + 120)
async def test_all_trainings_complete_and_nothing_is_learned_twice_whatever_dies(tmp_path: Path) -> None:
    began, done = time.monotonic(), Counter[str]()
    said: dict[str, object] = {}
    async with LocalStack(tmp_path, services=("gateway",)) as stack:
        shared = await environment(stack, "trainer")
        trainers = [Disturbed("trainer", f"trainer-{n}", shared, tmp_path / "logs") for n in range(3)]
        client = Client(stack.addresses["gateway_url"])
        credentials = stack.addresses["credentials"]
        await client.sign_in(credentials["username"], credentials["password"])
        try:
            datasets = [await _started(client, tmp_path / "sqlite", number) for number in range(TRAININGS)]
            await asyncio.gather(
                *(trouble(trainer, SECONDS, done) for trainer in trainers),
                _kill_later(stack, "kafka", SECONDS / 3, done),
                _kill_later(stack, "postgres", SECONDS * 2 / 3, done),
            )
            quiet = time.monotonic()
            try:
                await _completed(client, datasets, said)
            except TimeoutError:
                raise AssertionError(f"not completed: {said}; {_ends_of_logs(tmp_path)}") from None
            finished = time.monotonic()
        finally:
            await client.close()
            await asyncio.gather(*(trainer.stop() for trainer in trainers))
        figures = _checked(await logged(stack.addresses["kafka_bootstrap"], "CheckpointReached"))
    times = {"seconds": round(finished - began, 1), "seconds_after_the_trouble": round(finished - quiet, 1)}
    print(json.dumps({"faults": "trainings", "trainings": TRAININGS, **figures, **done, **times}))
    assert figures["completed"] == TRAININGS
    assert done["kafka killed"] == done["postgres killed"] == 1


async def _started(client: Client, folder: Path, number: int) -> str:
    """A database of its own, with nothing that another has, and its training; gives the id of the dataset."""
    path = folder / f"shop_{number}.sqlite"
    with sqlite3.connect(path) as made:
        for table in ("customers", "orders", "parts"):
            columns = ", ".join(f"field_{number}_{table}_{column} TEXT" for column in range(4))
            made.execute(f"CREATE TABLE {table}_{number} (id INTEGER PRIMARY KEY, {columns})")
            made.execute(f"INSERT INTO {table}_{number} (id) VALUES (1), (2)")
    made.close()
    source = await client.post("/datasources", {"name": path.stem, "kind": "sqlite", "database": str(path)})
    dataset = await client.post("/datasets", {"name": path.stem, "datasource_id": source["id"]})
    await client.post(f"/datasets/{dataset['id']}/train")
    return str(dataset["id"])


async def _kill_later(stack: LocalStack, name: str, seconds: float, done: Counter[str]) -> None:
    await asyncio.sleep(seconds)
    stack.kill(name)
    done[f"{name} killed"] += 1


def _ends_of_logs(folder: Path) -> dict[str, str]:
    """The last of what each process said, by the name of its log."""
    return {path.name: path.read_text(errors="replace")[-_LOG_CHARACTERS:] for path in folder.rglob("*.log")}


async def _completed(client: Client, datasets: list[str], said: dict[str, object]) -> None:
    """Wait until all trainings are; `said` tells what was last heard of those that are not."""
    waiting = set(datasets)
    async with asyncio.timeout(_COMPLETION_SECONDS):
        while waiting:
            for dataset_id in list(waiting):
                try:
                    progress = await client.get(f"/datasets/{dataset_id}/training/progress")
                except (httpx.HTTPError, StepFailed) as error:
                    said[dataset_id] = repr(error)
                    continue  # The gateway's database is coming back.
                said[dataset_id] = progress
                assert progress["status"] not in ("failed", "cancelled"), progress
                if progress["status"] == "completed":
                    waiting.discard(dataset_id)
                    del said[dataset_id]
            await asyncio.sleep(0.5)


def _checked(checkpoints: list[Logged]) -> dict[str, int]:
    """Each event once, sequences without a gap, epochs that never fall, no item twice, one end; gives figures."""
    assert max(Counter(one.event_id for one in checkpoints).values()) == 1
    by_training: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in checkpoints:
        by_training[one.body["training_id"]].append(one.body)
    completed = 0
    for training_id, reached in by_training.items():
        assert [one["sequence"] for one in reached] == list(range(1, len(reached) + 1)), training_id
        epochs = [one["epoch"] for one in reached]
        assert epochs == sorted(epochs), training_id
        learned = Counter(item["item_id"] for one in reached for item in one["items"])
        assert learned and max(learned.values()) == 1, training_id
        assert reached[-1]["items_learned"] == len(learned)
        completed += reached[-1]["status"] == "completed"
    items = sum(len(one.body["items"]) for one in checkpoints)
    attempts = sum(reached[-1]["attempt"] for reached in by_training.values())
    return {"completed": completed, "checkpoints": len(checkpoints), "items": items, "attempts": attempts}
