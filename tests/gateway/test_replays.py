"""A question of one's own is asked again: one at a time, apart from its conversation, with both answers shown."""

import asyncio
from typing import Any

import httpx

from libs.events.catalog import QuestionAnswered, RowsFetched
from libs.events.ids import new_id
from libs.runtime.clock import now
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem
from tests.gateway.test_live import eventually_asked

_REPLAY = "SELECT state FROM questions WHERE dataset_id = $1 AND state->>'replays' IS NOT NULL ORDER BY asked_at DESC"


async def _ended(running: Running, question_id: str, dataset_id: str, sql: str, **fields: Any) -> None:
    told: dict[str, Any] = {"question_id": question_id, "dataset_id": dataset_id}
    answered = QuestionAnswered(**told, outcome="answered", sql=sql, row_count=1, answered_at=now(), **fields)
    await running.hear(answered, RowsFetched(**told, columns=(), rows=((7,),), fetched_at=now()))


async def _asked_again(running: Running, dataset_id: str, beside: set[str]) -> dict[str, Any]:
    """The replay that is being asked and is not among `beside`."""
    async with asyncio.timeout(10):
        while True:
            for row in await running.gateway.pool.fetch(_REPLAY, dataset_id):
                if row["state"]["question_id"] not in beside:
                    return dict(row["state"])
            await asyncio.sleep(0.01)


def _path(question_id: str) -> str:
    return f"{API}/chat/questions/{question_id}/replay"


async def test_a_replay_shows_both_answers_and_is_no_turn_of_the_conversation(running: Running) -> None:
    dataset_id = await running.dataset()
    body = {"dataset_id": dataset_id, "question": "How many orders?"}
    asking = asyncio.create_task(running.anna.post(f"{API}/chat/", json=body))
    first = await eventually_asked(running, dataset_id)
    for client, code, status in ((running.anna, "not_answered", 409), (running.ben, "not_found", 404)):
        assert assert_problem(await client.post(_path(first)), status)["type"].endswith(code)
    await _ended(running, first, dataset_id, "SELECT 7")
    before = (await asking).json()

    shown: list[httpx.Response] = []
    ids = {first}
    for named, same in ((first, False), ("the replay", None)):
        named = named if named == first else shown[-1].json()["question_id"]
        replaying = asyncio.create_task(running.anna.post(_path(named), headers={"Idempotency-Key": new_id()}))
        event = await _asked_again(running, dataset_id, ids)
        assert (event["replays"], event["purpose"], event["role"]) == (first, "replay", "member")
        assert_problem(await running.ben.post(_path(named)), 404)
        for language, said in (("zh", "正在重新提问"), ("en", "being asked again")):
            busy = await running.anna.post(_path(first), headers={"Accept-Language": language})
            problem = assert_problem(busy, 409)
            assert problem["type"].endswith("replay_active") and said in problem["detail"]
        await _ended(running, event["question_id"], dataset_id, "SELECT 8", same_rows=same)
        shown.append(await replaying)
        answer = shown[-1].json()
        assert (answer["before"], answer["sql"], answer["same_rows"]) == (before, "SELECT 8", same)
        assert (await running.anna.get(f"{API}/chat/questions/{answer['question_id']}")).json() == answer
        ids.add(answer["question_id"])

    conversation = f"{API}/chat/conversations/{before['conversation_id']}"
    assert (await running.anna.get(conversation)).json()["questions"] == [before]
    listed = (await running.anna.get(f"{API}/chat/conversations?page_size=200")).json()["items"]
    assert [one["questions"] for one in listed if one["conversation_id"] == before["conversation_id"]] == [1]
    await running.anna.delete(conversation)
    assert_problem(await running.anna.get(f"{API}/chat/questions/{shown[-1].json()['question_id']}"), 404)
    assert_problem(await running.anna.post(_path(first)), 404)


async def test_of_two_replays_at_once_one_is_asked(running: Running) -> None:
    dataset_id = await running.dataset()
    asking = asyncio.create_task(running.anna.post(f"{API}/chat/", json={"dataset_id": dataset_id, "question": "?!a"}))
    first = await eventually_asked(running, dataset_id)
    await _ended(running, first, dataset_id, "SELECT 7")
    await asking
    both = [asyncio.create_task(running.anna.post(_path(first))) for _ in range(2)]
    event = await _asked_again(running, dataset_id, {first})
    [refused], [asked] = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    assert_problem(await refused, 409)
    await _ended(running, event["question_id"], dataset_id, "SELECT 7", same_rows=True)
    assert (await asked).status_code == 200
