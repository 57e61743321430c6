"""The OpenAPI document: what FastAPI knows of the routes, with the errors and headers that all of them have in common.

They come from middleware and exception handlers, so they are declared here, once, instead of at each route.
"""

import re
from collections.abc import Iterator
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.gateway.api.problems import ProblemDetails
from services.gateway.chat import shown as chat
from services.gateway.live import shown as live

SUMMARY = "Asks databases questions in Chinese or English, and learns from trainings and corrections."
DESCRIPTION = """\
Register a database (`/datasources`), choose tables of it (`/datasets`), explain words (`terms`), train, then ask
(`/chat`). Sign in with `POST /auth/login` and send the token as `Authorization: Bearer ...`.

- Every error is `application/problem+json` (RFC 9457), in the language of `Accept-Language` (zh or en).
- A POST with an `Idempotency-Key` is carried out once; a repetition within a day gets the same answer.
- A change takes `If-Match` with the `ETag` that was read, and answers 412 when somebody else was faster.
- A write answers its `Espalier-Position`; a read with `?after=` that position sees what was written.
"""

_MEANING = {
    400: "The request does not fit the state, or a parameter is no position",
    401: "Not signed in, or the login failed",
    403: "Only administrators may do this, or the old password is wrong",
    404: "There is no such thing, or it is not yours",
    409: "It stands in the way of something else, or the same request still runs",
    412: "It was changed meanwhile (If-Match)",
    413: "The body is too large",
    415: "The body is of another format than is read here",
    422: "Fields are missing or invalid, or the data source has a problem",
    429: "Too many attempts; Retry-After says when to go on",
    504: "Something did not answer in time",
}
_PAGE = re.compile(rb"Page[_\[](\w+?)[_\]](?=\")")
"""What pydantic calls a page of something, as no class of a client can be called."""
_PLACE = "#/components/schemas/{model}"
_HEADERS = {
    401: {"WWW-Authenticate": {"description": "How to sign in.", "schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
}
_EVENTS = {"/training/stream": live.EVENTS, "/chat/": chat.EVENTS, "/replay": chat.REPLAY_EVENTS}
"""The events of routes whose answer is a stream, or may be one."""
_IN_THE_WAY = {
    ("delete", "{datasource_id}"), ("delete", "{dataset_id}"), ("delete", "training"), ("patch", "{account_id}"),
    ("patch", "{term_id}"), ("patch", "{datasource_id}"), ("patch", "{dataset_id}"),
}  # fmt: skip
"""Changes that something may stand in the way of; of every POST that is the same request, still running."""
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "title": "Idempotency-Key"},
    "description": "The request is carried out once for each key; a repetition within a day gets the same answer.",
}


def describe(app: FastAPI) -> None:
    """Let `app` show this document; it is made when it is first asked for."""

    def document() -> dict[str, Any]:
        if not app.openapi_schema:
            made = get_openapi(
                title=app.title, version=app.version, summary=SUMMARY, description=DESCRIPTION, routes=app.routes,
                license_info=app.license_info,
            )  # fmt: skip
            app.openapi_schema = _completed(made)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    told = [model for events in _EVENTS.values() for model in events.values()]
    # A problem says only what there is to say.
    named: list[Any] = [(ProblemDetails, "validation"), *((model, "serialization") for model in told)]
    schemas |= models_json_schema(named, ref_template=_PLACE)[1]["$defs"]
    called: dict[str, Any] = orjson.loads(_PAGE.sub(rb"\1Page", orjson.dumps(document)))
    return called


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    # FastAPI makes summaries of the names of functions; what routes do is in their first sentence.
    said = str(operation.get("description", "")).strip()
    if said:
        operation["summary"] = said.splitlines()[0].rstrip(".")
    secured = "security" in operation
    if method == "post" and secured:
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    responses = operation["responses"]
    for ending, events in _EVENTS.items():
        if path.endswith(ending):
            responses["200"].setdefault("content", {})["text/event-stream"] = _stream(events)
    responses.pop("422", None)
    for status in sorted(set(_statuses(path, method, operation))):
        content = {"application/problem+json": {"schema": _named(ProblemDetails)}}
        headers = {"headers": _HEADERS[status]} if status in _HEADERS else {}
        responses[str(status)] = {"description": _MEANING[status], "content": content} | headers


def _stream(events: dict[str, type[BaseModel]]) -> dict[str, Any]:
    """Server-sent events, each kind with the JSON of its data.

    Of their kinds OpenAPI 3.2 tells as `itemSchema`, which readers of 3.1 refuse.
    """
    kinds = [
        {
            "type": "object",
            "required": ["event", "data"],
            "properties": {
                "event": {"const": name},
                "id": {"type": "string"},
                "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": _named(model)},
            },
        }
        for name, model in events.items()
    ]
    said = "; ".join(f"`{name}` with a {model.__name__}" for name, model in events.items())
    schema = {"type": "string", "description": f"Server-sent events, their data is JSON: {said}."}
    return {"schema": schema, "x-itemSchema": {"oneOf": kinds}}


def _named(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _PLACE.format(model=model.__name__)}


def _statuses(path: str, method: str, operation: dict[str, Any]) -> Iterator[int]:
    """The errors that a route can answer with, as far as its form tells."""
    parameters = {(one["in"], one["name"].lower()) for one in operation.get("parameters", [])}
    body = "requestBody" in operation
    if "security" in operation:
        yield 401
    if path.endswith(("/auth/login", "/auth/password")):
        yield from (401, 429)
    if path.endswith(("/auth/users", "/users/{account_id}", "/auth/password")) or (
        path.endswith("/policies") and method == "put"
    ):
        yield 403
    named = method == "post" and path.endswith(("/datasets", "/chat/", "/feedback"))
    if named or any(where == "path" for where, _ in parameters):
        yield 404
    if body or ("query", "after") in parameters or "/training/" in path:
        yield 400
    if (method == "post" and "security" in operation) or (method, path.rpartition("/")[2]) in _IN_THE_WAY:
        yield 409
    if ("header", "if-match") in parameters:
        yield 412
    if method in {"post", "patch", "put"}:
        yield 413
    if path.endswith("/import"):
        yield 415
    if body or parameters:
        yield 422
    if ("query", "after") in parameters or path.endswith(("/test", "/tables")):
        yield 504
