"""Bad input gets a clear problem+json, and nothing is half-done."""

import asyncio
from typing import Any

import httpx
import pytest

from libs.events.ids import new_id
from tests.gateway.conftest import API, Running

SOURCE = {"name": "x", "kind": "postgresql", "host": "h", "database": "d"}


def assert_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status and problem["type"].startswith("urn:espalier:problem:")
    assert problem["detail"] and len(problem["trace_id"]) == 32
    return problem


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/datasources", {}),
        ("/datasources", SOURCE | {"kind": "oracle"}),
        ("/datasources", SOURCE | {"port": "many"}),
        ("/datasources", SOURCE | {"port": 70_000}),
        ("/datasources", SOURCE | {"name": ""}),
        ("/datasources", SOURCE | {"name": "a\x00b"}),
        ("/datasources", []),
        ("/datasets", {"name": "x"}),
        ("/chat/", {"dataset_id": "x"}),
        ("/chat/", {"dataset_id": "x", "question": "   "}),
        ("/chat/", {"dataset_id": 7, "question": {}}),
        ("/chat/feedback", {"rating": 5}),
        ("/chat/feedback", {"rating": 1}),
    ],
)
async def test_a_body_of_the_wrong_shape_is_422_and_names_the_fields(running: Running, path: str, body: object) -> None:
    assert_problem(await running.anna.post(API + path, json=body), 422)


async def test_a_misspelt_field_is_named_and_no_request_ignores_one(running: Running) -> None:
    refused = await running.anna.post(f"{API}/datasources", json=SOURCE | {"pasword": "secret"})
    assert_problem(refused, 422)
    assert [error["field"] for error in refused.json()["errors"]] == ["body.pasword"]
    document = (await running.nobody.get("/openapi.json")).json()
    bodies = [
        document["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]
        for operations in document["paths"].values()
        for operation in operations.values()
        for kind, media in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json" and "$ref" in media["schema"]
    ]
    assert len(bodies) > 12
    assert [body["title"] for body in bodies if body.get("additionalProperties") is not False] == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"null"])
async def test_a_body_that_is_no_json_is_422(running: Running, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    assert_problem(await running.anna.post(f"{API}/datasources", content=content, headers=headers), 422)


async def test_a_huge_body_is_413_also_when_it_hides_its_length(running: Running) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b"x" * 65_536

    assert_problem(await running.anna.post(f"{API}/datasources", content=b"x" * 2_000_000), 413)
    assert_problem(await running.anna.post(f"{API}/datasources", content=endless()), 413)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/datasources/{id}"),
        ("PATCH", "/datasources/{id}"),
        ("DELETE", "/datasources/{id}"),
        ("POST", "/datasources/{id}/test"),
        ("GET", "/datasources/{id}/tables"),
        ("GET", "/datasets/{id}"),
        ("PATCH", "/datasets/{id}"),
        ("DELETE", "/datasets/{id}"),
        ("GET", "/datasets/{id}/tables"),
        ("GET", "/datasets/{id}/modeling"),
        ("PUT", "/datasets/{id}/modeling"),
        ("GET", "/datasets/{id}/modeling/suggestions"),
        ("GET", "/datasets/{id}/terms"),
        ("GET", "/datasets/{id}/terms/export"),
        ("POST", "/datasets/{id}/terms/import"),
        ("POST", "/datasets/{id}/train"),
        ("GET", "/datasets/{id}/training/progress"),
        ("GET", "/datasets/{id}/training/logs"),
        ("POST", "/datasets/{id}/training/pause"),
        ("POST", "/datasets/{id}/training/resume"),
        ("POST", "/datasets/{id}/training/cancel"),
        ("DELETE", "/datasets/{id}/training"),
        ("GET", "/datasets/{id}/training/stream"),
        ("GET", "/datasets/{id}/trainings"),
        ("GET", "/datasets/{id}/training-data"),
        ("GET", "/datasets/{id}/training-data/export"),
        ("POST", "/datasets/{id}/training-data/import"),
        ("DELETE", "/datasets/{id}/cache"),
        ("DELETE", "/auth/tokens/{id}"),
        ("GET", "/chat/questions/{id}"),
        ("POST", "/chat/questions/{id}/replay"),
        ("GET", "/chat/conversations/{id}"),
        ("GET", "/chat/feedback/{id}"),
    ],
)
async def test_unknown_and_foreign_ids_are_404_and_signing_in_comes_first(
    running: Running, method: str, path: str
) -> None:
    dataset_id = await running.dataset(running.ben)
    datasource_id = (await running.ben.get(f"{API}/datasets/{dataset_id}")).json()["datasource_id"]
    foreign = datasource_id if path.startswith("/datasources") else dataset_id
    bodies: dict[str, Any] = {"PATCH": {"json": {}}, "PUT": {"json": {"edges": []}}}
    for identity in (new_id(), foreign, "no-id", "%00"):
        answer = await running.anna.request(method, API + path.format(id=identity), **bodies.get(method, {}))
        assert answer.status_code == 404, answer.text
    answer = await running.nobody.request(method, API + path.format(id=foreign))
    assert_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_foreign_data_source_cannot_be_put_into_a_dataset(running: Running) -> None:
    made = (await running.ben.post(f"{API}/datasources", json=SOURCE | {"name": "Ben's"})).json()
    before = (await running.anna.get(f"{API}/datasets")).json()["total"]
    answer = await running.anna.post(f"{API}/datasets", json={"name": "mine", "datasource_id": made["id"]})
    assert_problem(answer, 404)
    assert (await running.anna.get(f"{API}/datasets")).json()["total"] == before


