"""A row policy goes the whole way: from the request that makes it to the rows of the very next answer."""

from typing import Any

from tests.system.conftest import Running


async def test_the_next_answer_keeps_to_the_policies_of_the_dataset(running: Running) -> None:
    client, dataset_id = running.client, await running.dataset("policies")
    await client.post(f"/datasets/{dataset_id}/train", {"table_names": ["orders", "customers"]})
    assert (await running.until(dataset_id, "completed", "failed"))["status"] == "completed"

    async def answered() -> tuple[Any, str]:
        answer = await client.post("/chat/", {"dataset_id": dataset_id, "question": "How many customers are there?"})
        return answer["rows"], answer["sql"]

    async def keep(*policies: dict[str, str]) -> None:
        answer = await client._http.put(f"/api/v1/datasets/{dataset_id}/policies", json={"policies": policies})
        assert answer.status_code == 200, answer.text

    before, sql = await answered()
    assert before == [[30]]
    await keep({"table": "customers", "role": "admin", "filter": "city = 'Berlin'"})
    assert await answered() == ([[10]], sql)
    await keep({"table": "customers", "role": "member", "filter": "city = 'Berlin'"})
    assert await answered() == ([[30]], sql)
    await keep({"table": "customers", "role": "any", "filter": "id > 5"})
    assert await answered() == ([[25]], sql)
    await keep()
    assert await answered() == ([[30]], sql)
