"""An imported file goes the whole way: its pairs answer questions, and a later correction counts before them; sent in
again, what is known changes nothing."""

import json
from typing import Any

from tests.system.conftest import Running, eventually

_PAIRS = [
    {"question": "How is business?", "sql": "SELECT 'fine' AS business FROM orders LIMIT 1;"},
    {"question": "生意怎么样？", "sql": "SELECT '很好' AS business FROM orders LIMIT 1"},
]


async def test_imported_pairs_answer_questions_until_they_are_corrected(running: Running) -> None:
    client, dataset_id = running.client, await running.dataset("imports")
    await client.post(f"/datasets/{dataset_id}/train", {"table_names": ["orders", "customers"]})
    assert (await running.until(dataset_id, "completed", "failed"))["status"] == "completed"
    started = await client.import_pairs(dataset_id, "\n".join(map(json.dumps, _PAIRS)))
    progress = await running.until(dataset_id, "completed", "failed")
    assert (progress["training_id"], progress["status"]) == (started["training_id"], "completed")
    assert (progress["process_rate"], progress["items_learned"]) == (100, 2)

    async def rows(question: str) -> Any:
        return (await client.post("/chat/", {"dataset_id": dataset_id, "question": question}))["rows"]

    assert await rows("How is business?") == [["fine"]]
    assert await rows("生意怎么样？") == [["很好"]]
    verdict = {"dataset_id": dataset_id, "question": "How is business?", "rating": -1,
               "corrected_sql": "SELECT 'better' AS business FROM orders LIMIT 1"}  # fmt: skip
    feedback = await client.post("/chat/feedback", verdict)

    async def learned() -> bool:
        return bool((await client.get(f"/chat/feedback/{feedback['feedback_id']}"))["status"] == "learned")

    await eventually(learned)
    assert await rows("How is business?") == [["better"]]
    assert await rows("生意怎么样？") == [["很好"]]

    async def known() -> dict[str, str]:
        items = (await client.get(f"/datasets/{dataset_id}/training-data", type="qa", page_size=200))["items"]
        return {json.dumps({"question": item["question"], "sql": item["sql"]}): item["origin"] for item in items}

    before = await known()
    again = await client.import_pairs(dataset_id, "\n".join(before))
    progress = await running.until(dataset_id, "completed", "failed")
    assert (progress["training_id"], progress["status"]) == (again["training_id"], "completed")
    assert (progress["items_learned"], await known()) == (0, before)
    assert set(before.values()) == {"training", "feedback"}, "what a training made is not verified by coming back"
