"""Whether answers are as the OpenAPI document says: every answer to the clients of the gateway's tests is asked."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from httpx_sse import EventSource, ServerSentEvent
from jsonschema import Draft202012Validator

_TOLD = ("location", "etag", "espalier-position", "retry-after", "www-authenticate", "content-disposition")
_ENDING = ("/chat/", "/replay")
"""Streams that end by themselves."""


class Declared:
    """The answers that the document of `app` declares."""

    def __init__(self, document: Callable[[], dict[str, Any]]) -> None:
        self._document = document
        self._validators: dict[str, Draft202012Validator] = {}

    async def check(self, response: httpx.Response) -> None:
        """Refuse a status, kind, header or shape that its route does not declare."""
        path, operation = self._operation(response.request)
        if operation is None or response.status_code >= 500:
            return
        where = f"{response.request.method} {path} {response.status_code}"
        declared = operation["responses"].get(str(response.status_code))
        assert declared is not None, f"{where} is not declared: {(await response.aread())!r}"
        told = {name for name in _TOLD if name in response.headers}
        assert told <= {name.lower() for name in declared.get("headers", {})}, (where, told)
        kind = response.headers.get("content-type", "").partition(";")[0]
        if response.status_code == 204:
            assert not kind, (where, "no body is of a kind")
            return
        assert kind in declared["content"], (where, kind)
        if kind.endswith(("/json", "+json")):
            await response.aread()
            self._validator(where, declared["content"][kind]["schema"]).validate(response.json())
        if kind == "text/event-stream" and path.endswith(_ENDING):
            ended = httpx.Response(200, headers=response.headers, content=await response.aread())
            self.check_events(f"{response.request.method} {path}", list(EventSource(ended).iter_sse()))

    def check_events(self, route: str, events: Sequence[ServerSentEvent]) -> None:
        """Refuse events that the stream of `route`, such as `GET /path`, does not declare."""
        method, _, path = route.partition(" ")
        stream = self._document()["paths"][path][method.lower()]["responses"]["200"]["content"]["text/event-stream"]
        kinds = {kind["properties"]["event"]["const"]: kind for kind in stream["x-itemSchema"]["oneOf"]}
        for event in events:
            data = kinds[event.event]["properties"]["data"]
            self._validator(f"{route} {event.event}", data["contentSchema"]).validate(event.json())

    def _operation(self, request: httpx.Request) -> tuple[str, dict[str, Any] | None]:
        # Of two that fit, a path that says a word is meant before one with a parameter in its place.
        for path, operations in sorted(self._document()["paths"].items(), key=lambda item: item[0].count("{")):
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), request.url.path):
                return path, operations.get(request.method.lower())
        return request.url.path, None

    def _validator(self, where: str, schema: dict[str, Any]) -> Draft202012Validator:
        if where not in self._validators:
            whole = schema | {"components": self._document()["components"]}
            checker = Draft202012Validator.FORMAT_CHECKER
            self._validators[where] = Draft202012Validator(whole, format_checker=checker)
        return self._validators[where]
