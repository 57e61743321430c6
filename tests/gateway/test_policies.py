"""Row policies of a dataset are given, read again, and refused where they do not fit the database."""

from typing import Any

import orjson
import pytest

from services.gateway.gateway import Gateway
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem
from tests.gateway.test_modeling import inspected_dataset

POLICY = {"table": "orders", "role": "member", "filter": "shop = 'Berlin' OR buyer IS NULL"}


async def test_policies_are_given_read_again_and_kept_from_a_change_of_something_older(running: Running) -> None:
    dataset_id = await inspected_dataset(running)
    path = f"{API}/datasets/{dataset_id}/policies"
    empty = await running.anna.get(path)
    assert (empty.json(), empty.headers["etag"]) == ({"policies": []}, '"1"')
    wanted = {"policies": [POLICY, {"table": "people", "role": "any", "filter": "people.name <> 'Bob'"}]}
    given = await running.admin.put(path, json=wanted, headers={"If-Match": empty.headers["etag"]})
    assert (given.status_code, given.json(), given.headers["etag"]) == (200, wanted, '"2"')
    assert given.headers["espalier-position"].startswith("DatasetChanged/")
    assert (await running.anna.get(path)).json() == wanted
    assert_problem(await running.admin.put(path, json={"policies": []}, headers={"If-Match": '"1"'}), 412)
    for change in (running.anna.patch(f"{API}/datasets/{dataset_id}", json={"name": "renamed at once"}),
                   running.anna.put(f"{API}/datasets/{dataset_id}/modeling", json={"edges": []})):  # fmt: skip
        assert (await change).status_code == 200
    assert (await running.anna.get(path)).json() == wanted
    assert (await running.admin.put(path, json=wanted)).headers["etag"] == '"3"'
    assert (await running.admin.put(path, json={"policies": []})).json() == {"policies": []}


async def test_members_read_the_policies_of_their_datasets_and_only_administrators_set_them(running: Running) -> None:
    dataset_id = await inspected_dataset(running)
    path, wanted = f"{API}/datasets/{dataset_id}/policies", {"policies": [POLICY]}
    owner = (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["owner_id"]
    assert (await running.admin.put(path, json=wanted)).status_code == 200
    for language, said in (("zh", "只有管理员可以设置"), ("en", "only an administrator sets them")):
        lifting = await running.anna.put(path, json={"policies": []}, headers={"Accept-Language": language})
        problem = assert_problem(lifting, 403)
        assert problem["type"].endswith("policies_read_only") and said in problem["detail"]
    assert (await running.anna.get(path)).json() == (await running.admin.get(path)).json() == wanted
    assert (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["owner_id"] == owner
    for method in (running.ben.get(path), running.ben.put(path, json=wanted)):
        assert_problem(await method, 404)
    assert_problem(await running.admin.get(f"{API}/datasets/{dataset_id}"), 404)


async def test_every_policy_that_does_not_fit_is_named_in_the_language_asked_for(running: Running) -> None:
    path = f"{API}/datasets/{await inspected_dataset(running)}/policies"
    filters = [
        "buyer = 1", "colour = 'red' AND people.id = 1", "buyer IN (SELECT id FROM people)", "pg_sleep(9) IS NULL",
        "buyer = 1) OR (1 = 1",
    ]  # fmt: skip
    roles = ("any", "any", "member", "admin", "member")
    policies = [{"table": "orders", "role": role, "filter": one} for role, one in zip(roles, filters, strict=True)]
    policies.append({"table": "nowhere", "role": "any", "filter": "1 = 1"})
    expected = [
        ("1.filter", "表 orders 没有这些列：colour, people.id。", "The table orders has no columns colour, people.id."),
        ("1", "前面已有针对此表和角色的策略", "An earlier policy is for this table and role"),
        ("2.filter", "应为只涉及一行各列的条件", "Write a condition on the columns of one row"),
        (
            "3.filter",
            "该条件无法使用：不允许使用函数“PG_SLEEP”。",
            "the function 'PG_SLEEP' is not allowed.",
        ),
        ("4.filter", "处有语法错误", "its syntax is wrong at line 1"),
        ("4", "前面已有针对此表和角色的策略", "An earlier policy is for this table and role"),
        ("5.table", "没有名为 nowhere 的表。", "There is no table nowhere."),
    ]
    for number, language in enumerate(("zh", "en"), start=1):
        answer = await running.admin.put(path, json={"policies": policies}, headers={"Accept-Language": language})
        problem = assert_problem(answer, 422)
        assert problem["type"] == "urn:espalier:problem:policies"
        assert [error["field"] for error in problem["errors"]] == [f"body.policies.{one[0]}" for one in expected]
        for error, said in zip(problem["errors"], expected, strict=True):
            assert said[number] in error["message"]
    assert (await running.anna.get(path)).json() == {"policies": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"policies": [POLICY | {"role": "owner"}]},
        {"policies": [POLICY | {"filter": " "}]},
        {"policies": [POLICY | {"filter": "a\x00b"}]},
        {"policies": [POLICY | {"filter": "x" * 2_001}]},
        {"policies": [POLICY | {"hidden": True}]},
        {"policies": [POLICY] * 501},
    ],
)
async def test_policies_of_the_wrong_shape_or_size_are_422(running: Running, body: dict[str, Any]) -> None:
    path = f"{API}/datasets/{await inspected_dataset(running)}/policies"
    assert_problem(await running.admin.put(path, json=body), 422)
    assert (await running.anna.get(path)).headers["etag"] == '"1"'


async def test_without_a_structure_that_was_read_no_policy_fits(running: Running) -> None:
    path = f"{API}/datasets/{await running.dataset()}/policies"
    assert_problem(await running.admin.put(path, json={"policies": [POLICY]}), 422)


async def test_a_question_carries_the_role_of_who_asks_and_waits_for_the_newest_policies(running: Running) -> None:
    for client, role in ((running.anna, "member"), (running.admin, "admin")):
        dataset_id = await running.dataset(client)
        await client.patch(f"{API}/datasets/{dataset_id}", json={"name": "second"})
        asked = await client.post(f"{API}/chat/", json={"dataset_id": dataset_id, "question": "How many?"})
        event = await _asked(running.gateway, asked.json()["question_id"])
        assert (event["role"], event["needs"]["dataset_version"]) == (role, 2)


async def _asked(gateway: Gateway, question_id: str) -> dict[str, Any]:
    rows = await gateway.pool.fetch("SELECT value FROM outbox WHERE topic LIKE '%QuestionAsked'")
    [found] = [row["value"] for row in rows if question_id.encode() in bytes(row["value"])]
    event: dict[str, Any] = orjson.loads(found)
    return event
