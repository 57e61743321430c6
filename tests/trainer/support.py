"""A trainer without Kafka: events are delivered by hand, work is claimed by hand, everything else is real."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
from cryptography.fernet import Fernet

from libs.datasources.inspect import Structure
from libs.datasources.open import Connections
from libs.datasources.secrets import SecretBox
from libs.embeddings.embedder import Vector
from libs.events.catalog import (
    BusinessTermChanged,
    CheckpointReached,
    ControlRequest,
    DatasetChanged,
    DataSourceChanged,
    DataSourceSettings,
    Event,
    TrainingRequested,
)
from libs.events.envelope import Received
from libs.events.ids import new_id
from libs.events.transaction import transaction
from libs.leases.claim import Lease, claim
from libs.leases.worker import Held
from libs.postgres.listen import Listener
from libs.postgres.pool import open_pool
from libs.postgres.schema import migrate
from libs.runtime.clock import now
from services.trainer.datasets.train import Training
from services.trainer.embeddings import Embeddings
from services.trainer.handlers import HANDLERS
from services.trainer.inspection.reader import Reader
from services.trainer.schemas import SCHEMAS

DATASET, SOURCE = "dataset-1", "source-1"


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

    async def structure(self, settings: DataSourceSettings, only: Collection[str] = ()) -> Structure:
        found = await super().structure(settings, only)
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
                await HANDLERS.apply_reactions(opened, received)
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
    embeddings = Embeddings(pool, embedder)
    reader = Reader(connections)
    training = Training(pool, listener, connections, reader, embeddings)
    try:
        yield Trainer(pool, listener, embedder, embeddings, training, secrets)
    finally:
        await embeddings.close()
        await reader.close()
        await connections.close()
        await listener.close()
        await pool.close()


def make_shop(path: Path) -> None:
    """Three related tables with a few rows."""
    with sqlite3.connect(path) as connection:
        connection.executescript("""
            CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
            CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT, price REAL);
            CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id),
                product_id INTEGER REFERENCES products (id), quantity INTEGER, status TEXT);
            INSERT INTO customers VALUES (1, '李雷', '北京'), (2, 'Ann', 'Paris'), (3, 'Bob', 'Paris');
            INSERT INTO products VALUES (1, 'Tea', 3.5), (2, '咖啡', 4.0);
            INSERT INTO orders VALUES (1, 1, 1, 2, 'paid'), (2, 2, 2, 1, 'open'), (3, 2, 1, 5, 'paid');
        """)
    connection.close()


def source(settings: DataSourceSettings, version: int = 1) -> DataSourceChanged:
    """The data source of the dataset."""
    return DataSourceChanged(
        datasource_id=SOURCE, version=version, name="shop", owner_id="o", settings=settings, changed_at=now()
    )


def dataset_of(path: Path) -> tuple[Event, ...]:
    """What tells the trainer of a dataset on the SQLite file `path`, with two terms."""
    return (
        source(DataSourceSettings(kind="sqlite", database=str(path))),
        DatasetChanged(
            dataset_id=DATASET,
            version=1,
            name="shop",
            owner_id="o",
            datasource_id=SOURCE,
            collection_name="c",
            changed_at=now(),
        ),
        term("t1", 1, 1, "revenue", "price times quantity"),
        term("t2", 1, 2, "客户", "下过订单的人"),
    )


def term(term_id: str, version: int, terms_version: int, name: str, definition: str) -> BusinessTermChanged:
    """A business term of the dataset."""
    return BusinessTermChanged(
        dataset_id=DATASET,
        term_id=term_id,
        version=version,
        terms_version=terms_version,
        term=name,
        definition=definition,
        changed_at=now(),
    )


def requested(training_id: str = "", **fields: Any) -> TrainingRequested:
    """A request to train the dataset."""
    return TrainingRequested(training_id=training_id or new_id(), dataset_id=DATASET, requested_at=now(), **fields)


def wish(kind: type[ControlRequest], training_id: str, sequence: int) -> ControlRequest:
    """A control request for a training of the dataset."""
    return kind(training_id=training_id, dataset_id=DATASET, control_sequence=sequence, requested_at=now())
