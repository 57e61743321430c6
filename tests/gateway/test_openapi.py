"""The OpenAPI document tells of the errors and headers that all routes have."""

from typing import Any

from tests.gateway.conftest import API, Running


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
    assert {"412", "409", "404"} <= set(paths[f"{API}/datasets/{{dataset_id}}"]["patch"]["responses"])
    assert "429" in paths[f"{API}/auth/login"]["post"]["responses"]
    assert "403" in paths[f"{API}/auth/users"]["post"]["responses"]
    assert "403" in paths[f"{API}/datasets/{{dataset_id}}/policies"]["put"]["responses"]
    assert "413" in paths[f"{API}/datasources"]["post"]["responses"]
