"""A worker: claims work of one kind, does it, keeps the lease alive meanwhile, and steps down when it cannot."""

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import asyncpg
import structlog

from libs.leases.claim import Lease, LeaseLost, WorkGone, claim, expire, finish, release, renew
from libs.postgres.listen import Listener, Wake
from libs.postgres.transient import AWAY, is_transient, retrying

log = structlog.get_logger(__name__)

ATTEMPTS = 8
"""So often work is begun that nobody finishes, before it is given up where that is possible."""

_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
_RELEASE_SECONDS = 3.0
_RETRY_SECONDS = 60.0
_ASK_AGAIN_SECONDS = 5.0


@dataclass
class Held:
    """What running work sees of its lease: `lost` is set when it must stop, `lease` is as last renewed.

    Work that is of no use after some moment says so with `ends` (`time.monotonic()`), and is tried again before it.
    """

    lease: Lease
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    ends: float | None = None


Run = Callable[[Lease, Held], Awaitable[None]]


class Worker:
    """Does work of `kind` with `run`, at most `concurrency` at once. `run` finishes or releases its lease itself.

    With `instance`, a name that no two living processes share, it takes up at once what an earlier process of that
    name held, instead of waiting for the end of its lease. Should that one live all the same, the fence refuses it.
    With `in_turns`, those who offered work have their turns. With `give_up`, work that was claimed `ATTEMPTS` times, by
    whatever process, is not run again but given up. Work that is still gone then (`WorkGone`) is forgotten.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[Any]",
        listener: Listener,
        kind: str,
        run: Run,
        *,
        concurrency: int,
        ttl: float = 4.0,
        heartbeat: float = 1.0,
        poll: float = 0.5,
        instance: str | None = None,
        give_up: Run | None = None,
        in_turns: bool = False,
    ) -> None:
        self._pool, self._listener, self._kind, self._run = pool, listener, kind, run
        self._concurrency, self._ttl, self._heartbeat, self._poll = concurrency, ttl, heartbeat, poll
        self._instance, self._give_up, self._in_turns = instance, give_up, in_turns
        self.holder = f"{instance or socket.gethostname()}/{os.getpid()}-{secrets.token_hex(4)}"
        self._running: dict[str, asyncio.Task[None]] = {}
        self._failures: dict[str, int] = {}
        self._wake = Wake()

    async def run_forever(self) -> None:
        """Work until cancelled; then stop what runs and give its leases back."""
        async with self._listener.subscribed(f"work_{self._kind}") as self._wake:
            try:
                if self._instance:
                    await retrying(self._expire, _RETRY_SECONDS)
                while True:
                    await self._claim()
                    await self._wake.wait(self._poll)
            finally:
                await _end(self._running.values())

    async def _expire(self) -> None:
        async with self._pool.acquire() as connection:
            await expire(connection, self._kind, f"{self._instance}/")

    async def _claim(self) -> None:
        free = self._concurrency - len(self._running)
        if free <= 0:
            return
        try:
            async with self._pool.acquire() as connection:
                leases = await claim(connection, self._kind, self.holder, self._ttl, free, in_turns=self._in_turns)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("claim_failed", kind=self._kind, error=type(error).__name__)
            return
        for lease in leases:
            # A subject whose earlier task is still ending here keeps its key until that task is gone.
            key = f"{lease.subject}/{lease.epoch}"
            task = asyncio.create_task(self._work(lease), name=f"{self._kind} {lease.subject}")
            self._running[key] = task
            task.add_done_callback(partial(self._ended, key))
        if len(leases) == free and len(self._running) < self._concurrency:
            self._wake.ring("")  # One ended while these were claimed: there may be more.

    def _ended(self, key: str, _task: "asyncio.Task[None]") -> None:
        full = len(self._running) >= self._concurrency
        self._running.pop(key, None)
        if full:  # Otherwise all that could be claimed was, and what comes rings by itself.
            self._wake.ring("")

    async def _work(self, lease: Lease) -> None:
        held = Held(lease)
        give_up = self._give_up if lease.epoch > ATTEMPTS else None
        if give_up:
            log.error("work_given_up", kind=lease.kind, subject=lease.subject, attempts=ATTEMPTS)
        doing = asyncio.ensure_future((give_up or self._run)(lease, held))
        beating = asyncio.create_task(self._beat(held, doing), name=f"heartbeat {lease.subject}")
        try:
            await doing
            self._failures.pop(lease.subject, None)
        except LeaseLost:
            log.warning("lease_lost", kind=lease.kind, subject=lease.subject, epoch=lease.epoch)
        except asyncio.CancelledError:
            await self._give_back(held, 0.0)
            raise
        except Exception as error:
            if isinstance(error, WorkGone) and lease.epoch > ATTEMPTS:
                log.error("work_gone", kind=lease.kind, subject=lease.subject, attempts=ATTEMPTS)
                await self._forget(held)
                return
            failures = self._failures[lease.subject] = self._failures.get(lease.subject, 0) + 1
            delay = pause(failures, None if held.ends is None else held.ends - time.monotonic())
            log.exception("work_failed", kind=lease.kind, subject=lease.subject, failures=failures, retry_after=delay)
            await self._give_back(held, delay)
        finally:
            doing.cancel()
            beating.cancel()
            await asyncio.gather(doing, beating, return_exceptions=True)

    async def _beat(self, held: Held, doing: "asyncio.Future[None]") -> None:
        """Renew until the lease is lost or can no longer be trusted; then stop the work."""
        while True:
            await asyncio.sleep(self._heartbeat)
            renewed: Lease | None = held.lease
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(max(0.1, held.lease.trusted_until - time.monotonic())):
                    renewed = await renew(self._pool, held.lease, self._ttl)  # type: ignore[arg-type]
            if renewed is None or renewed.trusted_until < time.monotonic():
                held.lost.set()
                log.warning("lease_stepped_down", kind=self._kind, subject=held.lease.subject, epoch=held.lease.epoch)
                await _end([doing])
                return
            held.lease = renewed

    async def _forget(self, held: Held) -> None:
        """End work that can never be done."""
        async with self._pool.acquire() as connection, connection.transaction():
            await finish(connection, held.lease)

    async def _give_back(self, held: Held, delay: float) -> None:
        """Give the lease back, if it is still ours, so that nobody has to wait for its end; a stop waits for that."""
        if held.lost.is_set():
            return
        releasing = asyncio.create_task(self._release(held, delay), name=f"release {held.lease.subject}")
        try:
            await asyncio.shield(releasing)
        except asyncio.CancelledError:
            await asyncio.wait([releasing])
            raise

    async def _release(self, held: Held, delay: float) -> None:
        with contextlib.suppress(LeaseLost, *AWAY):
            async with asyncio.timeout(_RELEASE_SECONDS), self._pool.acquire() as connection, connection.transaction():
                await release(connection, held.lease, delay)


def pause(failures: int, left: float | None = None) -> float:
    """Seconds until work is tried again that failed so often; `left` are those in which it is of use.

    At most half of them, so that there is time for the try, but not less than the first pause; and never past them.
    """
    delay: float = min(_FIRST_DELAY * 2 ** (failures - 1), _LONGEST_DELAY)
    return delay if left is None else max(0.0, min(delay, left, max(_FIRST_DELAY, left / 2)))


async def _end(tasks: Iterable["asyncio.Future[None]"]) -> None:
    """Cancel `tasks` until they have ended.

    A library may swallow a cancellation, as aiokafka's consumer does while it stops, and the task would go on for ever.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_ASK_AGAIN_SECONDS)
