"""One worker's hold on a training: it works with an ear to what is wanted, and every checkpoint passes the fence."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import asyncpg

from libs.events.catalog import LearnedItem, Problem
from libs.events.transaction import transaction
from libs.leases.claim import Lease, LeaseLost, fence, finish
from libs.leases.worker import Held
from libs.postgres.listen import Listener
from libs.postgres.transient import AWAY
from libs.runtime.clock import now
from services.trainer.control.handlers import CHANNEL
from services.trainer.runs import store
from services.trainer.runs.decider import Begin, Command, Fail, Level, Reach, State, decide
from services.trainer.runs.handlers import say

T = TypeVar("T")

_POLL_SECONDS = 1.0


class Stopped(Exception):
    """The training is not to go on for now, or at all; its place is kept and its lease given up."""


@dataclass
class Attempt:
    """Made by `begun`. `place` is where the work stands; items are held until the next checkpoint carries them."""

    pool: "asyncpg.Pool[Any]"
    lease: Lease
    held: Held
    state: State
    place: Reach
    traceparent: str | None = None
    """The trace of whoever asked for the training."""
    wanted: int = 0
    """The sequence of the last control request that was heard of."""
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)

    async def attend(self, work: Awaitable[T]) -> T:
        """The result of `work`; meanwhile a pause or cancel is answered at once, and ends with `Stopped`."""
        task = asyncio.ensure_future(work)
        ears = [asyncio.ensure_future(event.wait()) for event in (self.interrupted, self.held.lost)]
        try:
            while not task.done():
                await asyncio.wait([task, *ears], return_when=asyncio.FIRST_COMPLETED)
                if self.held.lost.is_set():
                    raise LeaseLost(f"training {self.lease.subject}: epoch {self.lease.epoch} is over")
                if self.interrupted.is_set():
                    self.interrupted.clear()
                    if self.wanted > self.state.answered:
                        await self.checkpoint()
                    ears[0] = asyncio.ensure_future(self.interrupted.wait())
            return task.result()
        finally:
            for each in (task, *ears):
                each.cancel()

    def hold(self, item: LearnedItem) -> None:
        """Keep an item for the next checkpoint."""
        self.place = replace(self.place, items=(*self.place.items, item))

    def move(self, stage: int, progress: float, message: str) -> None:
        """Say where the work stands; told to others with the next checkpoint."""
        self.place = replace(self.place, stage=stage, progress=progress, message=message)

    async def checkpoint(
        self, *, forgotten: tuple[str, ...] = (), level: Level = "INFO", message: str | None = None, ends: bool = False
    ) -> None:
        """Make what was learned since the last checkpoint final; raises `Stopped` when the work is not to go on."""
        place = replace(self.place, forgotten=forgotten, level=level, ends=ends)
        await self._write(place if message is None else replace(place, message=message))
        self.place = replace(self.place, items=())
        if not self.state.offered:
            raise Stopped

    async def fail(self, problem: Problem) -> None:
        """End the training with a problem that its owner can do something about; what was learned till then stays."""
        await self._write(Fail(self.lease.epoch, problem, self.place.items))

    async def _write(self, command: Command) -> None:
        async with transaction(self.pool, "trainer") as opened:
            connection = opened.connection
            state = await store.load(connection, self.lease.subject, lock=True)
            await fence(connection, self.lease)
            if state is None:
                raise LookupError(f"training {self.lease.subject} was offered but is unknown")
            cause = await store.cause(connection, state)
            state = await say(opened, state, decide(state, command, now()), cause)
            if not state.offered:
                await finish(connection, self.lease)
        self.state, self.traceparent = state, cause.traceparent if cause else None


@asynccontextmanager
async def begun(
    pool: "asyncpg.Pool[Any]", listener: Listener, lease: Lease, held: Held
) -> AsyncIterator[Attempt | None]:
    """A new attempt at the training of `lease`; None when nothing is to be done, and the lease is then given up."""
    async with listener.subscribed(CHANNEL) as wake:
        attempt = Attempt(pool, lease, held, State(lease.subject, ""), Reach(lease.epoch, 1, 0.0, ""))
        await attempt._write(Begin(lease.epoch))
        if not attempt.state.offered:
            yield None
            return
        watching = asyncio.create_task(_watch(attempt, wake), name=f"control {lease.subject}")
        try:
            yield attempt
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching


async def _watch(attempt: Attempt, wake: Any) -> None:
    """Ring when something is wanted that the attempt did not answer; a lost notification costs a second."""
    training_id = attempt.lease.subject
    while True:
        payloads = await wake.wait(_POLL_SECONDS)
        if payloads and training_id not in payloads and "" not in payloads:
            continue
        with contextlib.suppress(*AWAY):
            async with attempt.pool.acquire() as connection:
                attempt.wanted = await store.wanted(connection, training_id)
            if attempt.wanted > attempt.state.answered:
                attempt.interrupted.set()
