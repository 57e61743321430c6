"""Opens users' databases read-only, with small pools and timeouts, once per version of a data source."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import NullPool

from libs.datasources.addresses import EVERYWHERE, AddressPolicy, places
from libs.datasources.errors import CannotReach, NotAllowed
from libs.datasources.kinds import KINDS, kind_of
from libs.datasources.kinds.base import CONNECT_SECONDS, Access
from libs.datasources.secrets import SecretBox
from libs.datasources.translate import translated
from libs.events.catalog import DataSourceSettings
from libs.runtime.settings import Settings

_MOST_OPEN = 64
_POOL_SIZE = 2
_CLOSE_SECONDS = 5.0
_LEAST_SECONDS = 0.05
"""Of a query; none at all would mean without an end."""


@dataclass(frozen=True)
class Limits:
    """What one query may take."""

    rows: int = 1_000
    bytes: int = 2_000_000
    seconds: float = 15.0

    def within(self, seconds: float) -> "Limits":
        """The same in at most `seconds`."""
        return replace(self, seconds=max(_LEAST_SECONDS, min(self.seconds, seconds)))


class Connections:
    """The open databases of a process; an older version of a data source is closed when a newer one is opened."""

    def __init__(
        self, secrets: SecretBox, sqlite_folders: Sequence[Path] = (), policy: AddressPolicy | None = None
    ) -> None:
        self._secrets = secrets
        self._folders = tuple(folder.resolve() for folder in sqlite_folders)
        self._policy = policy or AddressPolicy()
        self._engines: OrderedDict[str, tuple[int, AsyncEngine]] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()

    @classmethod
    def configured(cls, settings: Settings) -> "Connections":
        """As the settings of the process say: where databases may be, and which servers are our own."""
        cache = settings.cache_url.get_secret_value() if settings.cache_url else ""
        own = places(settings.kafka_bootstrap, settings.postgres_url, settings.chroma_url, cache)
        networks = settings.database_networks or EVERYWHERE
        return cls(SecretBox(settings.secret_keys), settings.sqlite_folders, AddressPolicy(networks, own))

    async def engine(self, datasource_id: str, version: int, settings: DataSourceSettings) -> AsyncEngine:
        """The pool of a data source; raises `DataSourceError` for a path or password that cannot be used."""
        known = self._engines.get(datasource_id)
        if known and known[0] >= version:
            self._engines.move_to_end(datasource_id)
            return known[1]
        engine = self._make(settings, pooled=True)
        self._engines[datasource_id] = (version, engine)
        self._engines.move_to_end(datasource_id)
        if known:
            self._dispose(known[1])
        while len(self._engines) > _MOST_OPEN:
            _, (_, oldest) = self._engines.popitem(last=False)
            self._dispose(oldest)
        return engine

    def unpooled(self, settings: DataSourceSettings) -> AsyncEngine:
        """An engine that keeps no connection: for testing settings that may never be used again."""
        return self._make(settings, pooled=False)

    def _make(self, settings: DataSourceSettings, *, pooled: bool) -> AsyncEngine:
        kind = KINDS[settings.kind]
        if settings.kind == "sqlite":
            path = Path(settings.database).resolve()
            if not any(path.is_relative_to(folder) for folder in self._folders):
                raise NotAllowed("folder_not_allowed")
        password = self._secrets.decrypt(settings.password_ciphertext) if settings.password_ciphertext else None
        access = Access(settings, password, self._policy.addresses)
        if not (pooled and kind.pooled):
            return kind.engine(access, poolclass=NullPool)
        return kind.engine(
            access,
            pool_size=_POOL_SIZE,
            max_overflow=4,
            pool_pre_ping=True,
            pool_recycle=600,
            pool_timeout=CONNECT_SECONDS,
        )

    async def close(self) -> None:
        """Close all."""
        for _, engine in self._engines.values():
            self._dispose(engine)
        self._engines.clear()
        await asyncio.gather(*self._closing)

    def _dispose(self, engine: AsyncEngine) -> None:
        """Close its connections in the background: a server that vanished would keep everybody else waiting."""
        task = asyncio.create_task(_closed(engine), name="close a data source")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _closed(engine: AsyncEngine) -> None:
    for _ in range(_POOL_SIZE):  # A deadline that passes gives up one connection; the next try goes on with the others.
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await engine.dispose()


@asynccontextmanager
async def reading(engine: AsyncEngine, seconds: float) -> AsyncIterator[AsyncConnection]:
    """A read-only transaction that lasts at most `seconds`; every error in it comes out as a `DataSourceError`."""
    connecting, task = True, asyncio.current_task()
    cancelled_before = task.cancelling() if task else 0

    def cancelled() -> bool:
        return task is not None and task.cancelling() > cancelled_before

    try:
        async with asyncio.timeout(seconds + CONNECT_SECONDS), engine.connect() as connection:
            connecting = False
            try:
                await kind_of(engine).begin_reading(connection, seconds, cancelled)
                yield connection
            except BaseException as error:
                # Ending the transaction would wait for what it still does, or tell of nothing but a closed connection.
                if isinstance(error, asyncio.CancelledError) or isinstance(translated(error), CannotReach):
                    await connection.invalidate()
                raise
    except Exception as error:
        if cancelled():
            raise asyncio.CancelledError from error  # stopping ended in an error, but it was asked for
        raise translated(error, connecting=connecting) from error


@asynccontextmanager
async def attempted(connection: AsyncConnection) -> AsyncIterator[None]:
    """A part of a reading that may fail alone: the reading goes on, but for a connection that was lost.

    Raises `DataSourceError`.
    """
    try:
        async with kind_of(connection).savepoint(connection):
            yield
    except (SQLAlchemyError, OSError, ValueError) as error:
        meant = translated(error)
        if isinstance(meant, CannotReach) or connection.invalidated:
            raise
        raise meant from error
