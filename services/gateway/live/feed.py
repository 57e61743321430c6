"""One reader for all clients that watch a dataset in this process: new rows are read once and handed to everybody."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog

from libs.postgres.listen import Listener, Wake
from libs.postgres.transient import is_transient
from services.gateway.accounts.store import Accounts
from services.gateway.live.told import Place, newest_place, told_after
from services.gateway.live.watcher import Watcher

log = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0
_READY_SECONDS = 10.0
CHECK_SECONDS = 20.0
"""A client whose token is over, or whose dataset is deleted, is dropped so soon."""

_DELETED = "SELECT deleted FROM datasets WHERE dataset_id = $1"


class Feeds:
    """The feeds of one process: a dataset has one as long as somebody watches it."""

    def __init__(self, pool: "asyncpg.Pool[Any]", listener: Listener, accounts: Accounts) -> None:
        self._parts = (pool, listener, accounts)
        self._feeds: dict[str, Feed] = {}

    @asynccontextmanager
    async def watched(self, dataset_id: str, token: str) -> AsyncIterator["tuple[Feed, Watcher]"]:
        """A new watcher and the feed that it may listen to."""
        feed = self._feeds.get(dataset_id)
        if feed is None or feed.ended:
            feed = self._feeds[dataset_id] = Feed(dataset_id, *self._parts)
        watcher = Watcher(token)
        feed.watchers.add(watcher)
        try:
            yield feed, watcher
        finally:
            feed.watchers.discard(watcher)
            if not feed.watchers:
                feed.stop()
                if self._feeds.get(dataset_id) is feed:
                    del self._feeds[dataset_id]

    async def close(self) -> None:
        """Stop reading; clients are dropped."""
        feeds = list(self._feeds.values())
        for feed in feeds:
            feed.stop()
        for feed in feeds:
            await feed.stopped()


class Feed:
    """Reads a dataset's checkpoints and log lines from now on, woken by notifications, else once a second."""

    def __init__(self, dataset_id: str, pool: "asyncpg.Pool[Any]", listener: Listener, accounts: Accounts) -> None:
        self.watchers: set[Watcher] = set()
        self._dataset_id, self._pool, self._listener, self._accounts = dataset_id, pool, listener, accounts
        self._place: Place | None = None
        self._ready = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._checked_at = self._loop.time()
        self._task = self._loop.create_task(self._run(), name=f"feed {dataset_id}")

    @property
    def ended(self) -> bool:
        """True when it reads no longer."""
        return self._task.done()

    def stop(self) -> None:
        """Read no longer."""
        self._task.cancel()

    async def stopped(self) -> None:
        """Wait until it reads no longer."""
        await asyncio.wait([self._task])

    async def listen(self, watcher: Watcher) -> None:
        """From now on `watcher` is offered all that is read; what was read before is in the database by now.

        Raises `Dropped` when the database cannot be asked.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_READY_SECONDS):
                await self._ready.wait()
        if not self._ready.is_set():
            watcher.drop("interrupted")
        watcher.listening = True
        watcher.check()

    async def _run(self) -> None:
        try:
            async with self._listener.subscribed("trainings") as wake:
                while True:
                    if not await self._read():
                        await self._woken(wake)
        except Exception as error:
            log.error("feed_ended", dataset_id=self._dataset_id, exc_info=error)
        finally:
            for watcher in self.watchers:
                watcher.drop("interrupted")
            self._ready.set()

    async def _read(self) -> bool:
        """Hand on what is new; False when nothing is, or the database cannot be asked just now."""
        try:
            if self._place is None:
                self._place = await newest_place(self._pool, self._dataset_id)
                self._ready.set()
            await self._check()
            told = await told_after(self._pool, self._dataset_id, self._place)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("feed_waits_for_database", dataset_id=self._dataset_id, error=type(error).__name__)
            return False
        self._place = self._place.over(told)
        if told:
            for watcher in self.watchers:
                watcher.offer(told)
        return bool(told)

    async def _woken(self, wake: Wake) -> None:
        """Wait for a notification of this dataset, or of a new connection; at most until it is time to look anyway."""
        ends = self._loop.time() + _POLL_SECONDS
        while (left := ends - self._loop.time()) > 0:
            payloads = await wake.wait(left)
            if self._dataset_id in payloads or "" in payloads:
                return

    async def _check(self) -> None:
        """Drop whose token is over, and everybody once the dataset is deleted."""
        if self._loop.time() < self._checked_at + CHECK_SECONDS:
            return
        watchers = list(self.watchers)
        valid = await self._accounts.tokens.valid({watcher.token for watcher in watchers})
        deleted = await self._pool.fetchval(_DELETED, self._dataset_id)
        self._checked_at = self._loop.time()
        for watcher in watchers:
            if watcher.token not in valid:
                watcher.drop("signed_out")
            elif deleted:
                watcher.drop("deleted")
