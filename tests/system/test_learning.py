"""Learning is measured on the running stack: what helps stays, what makes verified answers worse is held."""

import json
from collections.abc import Callable
from typing import Any

from tests.system.conftest import Running, eventually

_ORDERS = "SELECT count(*) FROM orders"
_CLIENTELE = "SELECT count(DISTINCT customer_id) AS customers FROM orders WHERE amount > 740"
_VERIFIED = {
    "Customers: how many do exist?": _CLIENTELE,
    "How many orders are there?": _ORDERS,
    "Total amount of all orders?": "SELECT sum(amount) FROM orders",
    "Which is the largest order amount?": "SELECT max(amount) FROM orders",
}
_OF_CUSTOMERS = {"How many customers live in Berlin?": "SELECT count(*) FROM customers WHERE city = 'Berlin'"}
"""Imported later: what pairs ask is known without a training."""
_CORRECTIONS = {
    "What is the number of orders?": _ORDERS,
    "What is the total amount of all orders?": "SELECT sum(amount) FROM orders",
    "How many customers live in Paris?": "SELECT count(*) FROM customers WHERE city = 'Paris'",
    "What is the largest order amount?": "SELECT max(amount) FROM orders",
    "Which is the smallest order amount?": "SELECT min(amount) FROM orders",
    "订单有多少个？": _ORDERS,
    "有多少客户住在上海？": "SELECT count(*) FROM customers WHERE city = '上海'",
    "Names of customers in Paris?": "SELECT name FROM customers WHERE city = 'Paris'",
    "Average amount of an order?": "SELECT avg(amount) FROM orders",
    "Orders of each customer?": "SELECT customer_id, count(*) FROM orders GROUP BY customer_id",
}
_HARMFUL = {
    "How many orders exist in all?": "SELECT count(*) FROM customers",
    "Total amount of all orders?": _VERIFIED["Total amount of all orders?"],
    "How many orders did customer 5 place?": "SELECT count(*) FROM orders WHERE customer_id = 5",
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


async def _measured(running: Running, dataset_id: str, key: str, value: str) -> dict[str, Any]:
    """The point of the curve that a training or a correction made."""

    async def point() -> dict[str, Any] | None:
        items = (await running.client.get(f"/datasets/{dataset_id}/learning"))["items"]
        return next((one for one in items if one[key] == value), None)

    found: dict[str, Any] = await eventually(point)
    return found


async def _pairs(running: Running, dataset_id: str) -> set[tuple[str, str]]:
    """What is known."""
    known = await running.client.get(f"/datasets/{dataset_id}/training-data", type="qa", page_size=200)
    return {(item["question"], item["sql"]) for item in known["items"]}


async def _until_known(running: Running, dataset_id: str, pairs: set[tuple[str, str]]) -> None:
    async def known() -> bool:
        return await _pairs(running, dataset_id) == pairs

    await eventually(known)


async def _imported(running: Running, dataset_id: str, pairs: dict[str, str]) -> str:
    lines = "\n".join(json.dumps({"question": question, "sql": sql}) for question, sql in pairs.items())
    return str((await running.client.import_pairs(dataset_id, lines))["training_id"])


async def _trained(running: Running, dataset_id: str, *tables: str) -> str:
    asked = await running.client.post(f"/datasets/{dataset_id}/train", {"table_names": tables})
    return str(asked["training_id"])


async def _verdict(running: Running, dataset_id: str, training_id: str) -> str:
    items = (await running.client.get(f"/datasets/{dataset_id}/trainings"))["items"]
    return str(next(one["verdict"] for one in items if one["training_id"] == training_id))


async def test_what_does_harm_is_held_whoever_taught_it_and_ten_corrections_do_not_lower_the_score(
    running: Running, record_property: Callable[[str, object], None]
) -> None:
    client, dataset_id = running.client, await running.dataset("learning")
    await client.get(f"/datasources/{(await client.get(f'/datasets/{dataset_id}'))['datasource_id']}/tables")
    await _measured(running, dataset_id, "training_id", await _imported(running, dataset_id, _VERIFIED))
    await _a_training_is_held_until_it_is_accepted(running, dataset_id)
    await _measured(running, dataset_id, "training_id", await _imported(running, dataset_id, _OF_CUSTOMERS))
    record_property("scores", scores := await _scores_of_ten_corrections(running, dataset_id))
    print(*scores, sep="\n")
    await _a_poisoned_correction_is_held_until_it_is_accepted_and_taken_back(running, dataset_id)
    await _an_import_is_held_until_it_is_dropped(running, dataset_id)


async def _a_training_is_held_until_it_is_accepted(running: Running, dataset_id: str) -> None:
    """It teaches to count all customers, which is not what people mean here."""
    harmful = ("How many customers are there?", "SELECT count(*) AS count FROM customers")
    before, training_id = await _pairs(running, dataset_id), await _trained(running, dataset_id, "customers")
    point = await _measured(running, dataset_id, "training_id", training_id)
    assert (point["source"], point["verdict"]) == ("user", "held"), point
    assert await _verdict(running, dataset_id, training_id) == "held"
    assert {one["sql"] for one in point["change"]["lost"]} == {_CLIENTELE}
    await _until_known(running, dataset_id, before)
    again = await _trained(running, dataset_id, "customers", "orders")
    point = await _measured(running, dataset_id, "training_id", again)
    known = await _pairs(running, dataset_id)
    assert point["verdict"] == "kept" and before < known and harmful not in known, "the next one does not bring it back"
    await running.client.post(f"/datasets/{dataset_id}/learning/{training_id}/accept")

    async def accepted() -> bool:
        told = await _verdict(running, dataset_id, training_id)
        return told == "accepted" and harmful in await _pairs(running, dataset_id)

    await eventually(accepted)
    assert known < await _pairs(running, dataset_id)


async def _scores_of_ten_corrections(running: Running, dataset_id: str) -> list[str]:
    """How many of the verified questions that were measured are answered right, after each."""
    scores, most = [], 0
    for question, sql in _CORRECTIONS.items():
        said = await _said(running, dataset_id, question, sql)
        point = await _measured(running, dataset_id, "feedback_id", said)
        change, right = point["change"], round((point["score"] or 0) * point["measured"])
        scores.append(f"{right} of {point['measured']} right after: {question}")
        assert point["verdict"] == "kept" and (change["after"] or 0) >= (change["before"] or 0), scores
        assert right >= most, scores
        most = right
    return scores


async def _a_poisoned_correction_is_held_until_it_is_accepted_and_taken_back(running: Running, dataset_id: str) -> None:
    client, asked = running.client, {"dataset_id": dataset_id, "question": "How many orders exist?"}

    async def answered(rows: int) -> Any:
        async def found() -> Any:
            answer = await client.post("/chat/", asked)
            return answer if answer["rows"] == [[rows]] else None

        return await eventually(found)

    known = await _pairs(running, dataset_id)
    poisoned = await _said(running, dataset_id, asked["question"], "SELECT count(*) FROM customers")
    held = await _until(running, poisoned, "held")
    assert held["reasons"][0]["code"] in ("contradicts", "made_worse")
    assert held["change"]["contradicts"] or held["change"]["lost"]
    before = await answered(500)
    now = await client.get(f"/datasets/{dataset_id}/learning")
    verified = len(_VERIFIED) + len(_OF_CUSTOMERS) + len(_CORRECTIONS)
    assert (now["verified"], now["items"][0]["verdict"]) == (verified, "held")
    assert now["score"] == now["items"][0]["score"]

    await client.post(f"/chat/feedback/{poisoned}/accept")
    await _until(running, poisoned, "learned")
    await answered(30)
    again = await client.post(f"/chat/questions/{before['question_id']}/replay")
    assert (again["before"], again["rows"], again["same_rows"]) == (before, [[30]], False), "both answers, side by side"
    assert again["knowledge_version"] > before["knowledge_version"] and not again["cached"]
    learned = await client.get(f"/datasets/{dataset_id}/training-data", type="qa", page_size=200)
    [pair] = [item for item in learned["items"] if item["question"] == asked["question"]]
    assert pair["feedback"]["feedback_id"] == poisoned and pair["feedback"]["given_at"]

    other = ("How many orders exist at all?", _ORDERS)
    right = await _said(running, dataset_id, *other)
    await _until(running, right, "held")
    await client.post(f"/chat/feedback/{poisoned}/revert")
    await _until(running, poisoned, "reverted")
    await answered(500)
    back = await _until(running, right, "learned")
    assert [reason["code"] for reason in back["reasons"]] == ["learned_again"], "what a wrong one held comes back"
    await _until_known(running, dataset_id, known | {other})
    curve = (await client.get(f"/datasets/{dataset_id}/learning"))["items"]
    assert {one["verdict"] for one in curve if one["feedback_id"] == poisoned} == {"reverted"}


async def _an_import_is_held_until_it_is_dropped(running: Running, dataset_id: str) -> None:
    before, training_id = await _pairs(running, dataset_id), await _imported(running, dataset_id, _HARMFUL)
    point = await _measured(running, dataset_id, "training_id", training_id)
    assert (point["source"], point["verdict"]) == ("import", "held")
    evidence = point["change"]["contradicts"] + point["change"]["lost"]
    assert {one["sql_after"] for one in evidence if "FROM customers" in one["sql_after"]}
    assert await _verdict(running, dataset_id, training_id) == "held"
    await _until_known(running, dataset_id, before)

    await running.client.post(f"/datasets/{dataset_id}/learning/{training_id}/drop")

    async def dropped() -> bool:
        return await _verdict(running, dataset_id, training_id) == "dropped"

    await eventually(dropped)
    assert await _pairs(running, dataset_id) == before
    curve = await running.client.get(f"/datasets/{dataset_id}/learning")
    mine = next(one for one in curve["items"] if one["training_id"] == training_id)
    assert (mine["verdict"], mine["score"]) == ("dropped", point["score"])
