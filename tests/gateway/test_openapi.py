"""The OpenAPI document tells of what all routes answer, and of the errors and headers that they have."""

import re
from typing import Any, get_args

import httpx
import pytest
from jsonschema import ValidationError

from libs.charts.specification import ChartType
from libs.events.catalog import Outcome
from services.gateway.trainings.shown import ShownStatus
from tests.gateway.conftest import API, Running

_COMMANDS = {
    "ask", "cancel", "change", "clear", "create", "decide", "delete", "draw", "end", "export", "follow", "get", "give",
    "import", "list", "login", "logout", "pause", "remove", "replay", "resume", "retry", "set", "start", "suggest",
    "test",
}  # fmt: skip


async def test_every_route_declares_its_errors_as_problems(running: Running) -> None:
    document = (await running.nobody.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            errors = {code: one for code, one in operation["responses"].items() if int(code) >= 400}
            assert {next(iter(one["content"])) for one in errors.values()} == {"application/problem+json"}, path
            assert "401" in errors and operation["summary"], (method, path)
    assert "HTTPValidationError" not in str(document)
    assert {"type", "detail", "trace_id"} <= set(document["components"]["schemas"]["ProblemDetails"]["properties"])


async def test_a_real_problem_has_the_fields_that_are_declared(running: Running) -> None:
    schema = (await running.nobody.get("/openapi.json")).json()["components"]["schemas"]["ProblemDetails"]
    problem = (await running.anna.post(f"{API}/datasources", json={})).json()
    assert set(schema["required"]) <= set(problem) <= set(schema["properties"])


async def test_posts_declare_the_idempotency_key_and_changes_the_version_they_expect(running: Running) -> None:
    paths: dict[str, Any] = (await running.nobody.get("/openapi.json")).json()["paths"]
    for path, operations in paths.items():
        names = [one["name"] for one in operations.get("post", {}).get("parameters", [])]
        assert ("Idempotency-Key" in names) == ("post" in operations and "security" in operations["post"]), path
    changes = paths[f"{API}/datasets/{{dataset_id}}"]
    assert {"412", "404", "409"} <= set(changes["patch"]["responses"])
    assert "409" in changes["delete"]["responses"] and "409" not in changes["get"]["responses"]
    assert "429" in paths[f"{API}/auth/login"]["post"]["responses"]
    assert "403" in paths[f"{API}/auth/users"]["post"]["responses"]
    assert "403" in paths[f"{API}/datasets/{{dataset_id}}/policies"]["put"]["responses"]
    assert "413" in paths[f"{API}/datasources"]["post"]["responses"]


async def test_a_client_made_from_the_document_has_good_names_and_knows_what_every_call_gives(running: Running) -> None:
    document = (await running.nobody.get("/openapi.json")).json()
    calls = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            calls.append(operation["operationId"])
            assert operation["summary"] and len(operation["tags"]) == 1, (method, path)
            for status, answer in operation["responses"].items():
                told = [one.get("schema", {}) for one in answer.get("content", {}).values()]
                assert status == "204" or (told and all("$ref" in str(one) or "type" in one for one in told)), path
    assert len(set(calls)) == len(calls) and all(call.partition("_")[0] in _COMMANDS for call in calls), calls
    for name, schema in document["components"]["schemas"].items():
        assert re.fullmatch("([A-Z][a-z]+)+", name) and schema["description"], name
    for name in ("Account", "Answer", "Step", "Chart", "Format", "Dataset", "TermPage", "LearningCurve"):
        schema = document["components"]["schemas"][name]
        assert {*schema["required"]} == {*schema["properties"]}, name  # All that is always told.
    assert {*get_args(Outcome)} == {*_named(document, "Answer", "outcome")}
    assert {*get_args(ShownStatus)} == {*_named(document, "Progress", "status")}
    assert {*get_args(ChartType), "clarification"} == {*_named(document, "Answer", "chart_type")}


def _named(document: dict[str, Any], model: str, field: str) -> list[str]:
    words: list[str] = document["components"]["schemas"][model]["properties"][field]["enum"]
    return words


async def test_an_answer_that_is_not_declared_would_be_found(running: Running) -> None:
    request = running.anna.build_request("GET", f"{API}/auth/me")
    me = (await running.anna.get(f"{API}/auth/me")).json()
    for undeclared in (
        httpx.Response(200, json=me | {"role": "king"}, request=request),
        httpx.Response(200, json={}, request=request),
        httpx.Response(200, json=me, request=request, headers={"ETag": '"1"'}),
        httpx.Response(200, text="anna", request=request),
        httpx.Response(418, json=me, request=request),
    ):
        with pytest.raises((AssertionError, ValidationError)):
            await running.declared.check(undeclared)
