"""A chat model behind any OpenAI-compatible endpoint. There is no default model: without settings there is none."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

_SECONDS = 12.0
_TRIES = 3
_FIRST_PAUSE = 0.5


class ModelUnavailable(Exception):
    """The model did not answer, or not in a form that can be read."""


@dataclass
class Model:
    """One model of one endpoint. The key is sent in the header only and never shown."""

    base_url: str
    name: str
    key: str | None = field(default=None, repr=False)
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=_SECONDS), repr=False)

    async def ask(self, system: str, user: str, seconds: float = _SECONDS) -> str:
        """The model's answer; tries again at 429 and 5xx while time is left; raises `ModelUnavailable`."""
        ends, pause = time.monotonic() + seconds, _FIRST_PAUSE
        for attempt in range(_TRIES):
            try:
                answer = await self._post(system, user, max(0.1, ends - time.monotonic()))
                if answer.status_code < 400:
                    return _content(answer)
                if answer.status_code != 429 and answer.status_code < 500:
                    raise ModelUnavailable(f"the model's endpoint answered {answer.status_code}")
            except httpx.HTTPError as error:
                if attempt == _TRIES - 1:
                    raise ModelUnavailable(type(error).__name__) from None
            if time.monotonic() + pause > ends:
                break
            await asyncio.sleep(pause)
            pause *= 2
        raise ModelUnavailable("the model's endpoint did not answer in time")

    async def _post(self, system: str, user: str, seconds: float) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body: dict[str, Any] = {"model": self.name, "messages": messages, "temperature": 0}
        url = f"{self.base_url.rstrip('/')}/chat/completions"
        return await self.http.post(url, json=body, headers=headers, timeout=seconds)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()


def _content(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["choices"][0]["message"]["content"] or "")
    except (ValueError, KeyError, IndexError, TypeError):
        raise ModelUnavailable("the endpoint's answer is no chat completion") from None
