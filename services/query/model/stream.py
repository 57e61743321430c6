"""Reads what a chat endpoint sends: a stream of Server-Sent Events, or one JSON document, up to a limit."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.query.model.unavailable import ModelUnavailable, Reason

_MOST_BYTES = 4_000_000
_FIRST = 1_000
_MOST_CHARACTERS = 100_000
"""More than any SQL needs; what goes on for longer is no longer read."""


@dataclass
class Completion:
    """What was read so far; tokens as the endpoint counts them.

    `ended` once the endpoint said so; `stopped` says why it was not read to its end.
    """

    pieces: list[str] = field(default_factory=list)
    characters: int = 0
    said: bool = False
    ended: bool = False
    stopped: Reason | None = None
    finish: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None

    @property
    def text(self) -> str:
        """The answer's text."""
        return "".join(self.pieces)

    def take(self, part: Any) -> None:
        """Add a chunk or a document; raises `ModelUnavailable` when it is none, or tells of an error."""
        if not isinstance(part, dict):
            raise ModelUnavailable("unreadable")
        if part.get("error"):
            raise ModelUnavailable("failing")
        self._count(part)
        choices = part.get("choices")
        if not isinstance(choices, list):
            raise ModelUnavailable("unreadable")
        if choices and isinstance(choices[0], dict):
            self._choice(choices[0])

    def _choice(self, choice: dict[str, Any]) -> None:
        said = choice.get("delta") or choice.get("message") or choice
        # A model's thinking comes as `reasoning_content` or `reasoning`: it is no part of the answer.
        piece = _plain(said.get("content", said.get("text"))) if isinstance(said, dict) else ""
        if piece and self.stopped is None:
            self.pieces.append(piece[: _MOST_CHARACTERS - self.characters])
            self.characters += len(self.pieces[-1])
            if self.characters >= _MOST_CHARACTERS:
                self.stopped = "unfinished"
        if finish := choice.get("finish_reason"):
            self.finish, self.ended = str(finish), True
            if finish == "length":
                self.stopped = "unfinished"

    def _count(self, part: dict[str, Any]) -> None:
        if isinstance(part.get("model"), str):
            self.model = part["model"]
        usage = part.get("usage")
        if isinstance(usage, dict):
            self.input_tokens = _number(usage.get("prompt_tokens"), self.input_tokens)
            self.output_tokens = _number(usage.get("completion_tokens"), self.output_tokens)


async def read_into(read: Completion, chunks: AsyncIterator[bytes]) -> None:
    """Read an answer's body, whichever of the two forms it has; raises `ModelUnavailable` when it has neither.

    Of a stream that is not read to its end, what came until then counts; of a document nothing, as half of it says
    nothing.
    """
    held, size, document = bytearray(), 0, None
    async for chunk in chunks:
        size += len(chunk)
        seen = len(held)
        held += chunk
        if document is None and (begun := bytes(held[:_FIRST]).lstrip()):
            document = begun.startswith((b"{", b"["))
        if document is False and (end := held.rfind(b"\n", seen)) >= 0:
            _lines(read, bytes(held[:end]))
            del held[: end + 1]
        if size > _MOST_BYTES:
            read.stopped = "unfinished"
            return
        if read.stopped and not read.ended:
            return
    if document:
        read.take(_json(bytes(held)))
        read.said = read.ended = True
    else:
        _lines(read, bytes(held))
    if not read.said:
        raise ModelUnavailable("unreadable" if size else "empty")


def _lines(read: Completion, lines: bytes) -> None:
    """Take the lines of a stream; those of other fields, comments and empty lines say nothing."""
    for line in lines.splitlines():
        name, _, value = line.partition(b":")
        if name == b"error":
            raise ModelUnavailable("failing")
        if name != b"data":
            continue
        read.said = True
        if value.strip() == b"[DONE]":
            read.ended = True
        elif value.strip():
            read.take(_json(value))


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ModelUnavailable("unreadable") from None


def _plain(content: Any) -> str:
    """Some endpoints send text as a list of parts."""
    if isinstance(content, list):
        return "".join(_plain(part.get("text")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _number(value: Any, otherwise: int | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
