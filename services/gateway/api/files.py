"""Files in requests: of which kind they are, their text, and the answer to a file with wrong lines."""

from collections.abc import Collection, Sequence
from typing import Any

from fastapi import Request

from libs.language.catalogue import Language
from services.gateway.api.problems import Problem
from services.gateway.files.encoding import decoded
from services.gateway.files.lines import WrongLine, told

CSV = "text/csv"


async def sent_text(request: Request, kinds: Collection[str], language: Language) -> tuple[str, str]:
    """The kind and the text of the file that a request is; its size is limited as that of every body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds:
        raise Problem(415, "file_type", kinds=", ".join(kinds))
    text = decoded(await request.body())
    if isinstance(text, WrongLine):
        raise wrong_lines([text], language)
    return kind, text


def wrong_lines(wrong: Sequence[WrongLine], language: Language) -> Problem:
    """A file of which nothing is taken because some lines are wrong."""
    return Problem(422, "lines", errors=told(wrong, language), count=len(wrong))


def described(kinds: Collection[str]) -> dict[str, Any]:
    """What OpenAPI says of a body that is a file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {"requestBody": {"required": True, "content": content}}
