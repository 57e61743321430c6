"""What an answer tells beside its body, declared at the route that tells it."""

from typing import Any

from fastapi import Response, status
from pydantic import BaseModel

NOTHING: dict[str, Any] = {"status_code": status.HTTP_204_NO_CONTENT, "response_class": Response}
"""Of a route that answers without a body, and so without the kind of one."""
_HEADERS = {
    "Location": "Where it is found.",
    "ETag": "Its version, for If-Match.",
    "Espalier-Position": "Where the write is in the log, for `?after=`; absent when nothing changed or it is late.",
    "Content-Disposition": "The name of the file.",
}


def tells(code: int, *headers: str, model: type[BaseModel] | None = None) -> dict[int | str, dict[str, Any]]:
    """That the answer `code` has these headers, and, where the route's type does not say it, this body."""
    declared = {name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in headers}
    return {code: {"headers": declared} | ({"model": model} if model else {})}


def tells_file(kind: str) -> dict[int | str, dict[str, Any]]:
    """That the answer is a file of this kind, with a name."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}}}
    return {200: tells(200, "Content-Disposition")[200] | {"content": content}}
