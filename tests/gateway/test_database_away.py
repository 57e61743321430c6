"""Our own PostgreSQL goes away: whoever asks is told so, and when to come again."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from deploy.local.infrastructure import Infrastructure
from libs.postgres.pool import open_pool
from services.gateway.accounts.store import Accounts
from services.gateway.gateway import Gateway
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem
from tests.gateway.test_push import ended, received, signed_in, socket_of
from tests.query.test_knowledge_outage import Cable


@pytest_asyncio.fixture(loop_scope="session")
async def away(running: Running, infrastructure: Infrastructure) -> AsyncIterator[Running]:
    """The gateway, whose connections to its database have just broken, and no new ones are made."""
    cable = Cable(infrastructure.postgres_url)
    await cable.plug()
    database = await running.gateway.pool.fetchval("SELECT current_database()")
    there = urlsplit(infrastructure.postgres_url)
    account = there.netloc.rpartition("@")[0]
    url = there._replace(netloc=f"{account}@127.0.0.1:{cable.port}", path=f"/{database}").geturl()
    pool = await open_pool(url, name="gateway-test", size=2)
    known = running.gateway
    app = running.anna._transport.app  # type: ignore[attr-defined]
    app.state.gateway = Gateway(pool, known.listener, known.secrets, Accounts(pool), known.last_positions)
    assert (await running.anna.get(f"{API}/datasets")).status_code == 200
    await cable.pull()
    yield running
    app.state.gateway = known
    pool.terminate()


@pytest.mark.parametrize(("method", "path"), [("GET", "/datasets"), ("POST", "/datasets/x/train")])
async def test_a_request_is_503_and_says_when_to_try_again(away: Running, method: str, path: str) -> None:
    answer = await away.anna.request(method, API + path)
    problem = assert_problem(answer, 503)
    assert problem["type"].endswith(":unavailable") and int(answer.headers["retry-after"]) > 0


async def test_a_socket_and_a_stream_that_are_opened_then_are_told_to_come_back(away: Running, address: str) -> None:
    headers = signed_in(away.anna)
    async with socket_of(address, "any", additional_headers=headers) as connection:
        [last] = await received(connection, 1)
        assert (last["event"], last["data"]["reason"]) == ("dropped", "interrupted")
        assert await ended(connection) == (1013, "interrupted")
    async with httpx.AsyncClient(headers=headers) as client:
        assert_problem(await client.get(f"http://{address}{API}/datasets/any/training/stream"), 503)
