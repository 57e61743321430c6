"""What the routes share: the database, waiting for what comes back from other services, and writing with a position."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import asyncpg

from libs.datasources.secrets import SecretBox
from libs.events.catalog import Event
from libs.events.positions import published_position, wait_for_position
from libs.events.transaction import Transaction, transaction
from libs.postgres.listen import Listener
from libs.runtime.deadlines import deadline
from services.gateway.accounts.store import Accounts
from services.gateway.chat.heard import Heard, LastPositions
from services.gateway.keys import Answer, Overtaken, current
from services.gateway.live.feed import Feeds
from services.gateway.projections import HANDLERS
from services.gateway.shown import Shown

T = TypeVar("T")

_PUBLISH_SECONDS = 1.0
_READ_SECONDS = 5.0
_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Gateway:
    """The gateway's parts."""

    pool: "asyncpg.Pool[Any]"
    listener: Listener
    secrets: SecretBox
    accounts: Accounts
    last_positions: LastPositions
    answer_seconds: float = 30.0

    @cached_property
    def feeds(self) -> Feeds:
        """What those who watch trainings in this process share."""
        return Feeds(self.pool, self.listener, self.accounts)

    @cached_property
    def heard(self) -> Heard:
        """How far the ends of questions are known."""
        return Heard(self.last_positions, self.has_read)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator["Write"]:
        """A transaction whose events are sent, and projected here, when it commits."""
        async with transaction(self.pool, "gateway") as opened:
            yield Write(opened)

    async def position_of(self, event_id: str) -> str | None:
        """Where an event of ours is in the log; None when Kafka takes too long, which loses nothing."""
        return await published_position(self.pool, self.listener, event_id, _PUBLISH_SECONDS)

    async def has_read(self, position: str) -> None:
        """Wait, for a short while, until the read models include a position, if they keep anything of its topic."""
        if position.partition("/")[0] in HANDLERS.topics:
            await wait_for_position(self.pool, self.listener, position, _READ_SECONDS)

    async def wait_for(self, channel: str, find: Callable[[], Awaitable[T | None]], seconds: float) -> T:
        """Look with `find` at each notification of `channel` until it finds something; raises `DeadlinePassed`."""
        async with deadline(seconds, channel), self.listener.subscribed(channel) as wake:
            while (found := await find()) is None:
                await wake.wait(_POLL_SECONDS)
            return found


class Write:
    """A transaction of the gateway."""

    def __init__(self, opened: Transaction) -> None:
        self._opened = opened
        self.connection = opened.connection
        self.event_id = ""

    async def record(self, event: Event) -> None:
        """Publish an event and bring our own read models up to date with it, at once."""
        self.event_id = await HANDLERS.apply_own(self._opened, event)

    async def answers(self, status: int, body: Shown, headers: Mapping[str, str]) -> None:
        """Commit the answer with the write; under an Idempotency-Key every repetition gets it (services.gateway.keys).

        Raises `Overtaken` when the same request was begun again meanwhile.
        """
        key, answer = current.get(), Answer(status, "application/json", body.model_dump_json().encode(), headers)
        if key is not None and not await key.keep(self.connection, answer):
            raise Overtaken

    def publish(self, event: Event) -> None:
        """Publish an event that we keep nothing of."""
        self.event_id = self._opened.publish(event)