async def test_problems_speak_the_language_asked_for(running: Running) -> None:
    path = f"{API}/datasets/{new_id()}"
    chinese = await running.anna.get(path, headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert chinese.json()["title"] == "未找到"
    assert (await running.anna.get(path, headers={"Accept-Language": "en"})).json()["title"] == "Not found"


async def test_wrong_paths_methods_and_pages_are_problems_too(running: Running) -> None:
    assert_problem(await running.anna.get(f"{API}/nothing"), 404)
    assert_problem(await running.anna.put(f"{API}/datasets"), 405)
    assert_problem(await running.anna.get(f"{API}/datasets?page=0"), 422)


@pytest.mark.parametrize(
    "position",
    ["nonsense", "A/0", "A/x/1", "A/-1/1", "A/99999999999999999999/1", "A/0/99999999999999999999", "%00/0/1", "A/0/1"],
)
async def test_a_position_that_is_none_is_400(running: Running, position: str) -> None:
    assert_problem(await running.anna.get(f"{API}/datasets?after={position}"), 400)


@pytest.mark.parametrize("value", ["NaN", "1e999", '"\\ud800"'])
async def test_json_that_holds_what_cannot_be_stored_is_refused(running: Running, value: str) -> None:
    content = f'{{"name": {value}, "kind": "sqlite", "database": "d", "port": {value}}}'
    headers = {"content-type": "application/json"}
    assert_problem(await running.anna.post(f"{API}/datasources", content=content, headers=headers), 422)


async def test_failed_logins_are_slowed_down(running: Running) -> None:
    form = {"username": "ben", "password": "wrong"}
    for _ in range(5):
        assert_problem(await running.nobody.post(f"{API}/auth/login", data=form), 401)
    slowed = await running.nobody.post(f"{API}/auth/login", data=form | {"password": "long enough"})
    assert_problem(slowed, 429)
    assert int(slowed.headers["retry-after"]) >= 1


async def test_members_may_not_make_accounts(running: Running) -> None:
    body = {"username": "eve", "password": "long enough"}
    assert_problem(await running.anna.post(f"{API}/auth/users", json=body), 403)
    assert (await running.admin.post(f"{API}/auth/users", json=body)).status_code == 201
    assert_problem(await running.admin.post(f"{API}/auth/users", json=body), 409)


async def test_of_many_logins_at_once_only_the_allowed_number_is_tried(running: Running) -> None:
    await running.gateway.accounts.create("claire", "long enough", "member")
    form = {"username": "claire", "password": "a guess"}
    answers = await asyncio.gather(*(running.nobody.post(f"{API}/auth/login", data=form) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {401, 429}
    # Five are free; each further one waits twice as long as the one before, so that a slow machine lets a few more in.
    assert sum(answer.status_code == 401 for answer in answers) <= 10
