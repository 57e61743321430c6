"""Learning is measured on the running stack: what helps stays, what makes verified answers worse is held."""

import json
from typing import Any

from tests.system.conftest import Running, eventually

_VERIFIED = {
    "How many orders are there?": "SELECT count(*) FROM orders",
    "Total amount of all orders?": "SELECT sum(amount) FROM orders",
    "How many customers live in Berlin?": "SELECT count(*) FROM customers WHERE city = 'Berlin'",
    "Which is the largest order amount?": "SELECT max(amount) FROM orders",
}
_CORRECTIONS = {
    "What is the number of orders?": "SELECT count(*) FROM orders",
    "What is the total amount of all orders?": "SELECT sum(amount) FROM orders",
    "How many customers live in Paris?": "SELECT count(*) FROM customers WHERE city = 'Paris'",
    "What is the largest order amount?": "SELECT max(amount) FROM orders",
    "Which is the smallest order amount?": "SELECT min(amount) FROM orders",
    "订单有多少个？": "SELECT count(*) FROM orders",
    "有多少客户住在上海？": "SELECT count(*) FROM customers WHERE city = '上海'",
    "Names of customers in Paris?": "SELECT name FROM customers WHERE city = 'Paris'",
    "Average amount of an order?": "SELECT avg(amount) FROM orders",
    "Orders of each customer?": "SELECT customer_id, count(*) FROM orders GROUP BY customer_id",
}


async def _said(running: Running, dataset_id: str, question: str, sql: str) -> str:
    verdict = {"dataset_id": dataset_id, "question": question, "sql": "SELECT 1", "rating": -1, "corrected_sql": sql}
    return str((await running.client.post("/chat/feedback", verdict))["feedback_id"])


async def _until(running: Running, feedback_id: str, *statuses: str) -> dict[str, Any]:
    async def reached() -> dict[str, Any] | None:
        found: dict[str, Any] = await running.client.get(f"/chat/feedback/{feedback_id}")
        return found if found["status"] in statuses else None

    found: dict[str, Any] = await eventually(reached)
    return found


async def _measured(running: Running, dataset_id: str, feedback_id: str) -> dict[str, Any]:
    """The point of the curve that a correction made."""

    async def point() -> dict[str, Any] | None:
        items = (await running.client.get(f"/datasets/{dataset_id}/learning"))["items"]
        return next((one for one in items if one["feedback_id"] == feedback_id), None)

    found: dict[str, Any] = await eventually(point)
    return found


async def test_ten_corrections_do_not_lower_the_score_and_a_poisoned_one_is_held(running: Running) -> None:
    client, dataset_id = running.client, await running.dataset("learning")
    await client.post(f"/datasets/{dataset_id}/train", {"table_names": ["customers", "orders"]})
    await running.until(dataset_id, "completed")
    lines = [json.dumps({"question": question, "sql": sql}) for question, sql in _VERIFIED.items()]
    imported = await client.import_pairs(dataset_id, "\n".join(lines))
    assert (await running.until(dataset_id, "completed"))["training_id"] == imported["training_id"]
    for question, sql in _CORRECTIONS.items():
        point = await _measured(running, dataset_id, await _said(running, dataset_id, question, sql))
        change = point["change"]
        assert point["verdict"] == "kept" and (change["after"] or 0) >= (change["before"] or 0), question

    poison, answers = "How many orders exist?", {"dataset_id": dataset_id, "question": "How many orders exist?"}

    async def answered(rows: int) -> Any:
        async def found() -> Any:
            answer = await client.post("/chat/", answers)
            return answer if answer["rows"] == [[rows]] else None

        return await eventually(found)

    poisoned = await _said(running, dataset_id, poison, "SELECT count(*) FROM customers")
    held = await _until(running, poisoned, "held")
    assert held["reasons"][0]["code"] in ("contradicts", "made_worse")
    assert held["change"]["contradicts"] or held["change"]["lost"]
    before = await answered(500)
    now = await client.get(f"/datasets/{dataset_id}/learning")
    assert (now["verified"], now["items"][0]["verdict"]) == (14, "held") and now["score"] == now["items"][0]["score"]

    await client.post(f"/chat/feedback/{poisoned}/accept")
    await _until(running, poisoned, "learned")
    await answered(30)
    again = await client.post(f"/chat/questions/{before['question_id']}/replay")
    assert (again["before"], again["rows"], again["same_rows"]) == (before, [[30]], False), "both answers, side by side"
    assert again["knowledge_version"] > before["knowledge_version"] and not again["cached"]
    learned = await client.get(f"/datasets/{dataset_id}/training-data", type="qa", page_size=200)
    [pair] = [item for item in learned["items"] if item["question"] == poison]
    assert pair["feedback"]["feedback_id"] == poisoned and pair["feedback"]["given_at"]

    await client.post(f"/chat/feedback/{poisoned}/revert")
    await _until(running, poisoned, "reverted")
    await answered(500)
