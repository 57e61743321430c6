"""The whole stack for system tests: four real services on the shared servers, under a topic prefix of their own."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from deploy.demo.client import Client
from deploy.local.infrastructure import Infrastructure
from deploy.local.postgres import create_database, users_server
from deploy.local.stack import LocalStack
from tests.system.collector import SpanCollector

CANARY = "canary-" + secrets.token_hex(8)
"""The password of the users' database: it may be found nowhere."""


@dataclass
class Running:
    """The stack, a signed-in client, the users' database, and the spans that the services exported."""

    stack: LocalStack
    client: Client
    infrastructure: Infrastructure
    database_url: str
    spans: SpanCollector

    async def dataset(self, name: str = "shop") -> str:
        """Register the users' database and make a dataset of it; gives the dataset's id."""
        parts = urlsplit(self.database_url)
        source = {"name": name, "kind": "postgresql", "host": parts.hostname, "port": parts.port,
                  "database": parts.path[1:], "username": "shop_reader", "password": CANARY}  # fmt: skip
        datasource = await self.client.post("/datasources", source)
        dataset: dict[str, Any] = await self.client.post("/datasets", {"name": name, "datasource_id": datasource["id"]})
        return str(dataset["id"])

    async def until(self, dataset_id: str, *statuses: str, seconds: float = 60.0) -> dict[str, Any]:
        """Wait until the dataset's training has one of `statuses`; gives the progress."""

        async def reached() -> dict[str, Any] | None:
            progress: dict[str, Any] = await self.client.get(f"/datasets/{dataset_id}/training/progress")
            return progress if progress["status"] in statuses else None

        found: dict[str, Any] = await eventually(reached, seconds)
        return found


async def eventually(condition: Callable[[], Awaitable[Any]], seconds: float = 30.0) -> Any:
    """Poll until `condition` gives something, ever more seldom: who polls takes time from the services; fails after
    `seconds`."""
    ends, pause = time.monotonic() + seconds, 0.02
    while not (found := await condition()):
        assert time.monotonic() < ends, f"{condition.__qualname__} was not met within {seconds:.0f} s"
        await asyncio.sleep(pause)
        pause = min(1.5 * pause, 0.2)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(infrastructure: Infrastructure, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Give the running stack; it is started once for all system tests."""
    suffix = secrets.token_hex(4)
    home = tmp_path_factory.mktemp("system")
    async with users_server(home / "users") as users_url, SpanCollector() as spans:
        database_url = await create_database(users_url, f"shop_{suffix}")
        await _fill(database_url)
        environment = {"ESPALIER_TOPIC_PREFIX": f"s{suffix}.", "ESPALIER_OTLP_ENDPOINT": spans.url}
        async with LocalStack(home=home, infrastructure=infrastructure, environment=environment) as stack:
            client = Client(stack.addresses["gateway_url"])
            credentials = stack.addresses["credentials"]
            await client.sign_in(credentials["username"], credentials["password"])
            yield Running(stack, client, infrastructure, database_url, spans)
            await client.close()


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop_reader') THEN
                CREATE ROLE shop_reader LOGIN;
            END IF;
        END $$;
        ALTER ROLE shop_reader PASSWORD '{CANARY}';
        CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, city text);
        CREATE TABLE orders (
            id int PRIMARY KEY, customer_id int REFERENCES customers (id), amount numeric, placed date);
        INSERT INTO customers SELECT n, 'Customer ' || n, (ARRAY['Berlin', '上海', 'Paris'])[1 + n % 3]
            FROM generate_series(1, 30) AS n;
        INSERT INTO orders SELECT n, 1 + n % 30, n * 1.5, date '2024-01-01' + n % 300 FROM generate_series(1, 500) AS n;
    """)
    for number in range(60):
        columns = ", ".join(f"measure_{column} numeric" for column in range(10))
        await connection.execute(f"CREATE TABLE archive_{number} (id int PRIMARY KEY, label text, {columns})")
    await connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop_reader")
    await connection.close()
