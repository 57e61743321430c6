"""A trainer without Kafka: events are delivered by hand, work is claimed by hand, everything else is real."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
from cryptography.fernet import Fernet

from libs.datasources.inspect import INSPECTION_SECONDS, Structure
from libs.datasources.open import Connections
from libs.datasources.secrets import SecretBox
from libs.embeddings.embedder import Vector
from libs.events.catalog import (
    CheckpointReached,
    DataSourceSettings,
    Event,
)
from libs.events.envelope import Received
from libs.events.ids import new_id
from libs.events.transaction import transaction
from libs.leases.claim import Lease, claim
from libs.leases.worker import Held
from libs.postgres.listen import Listener
from libs.postgres.pool import open_pool
from libs.postgres.schema import migrate
from services.trainer.datasets.train import Training
from services.trainer.embeddings import Embeddings
from services.trainer.handlers import HANDLERS, handlers
from services.trainer.inspection.reader import Reader
from services.trainer.schemas import SCHEMAS


class CountingEmbedder:
    """Makes vectors at once, remembers for which texts, and can be told to wait before a certain one."""

    model, dimensions, batch = "counting", 4, 1

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.calls: list[int] = []
        self.stop_at: int | None = None
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def stopped(self) -> None:
        """Wait until it has come to the text it was told to wait before."""
        async with asyncio.timeout(10):
            await self.reached.wait()

    async def passages(self, texts: Sequence[str]) -> list[Vector]:
        self.calls.append(len(texts))
        for text in texts:
            if self.stop_at is not None and len(self.texts) >= self.stop_at:
                self.reached.set()
                await self.go_on.wait()
            self.texts.append(text)
        return [np.full(4, len(text), dtype=np.float32) for text in texts]

    async def query(self, text: str) -> Vector:
        return (await self.passages([text]))[0]

    async def close(self) -> None:
        pass


class WaitingReader(Reader):
    """Reads at once, and gives what it read only when it is told to."""

    def __init__(self, connections: Connections) -> None:
        super().__init__(connections)
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def structure(
        self, settings: DataSourceSettings, only: Collection[str] = (), seconds: float = INSPECTION_SECONDS
    ) -> Structure:
        found = await super().structure(settings, only, seconds)
        self.reached.set()
        await self.go_on.wait()
        return found


@dataclass
class Trainer:
    """The trainer's parts on one database."""

    pool: "asyncpg.Pool[Any]"
    listener: Listener
    embedder: CountingEmbedder
    embeddings: Embeddings
    urgent: Embeddings
    training: Training
    secrets: SecretBox
    delivered: list[Received[Any]] = field(default_factory=list)

    async def deliver(self, *events: Event) -> None:
        """Handle events as the consumer would, each in a transaction of its own."""
        for event in events:
            async with transaction(self.pool, "trainer") as opened:
                event_id = new_id()
                offset = len(self.delivered)
                received = [Received(event, event_id, event_id, None, type(event).__name__, 0, offset)]
                await HANDLERS.apply_projections(opened.connection, received)
                await handlers(self.urgent).apply_reactions(opened, received)
            self.delivered += received

    async def claim(self, kind: str = "training", ttl: float = 4.0) -> Lease | None:
        """Claim the next training, if there is one."""
        async with self.pool.acquire() as connection:
            leases = await claim(connection, kind, new_id(), ttl, 1)
        return leases[0] if leases else None

    async def work(self, kind: str = "training") -> None:
        """Work on the next training until it ends or is stopped."""
        lease = await self.claim(kind)
        assert lease is not None, "no training was offered"
        await self.training.run(lease, Held(lease))

    async def said(self, event: type[Event] = CheckpointReached) -> list[Any]:
        """What was published, in order."""
        rows = await self.pool.fetch("SELECT value FROM outbox WHERE topic = $1 ORDER BY id", event.__name__)
        return [event.model_validate_json(row["value"]) for row in rows]


@asynccontextmanager
async def trainer(url: str, folder: Path) -> AsyncIterator[Trainer]:
    """A trainer on the empty database at `url`, allowed to read SQLite files in `folder`."""
    pool = await open_pool(url, name="trainer-test")
    await migrate(pool, SCHEMAS)
    listener, embedder = Listener(url), CountingEmbedder()
    secrets = SecretBox([Fernet.generate_key().decode()])
    connections = Connections(secrets, (folder,))
    embeddings, urgent = Embeddings(pool, embedder), Embeddings(pool, CountingEmbedder())
    reader = Reader(connections)
    training = Training(pool, listener, connections, reader, embeddings, urgent)
    try:
        yield Trainer(pool, listener, embedder, embeddings, urgent, training, secrets)
    finally:
        await embeddings.close()
        await urgent.close()
        await reader.close()
        await connections.close()
        await listener.close()
        await pool.close()


def check_history(checkpoints: list[CheckpointReached]) -> None:
    """Sequences without a gap, progress that never goes back, and nothing learned twice."""
    assert [c.sequence for c in checkpoints] == list(range(1, len(checkpoints) + 1))
    progress = [c.progress for c in checkpoints]
    assert progress == sorted(progress)
    times = Counter(item.item_id for c in checkpoints for item in c.items)
    assert [item for item, count in times.items() if count > 1] == []
    assert checkpoints[-1].items_learned == len(times)
