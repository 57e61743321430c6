"""Every service's read models, rebuilt from the real log while the service runs, equal the live ones to the byte."""

import asyncio
import json
import sys

import pytest

from deploy.local.services import NAMES
from tests.system.conftest import Running, eventually


@pytest.mark.parametrize("name", NAMES)
async def test_a_rebuild_beside_the_running_service_equals_the_live_state(running: Running, name: str) -> None:
    dataset_id = await running.dataset(f"rebuilt {name}")
    client = running.client
    await client.post(f"/datasets/{dataset_id}/terms", {"term": "late", "definition": "after ten days"})
    await client.post(f"/datasets/{dataset_id}/train", {"table_names": ["customers", "orders"]})
    await running.until(dataset_id, "completed")
    question = {"dataset_id": dataset_id, "question": "How many orders are there?"}
    assert (await client.post("/chat/", question))["outcome"] == "answered"
    verdict = question | {"sql": "SELECT 1", "rating": -1, "corrected_sql": "SELECT count(*) FROM orders"}
    feedback = await client.post("/chat/feedback", verdict)

    async def learned() -> bool:
        return bool((await client.get(f"/chat/feedback/{feedback['feedback_id']}"))["status"] == "learned")

    await eventually(learned)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"services.{name}", "rebuild", "--compare",
        env=running.stack.environment(name), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(90):
        output, _ = await process.communicate()
    assert process.returncode == 0
    report = json.loads(output.decode().strip().splitlines()[-1])
    assert report["before"] == report["after"] and report["events"] > 0
    assert (await client.post("/chat/", question))["rows"] == [[500]], "and it goes on with the new copy"
