"""A gateway beside the processes that are disturbed: what its API tells of questions, and when."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
import httpx
from pydantic import SecretStr

from deploy.local.postgres import create_database
from libs.datasources.secrets import SecretBox
from libs.events.catalog import QuestionAsked
from libs.events.service import EventService
from libs.questions.deadline import GRACE
from libs.runtime.clock import now
from libs.runtime.settings import Settings
from services.gateway.accounts.store import Accounts
from services.gateway.api.app import make_app
from services.gateway.gateway import Gateway
from services.gateway.projections import HANDLERS
from services.gateway.schemas import SCHEMAS

_FIRST_SECONDS = 0.5


@dataclass(frozen=True)
class Told:
    """The end of a question that a person was told, so many seconds after its deadline."""

    outcome: str
    late: float


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in at the gateway."""

    client: httpx.AsyncClient
    account_id: str

    async def told(self, asked: QuestionAsked) -> Told:
        """Look now and then how the question ended, and at once when `GRACE` has passed since its deadline."""
        pause, settled = _FIRST_SECONDS, asked.deadline + GRACE
        while True:
            answer = await self.client.get(f"/chat/questions/{asked.question_id}")
            # What was put onto the log without it, the gateway has to read first.
            if answer.status_code == 200 and (outcome := answer.json()["outcome"]):
                return Told(outcome, (now() - asked.deadline).total_seconds())
            pause *= 2
            await asyncio.sleep(min(pause, max(0.05, (settled - now()).total_seconds())))


@asynccontextmanager
async def person_at_gateway(environment: dict[str, str], postgres_url: str) -> AsyncIterator[Person]:
    """A person who is signed in at a gateway of its own database, on the server of `postgres_url`."""
    server, _, name = postgres_url.rpartition("/")
    settings = Settings(
        postgres_url=await create_database(f"{server}/postgres", f"{name}_gateway"),
        kafka_bootstrap=environment["ESPALIER_KAFKA_BOOTSTRAP"],
        topic_prefix=environment["ESPALIER_TOPIC_PREFIX"],
        secret_keys=(SecretStr(environment["ESPALIER_SECRET_KEYS"]),),
    )
    try:
        async with AsyncExitStack() as stack:
            service = await EventService.connect("gateway", settings, stack, SCHEMAS)
            accounts = Accounts(service.pool)
            secrets = SecretBox(settings.secret_keys)
            gateway = Gateway(service.pool, service.listener, secrets, accounts, service.last_positions)
            tasks = [asyncio.ensure_future(run()) for run in service.tasks(service.rebuild(HANDLERS)).values()]
            stack.push_async_callback(_end, tasks)
            await accounts.create("anna", "long enough", "member")
            headers = {"Authorization": f"Bearer {await accounts.login('anna', 'long enough')}"}
            transport = httpx.ASGITransport(app=make_app(gateway, service.checks()))
            url = "http://gateway/api/v1"
            async with httpx.AsyncClient(transport=transport, base_url=url, headers=headers, timeout=60) as client:
                yield Person(client, (await client.get("/auth/me")).json()["account_id"])
    finally:
        connection = await asyncpg.connect(f"{server}/postgres")
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}_gateway" WITH (FORCE)')
        await connection.close()


async def _end(tasks: "Sequence[asyncio.Future[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
