"""A chat model behind any OpenAI-compatible endpoint. There is no default model: without settings there is none."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from opentelemetry.trace import Span

from libs.runtime.deadlines import DeadlinePassed, deadline
from libs.runtime.telemetry import model_span, note_completion, note_failure
from services.query.model.clean import whole_part, without_thinking
from services.query.model.stream import Completion, read_into
from services.query.model.unavailable import ModelUnavailable, Reason

__all__ = ["Model", "ModelUnavailable"]

_TRIES = 3
_FIRST_PAUSE_SECONDS = 0.25
_REFUSAL_BYTES = 4_000
_OF_STATUS: Mapping[int, Reason] = {
    401: "key_refused",
    403: "key_refused",
    404: "not_found",
    408: "failing",
    429: "busy",
}
_ABOUT_THE_REQUEST = frozenset({400, 413, 422})
_OPTIONAL = ("stream_options", "stream", "max_completion_tokens", "max_tokens", "temperature")
_TOO_LONG = re.compile(r"context[ _](?:length|size|window)|prompt is too long", re.IGNORECASE)


@dataclass
class Model:
    """One model of one endpoint. The key is sent in the header only and never shown.

    `seconds` bound one answer with all its tries, `answer_tokens` its length, `window_tokens` prompt and answer
    together.
    """

    base_url: str
    name: str
    key: str | None = field(default=None, repr=False)
    http: httpx.AsyncClient = field(default_factory=httpx.AsyncClient, repr=False)
    temperature: float = 0.0
    seconds: float = 12.0
    answer_tokens: int = 1_024
    window_tokens: int = 8_192
    _fields: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._fields = {
            "temperature": self.temperature,
            "max_tokens": self.answer_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    @property
    def prompt_tokens(self) -> int:
        """What the window leaves for all that the model is told."""
        return self.window_tokens - self.answer_tokens

    async def ask(self, system: str, user: str, seconds: float | None = None) -> str:
        """The model's answer without its thinking, within `seconds`; raises `ModelUnavailable`.

        What may pass (429, 5xx, a lost connection, an answer that broke off) is tried again while time is left, after
        pauses that double, or as long as the endpoint asks for. Of an answer that takes too long, what is whole counts.
        """
        allowed = self.seconds if seconds is None else min(seconds, self.seconds)
        url = httpx.URL(f"{self.base_url.rstrip('/')}/chat/completions")
        port = url.port or (443 if url.scheme == "https" else 80)
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        with model_span(
            self.name, url.host, port, temperature=self.temperature, most_tokens=self.answer_tokens
        ) as span:
            try:
                return await self._tried(url, messages, time.monotonic() + allowed, span)
            except ModelUnavailable as error:
                note_failure(span, error.error_type)
                raise

    async def _tried(self, url: httpx.URL, messages: list[dict[str, str]], ends: float, span: Span) -> str:
        pause = _FIRST_PAUSE_SECONDS
        for left in reversed(range(_TRIES)):
            try:
                return _said(await self._once(url, messages, ends), span)
            except ModelUnavailable as error:
                wait = max(pause, error.retry_after)
                if not error.passing or not left or time.monotonic() + wait >= ends:
                    raise
            await asyncio.sleep(wait)
            pause *= 2
        raise AssertionError("unreachable")

    async def _once(self, url: httpx.URL, messages: list[dict[str, str]], ends: float) -> Completion:
        """One answer, as far as it came; a field that the endpoint does not take is left out from then on."""
        read = Completion()
        try:
            async with deadline(max(0.0, ends - time.monotonic()), "the model's answer"):
                while (fewer := await self._post(url, messages, read)) is not None:
                    self._fields = fewer
        except DeadlinePassed:
            # After its end an answer only tells what it cost.
            read.stopped = read.stopped if read.ended else "silent"
        return read

    async def _post(self, url: httpx.URL, messages: list[dict[str, str]], read: Completion) -> dict[str, Any] | None:
        """Fill `read`; or the optional fields without one that the endpoint refused."""
        body = {"model": self.name, "messages": messages} | self._fields
        # Without an encoding, no small answer can unpack to a large one.
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        begun = False
        try:
            async with self.http.stream("POST", url, json=body, headers=headers, timeout=None) as answer:
                begun = answer.is_success
                if not begun:
                    return await self._without_refused(answer)
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    raise ModelUnavailable("unreadable")
                await read_into(read, answer.aiter_bytes())
        except httpx.HTTPError:
            if read.ended:
                return None
            raise ModelUnavailable("cut_off" if begun else "unreachable") from None
        return None

    async def _without_refused(self, answer: httpx.Response) -> dict[str, Any]:
        """The optional fields without one that a refusal names; raises `ModelUnavailable` when it names none."""
        status = answer.status_code
        said = await _beginning(answer) if status in _ABOUT_THE_REQUEST else ""
        if _TOO_LONG.search(said):
            raise ModelUnavailable("too_long", status)
        for name in _OPTIONAL:
            if name in self._fields and re.search(rf"\b{name}\b", said):
                fewer = {key: value for key, value in self._fields.items() if not key.startswith(name)}
                # Newer endpoints know the budget by this name only.
                return fewer | ({"max_completion_tokens": self.answer_tokens} if name == "max_tokens" else {})
        reason = _OF_STATUS.get(status, "failing" if status >= 500 else "rejected")
        raise ModelUnavailable(reason, status, _retry_after(answer.headers.get("Retry-After", "")))

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()


def _said(read: Completion, span: Span) -> str:
    """The text of what was read, as far as it surely is whole; raises `ModelUnavailable` when nothing is."""
    note_completion(span, read.model, read.finish, read.input_tokens, read.output_tokens)
    if not read.ended and not read.stopped:
        raise ModelUnavailable("cut_off")
    said = without_thinking(whole_part(read.text) if read.stopped else read.text).strip()
    if not said:
        raise ModelUnavailable(read.stopped or "empty")
    return said


def _retry_after(said: str) -> float:
    """Seconds, from seconds or a date; 0 when nothing is said that can be read."""
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


async def _beginning(answer: httpx.Response) -> str:
    read = b""
    async for chunk in answer.aiter_bytes():
        read += chunk
        if len(read) >= _REFUSAL_BYTES:
            break
    return read[:_REFUSAL_BYTES].decode(errors="replace")
