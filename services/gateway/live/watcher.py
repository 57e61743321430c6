"""One client that watches a dataset's trainings: what waits for it, and why it was dropped, if it was."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from libs.postgres.transient import is_transient
from services.gateway.live.told import Told

MOST_WAITING = 2_000
"""What may wait for a client: more than one reading gives (`told.py`), so that only a slow one is dropped."""

Reason = Literal["too_slow", "signed_out", "deleted", "interrupted"]


class Dropped(Exception):
    """The client is told no more, for `reason`; with the id it had last it can come back and misses nothing."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@contextmanager
def interrupted_when_away() -> Iterator[None]:
    """A client is dropped, and comes back, when our own database is away."""
    try:
        yield
    except Exception as error:
        if is_transient(error):
            raise Dropped("interrupted") from error
        raise


class Watcher:
    """A client that signed in with `token`. It is offered what comes only once it listens."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.listening = False
        self._waiting: list[Told] = []
        self._something = asyncio.Event()
        self._reason: Reason | None = None

    def offer(self, told: list[Told]) -> None:
        """Let `told` wait for the client; one that is too slow is dropped."""
        if not self.listening or self._reason:
            return
        if len(self._waiting) + len(told) > MOST_WAITING:
            self.drop("too_slow")
            return
        self._waiting += told
        self._something.set()

    def drop(self, reason: Reason) -> None:
        """End it, and forget what waits: the client gets it when it comes back."""
        self._reason = self._reason or reason
        self._waiting = []
        self._something.set()

    def check(self) -> None:
        """Raise `Dropped` if it was."""
        if self._reason:
            raise Dropped(self._reason)

    async def take(self) -> list[Told]:
        """All that waits or comes. Raises `Dropped`."""
        await self._something.wait()
        self._something.clear()
        self.check()
        told, self._waiting = self._waiting, []
        return told
