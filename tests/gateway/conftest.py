"""A gateway with the real PostgreSQL and Kafka, asked over HTTP without a socket; other services' events are fed in."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
import pytest_asyncio
import uvicorn
from cryptography.fernet import Fernet
from pydantic import SecretStr

from deploy.local.infrastructure import Infrastructure
from deploy.local.postgres import create_database
from libs.datasources.secrets import SecretBox
from libs.events.catalog import ColumnDescription, Event, SchemaInspected, TableDescription
from libs.events.envelope import Received
from libs.events.ids import new_id
from libs.events.service import EventService
from libs.runtime.clock import now
from libs.runtime.settings import Settings
from services.gateway.accounts.store import Accounts
from services.gateway.api.app import make_app
from services.gateway.gateway import Gateway
from services.gateway.projections import HANDLERS
from services.gateway.schemas import SCHEMAS
from tests.gateway.declared import Declared

API = "/api/v1"


@dataclass
class Running:
    """A running gateway and clients signed in as two members who are strangers to each other."""

    gateway: Gateway
    anna: httpx.AsyncClient
    ben: httpx.AsyncClient
    admin: httpx.AsyncClient
    nobody: httpx.AsyncClient
    declared: Declared
    offsets: dict[str, int] = field(default_factory=dict)

    async def hear(self, *events: Event) -> None:
        """Let the gateway hear events of other services, as its consumer would."""
        for event in events:
            name = type(event).__name__
            offset = self.offsets[name] = self.offsets.get(name, 100) + 1
            received = Received(event, new_id(), new_id(), None, name, 0, offset)
            async with self.gateway.pool.acquire() as connection:
                await HANDLERS.apply_projections(connection, [received])

    async def dataset(self, client: httpx.AsyncClient | None = None) -> str:
        """A dataset of a new data source; gives its id."""
        client = client or self.anna
        name = f"Shop {new_id()}"
        source = {"name": name, "kind": "postgresql", "host": "127.0.0.1", "database": "shop", "username": "u",
                  "password": "p"}  # fmt: skip
        datasource = (await client.post(f"{API}/datasources", json=source)).json()
        made = await client.post(f"{API}/datasets", json={"name": name, "datasource_id": datasource["id"]})
        return str(made.json()["id"])


def structure(datasource_id: str, *tables: str) -> SchemaInspected:
    """What the trainer says that it found in a data source: tables of things with a name."""
    columns = (ColumnDescription(name="id", type="int"), ColumnDescription(name="name", type="text"))
    found = tuple(TableDescription(name=name, columns=columns) for name in tables)
    return SchemaInspected(
        inspection_id=new_id(), datasource_id=datasource_id, sequence=1, ok=True, tables=found, inspected_at=now()
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(infrastructure: Infrastructure) -> AsyncIterator[Running]:
    """Give one gateway for all tests of this folder."""
    suffix = secrets.token_hex(4)
    settings = Settings(
        postgres_url=await create_database(infrastructure.postgres_url, f"gateway_{suffix}"),
        kafka_bootstrap=infrastructure.kafka_bootstrap,
        topic_prefix=f"g{suffix}.",
        secret_keys=(SecretStr(Fernet.generate_key().decode()),),
    )
    async with AsyncExitStack() as stack:
        service = await EventService.connect("gateway", settings, stack, SCHEMAS)
        gateway = Gateway(
            service.pool,
            service.listener,
            SecretBox(settings.secret_keys),
            Accounts(service.pool),
            service.last_positions,
            answer_seconds=1.0,
        )
        tasks = [asyncio.ensure_future(run()) for run in service.tasks(service.rebuild(HANDLERS)).values()]
        app = make_app(gateway, service.checks())
        clients, declared = {}, Declared(app.openapi)
        for name in ("anna", "ben", "admin"):
            await gateway.accounts.create(name, "long enough", "admin" if name == "admin" else "member")
            token = await gateway.accounts.login(name, "long enough")
            clients[name] = _client(app, declared, {"Authorization": f"Bearer {token}"})
        nobody = _client(app, declared, {})
        yield Running(gateway, clients["anna"], clients["ben"], clients["admin"], nobody, declared)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def address(running: Running) -> AsyncIterator[str]:
    """Give host and port where the gateway is served."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = running.anna._transport.app  # type: ignore[attr-defined]
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws_max_size=65_536))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server._serve([listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


def _client(app: object, declared: Declared, headers: dict[str, str]) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    hooks = {"response": [declared.check]}
    return httpx.AsyncClient(
        transport=transport, base_url="http://gateway", headers=headers, timeout=30, event_hooks=hooks
    )
