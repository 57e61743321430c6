"""A change that changes nothing writes nothing, raises no version, and reads no database again."""

from typing import Any

import pytest

from tests.gateway.conftest import API, Running

_EVENTS = "SELECT count(*) FROM outbox WHERE key = ANY($1)"


@pytest.mark.parametrize(
    ("kind", "unchanged", "changed"),
    [
        ("datasource", {"port": None, "password": None}, {"port": 5433}),
        ("datasource", {"name": "{name}", "host": "127.0.0.1", "private_columns": []}, {"name": "{name} 2"}),
        ("datasource", {}, {"password": "other"}),
        ("dataset", {"name": "{name}", "tables": []}, {"tables": ["orders"]}),
        ("dataset", {}, {"name": "{name} 3"}),
        ("term", {"term": "late", "synonyms": ["delayed"], "definition": None}, {"synonyms": []}),
        ("term", {}, {"sql_expression": "count(*)"}),
    ],
)
async def test_what_says_nothing_new_is_no_change(
    running: Running, kind: str, unchanged: dict[str, Any], changed: dict[str, Any]
) -> None:
    dataset = f"{API}/datasets/{await running.dataset()}"
    state = (await running.anna.get(dataset)).json()
    term = await running.anna.post(f"{dataset}/terms", json={"term": "late", "synonyms": ["delayed"]})
    path = {
        "datasource": f"{API}/datasources/{state['datasource_id']}", "dataset": dataset,
        "term": f"{dataset}/terms/{term.json()['id']}",
    }[kind]  # fmt: skip
    for given in (unchanged, changed):
        if "name" in given:
            given["name"] = given["name"].format(name=state["name"])
    keys = [state["id"], state["datasource_id"]]
    before = await running.gateway.pool.fetchval(_EVENTS, keys)
    answer = await running.anna.patch(path, json=unchanged)
    assert (answer.status_code, answer.json()["version"], answer.headers["etag"]) == (200, 1, '"1"')
    assert "espalier-position" not in answer.headers
    assert await running.gateway.pool.fetchval(_EVENTS, keys) == before
    answer = await running.anna.patch(path, json=changed)
    assert (answer.json()["version"], answer.headers["etag"]) == (2, '"2"')
    assert await running.gateway.pool.fetchval(_EVENTS, keys) > before


async def test_the_same_drawing_is_no_change(running: Running) -> None:
    dataset = f"{API}/datasets/{await running.dataset()}"
    for nodes, version in (([], 1), ([{"x": 1}], 2), ([{"x": 1}], 2)):
        answer = await running.anna.put(f"{dataset}/modeling", json={"nodes": nodes, "edges": []})
        assert answer.headers["etag"] == f'"{version}"'
