"""The gateway rebuilt from a real log equals the running one, which applied its own changes as it wrote them."""

import asyncio
from contextlib import AsyncExitStack

import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr

from libs.datasources.secrets import SecretBox
from libs.events.catalog import CheckpointReached, Event, LearnedItem, LogLine, TrainingLogged
from libs.events.service import EventService
from libs.events.transaction import transaction
from libs.runtime.clock import now
from libs.runtime.settings import Settings
from services.gateway.accounts.store import Accounts
from services.gateway.api.app import make_app
from services.gateway.gateway import Gateway
from services.gateway.projections import HANDLERS
from services.gateway.schemas import SCHEMAS
from services.gateway.wiring import prepare
from tests.gateway.conftest import API

_SECONDS = 30.0


async def test_a_rebuilt_copy_equals_the_live_one_and_serves_on(
    postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    settings = Settings(
        postgres_url=postgres_url,
        kafka_bootstrap=kafka_bootstrap,
        topic_prefix=topic_prefix,
        secret_keys=(SecretStr(Fernet.generate_key().decode()),),
        partitions=2,
    )
    async with AsyncExitStack() as stack:
        service = await EventService.connect("gateway", settings, stack, SCHEMAS)
        accounts = Accounts(service.pool)
        secrets = SecretBox(settings.secret_keys)
        gateway = Gateway(service.pool, service.listener, secrets, accounts, service.last_positions, 1.0)
        tasks = [asyncio.ensure_future(run()) for run in service.tasks(service.rebuild(HANDLERS)).values()]
        stack.callback(lambda: [task.cancel() for task in tasks])
        await accounts.create("anna", "long enough", "member")
        headers = {"Authorization": f"Bearer {await accounts.login('anna', 'long enough')}"}
        transport = httpx.ASGITransport(app=make_app(gateway, service.checks()))
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url=f"http://gateway{API}", headers=headers, timeout=30)
        )
        dataset_id = await _written(client, service)
        path = f"/datasets/{dataset_id}"
        shown = [(await client.get(f"{path}{part}")).json() for part in ("", "/training-data", "/training/logs")]
        audit = (await client.get("/audit?page_size=200")).json()
        assert audit["total"] == 10
        rebuilt = await (await prepare(settings, stack)).run(compare=True)
        assert rebuilt.before == rebuilt.after
        assert shown == [
            (await client.get(f"{path}{part}")).json() for part in ("", "/training-data", "/training/logs")
        ]
        assert audit == (await client.get("/audit?page_size=200")).json()
        changed = await client.patch(path, json={"name": "afterwards"})
        assert (changed.status_code, changed.json()["version"]) == (200, 3)


async def _written(client: httpx.AsyncClient, service: EventService) -> str:
    """Let a bit of everything happen, over HTTP and from the trainer; gives the dataset's id."""
    source = {"name": "Shop", "kind": "sqlite", "database": "/data/shop.db", "password": "p"}
    datasource_id = (await client.post("/datasources", json=source)).json()["id"]
    made = await client.post("/datasets", json={"name": "Shop", "datasource_id": datasource_id})
    dataset_id = str(made.json()["id"])
    path = f"/datasets/{dataset_id}"
    await client.patch(path, json={"name": "店铺"})
    await client.post(f"{path}/terms", json={"term": "延误", "synonyms": ["late"]})
    await _train(client, service, dataset_id, "old", generation=0)
    await client.delete(f"{path}/training")
    await _train(client, service, dataset_id, "new", generation=1)
    verdict = {"dataset_id": dataset_id, "question": "How many?", "rating": -1, "corrected_sql": "SELECT 8"}
    await client.post("/chat/feedback", json=verdict)
    return dataset_id


async def _train(
    client: httpx.AsyncClient, service: EventService, dataset_id: str, item: str, *, generation: int
) -> None:
    path = f"/datasets/{dataset_id}"
    training_id = (await client.post(f"{path}/train")).json()["training_id"]
    await client.post(f"{path}/training/pause")
    line = LogLine(number=1, content=item, created_at=now())
    learned = LearnedItem(item_id=item, kind="pair", text=item)
    ended = CheckpointReached(
        training_id=training_id, dataset_id=dataset_id, sequence=1, status="completed", progress=100,
        generation=generation, items=(learned,), reached_at=now(),
    )  # fmt: skip
    await _say(service, TrainingLogged(training_id=training_id, dataset_id=dataset_id, lines=(line,)), ended)
    known = "SELECT count(*) = 2 FROM (SELECT FROM checkpoints WHERE training_id = $1 UNION ALL "
    known += "SELECT FROM training_logs WHERE training_id = $1) AS heard"
    async with asyncio.timeout(_SECONDS):
        while not await service.pool.fetchval(known, training_id):
            await asyncio.sleep(0.02)


async def _say(service: EventService, *events: Event) -> None:
    async with transaction(service.pool, "trainer") as opened:
        for event in events:
            opened.publish(event)
