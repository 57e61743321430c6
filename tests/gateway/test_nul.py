"""NUL, which PostgreSQL cannot keep, is refused wherever a text can be sent: found by walking the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from tests.gateway.conftest import API, Running

NUL = "a\x00b"
METHODS = ("get", "post", "patch", "put", "delete")


async def test_nul_in_any_text_of_any_request_body_is_refused(running: Running) -> None:
    document = (await running.nobody.get("/openapi.json")).json()
    values = await _values(running)
    sent = 0
    for method, path, operation in _operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        for kind, media in content.items():
            for where, body in _spoiled(_resolved(document, media["schema"]), document):
                sent_as: dict[str, Any] = {"json": body} if kind == "application/json" else {"data": body}
                if isinstance(body, str):
                    sent_as = {"content": body, "headers": {"content-type": kind}}
                answer = await running.admin.request(method, path.format_map(values), **sent_as)
                # A login holds no shape to check: nobody has such a name.
                assert answer.status_code in ({401, 422, 429} if path.endswith("/login") else {422}), (path, where)
                sent += 1
    assert sent > 30


async def test_nul_in_any_part_of_a_path_or_query_is_no_error_of_ours(running: Running) -> None:
    document = (await running.nobody.get("/openapi.json")).json()
    values = await _values(running)
    sent = 0
    for method, path, operation in _operations(document):
        for parameter in operation.get("parameters", []):
            name = parameter["name"]
            body: dict[str, Any] = {"json": {}} if method in {"patch", "put"} else {}
            if parameter["in"] == "path":
                answer = await running.admin.request(method, path.format_map(values.but(name, "a%00b")), **body)
                assert answer.status_code in {404, 422}, (method, path, answer.text)
            elif parameter["in"] == "query":
                answer = await running.admin.request(method, path.format_map(values), params={name: NUL}, **body)
                assert answer.status_code in {400, 422}, (method, path, name, answer.text)
            sent += 1
    assert sent > 40


async def test_names_lose_the_spaces_around_them_and_blank_ones_are_refused(running: Running) -> None:
    source = {"name": "blank", "kind": "postgresql", "host": "h", "database": "d"}
    made = (await running.anna.post(f"{API}/datasources", json=source)).json()
    for blank in ("", " ", "\u3000\t"):
        for path, body in (
            ("/datasets", {"name": blank, "datasource_id": made["id"]}),
            ("/datasources", source | {"name": blank}),
            ("/datasources", source | {"database": blank}),
        ):
            assert (await running.anna.post(API + path, json=body)).status_code == 422, (path, blank)
    dataset = await running.anna.post(f"{API}/datasets", json={"name": " around ", "datasource_id": made["id"]})
    assert dataset.json()["name"] == "around"
    terms = f"{API}/datasets/{dataset.json()['id']}/terms"
    assert (await running.anna.post(terms, json={"term": "   "})).status_code == 422
    account = await running.admin.post(f"{API}/auth/users", json={"username": "Bob ", "password": "long enough"})
    assert account.json()["username"] == "Bob"


async def _values(running: Running) -> "_Known":
    """Real ids for the parameters of paths, so that what is checked is the text."""
    dataset_id = await running.dataset(running.admin)
    dataset = (await running.admin.get(f"{API}/datasets/{dataset_id}")).json()
    term = (await running.admin.post(f"{API}/datasets/{dataset_id}/terms", json={"term": "late"})).json()
    known = {"dataset_id": dataset_id, "datasource_id": dataset["datasource_id"], "term_id": term["id"]}
    return _Known(known)


class _Known(dict[str, str]):
    """Other parameters get some text."""

    def __missing__(self, key: str) -> str:
        return f"no-{key}"

    def but(self, name: str, value: str) -> "_Known":
        """With another value for one of them."""
        return _Known({**self, name: value})


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                yield method, path, operations[method]


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without references and without `null`."""
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _resolved(document, found)
    choices = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return _resolved(document, choices[0]) if choices else schema


def _spoiled(schema: dict[str, Any], document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values of a schema with NUL in one text each, and where that is."""
    schema = _resolved(document, schema)
    kind = schema.get("type")
    if kind == "string":
        yield "", NUL * 5
    elif kind == "array":
        yield from ((f"[]{where}", [value]) for where, value in _spoiled(schema["items"], document))
    elif kind == "object":
        parts = schema.get("properties", {})
        whole = {name: _plain(part, document) for name, part in parts.items()}
        for name, part in parts.items():
            for where, value in _spoiled(part, document):
                yield f".{name}{where}", whole | {name: value}


def _plain(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """Some value that fits a schema."""
    schema = _resolved(document, schema)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "string":
            return "password" if "password" in schema.get("pattern", "") else "x" * max(8, schema.get("minLength", 0))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case "array":
            return [_plain(schema["items"], document)] * schema.get("minItems", 0)
        case _:
            return {name: _plain(part, document) for name, part in schema.get("properties", {}).items()}
