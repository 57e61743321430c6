"""Passwords of data sources are brought under the newest key, all of them or none, and once."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
import orjson
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from libs.datasources.secrets import SecretBox
from libs.events.catalog import DataSourceChanged, DataSourceSettings
from libs.events.ids import new_id
from libs.events.transaction import transaction
from libs.postgres.pool import open_pool
from libs.postgres.schema import migrate
from libs.runtime.clock import now
from services.gateway.datasources.decider import decide_delete
from services.gateway.datasources.rotate import KeysMissing, Rotated, rotate_keys
from services.gateway.projections import HANDLERS
from services.gateway.schemas import SCHEMAS

_OLD, _NEW, _LOST = [Fernet.generate_key().decode() for _ in range(3)]


@dataclass
class Sources:
    """The gateway's data sources, without a gateway."""

    pool: "asyncpg.Pool[asyncpg.Record]"

    async def add(self, key: str, password: str | None = "secret") -> str:
        """A data source whose password is under `key`; gives its id."""
        made = SecretBox([key]).encrypt(password) if password else None
        settings = DataSourceSettings(
            kind="mysql", password_ciphertext=made.token if made else None, key_id=made.key_id if made else None
        )
        event = DataSourceChanged(
            datasource_id=new_id(), version=1, name="S", owner_id="o", settings=settings, changed_at=now()
        )
        await self.record(event)
        return event.datasource_id

    async def record(self, event: DataSourceChanged) -> None:
        async with transaction(self.pool, "gateway") as opened:
            await HANDLERS.apply_own(opened, event)

    async def now(self, datasource_id: str) -> DataSourceChanged:
        query = "SELECT state FROM datasources WHERE datasource_id = $1"
        return DataSourceChanged.model_validate(await self.pool.fetchval(query, datasource_id))

    async def published(self) -> int:
        return int(await self.pool.fetchval("SELECT count(*) FROM outbox"))


@pytest_asyncio.fixture(loop_scope="session")
async def sources(postgres_url: str) -> AsyncIterator[Sources]:
    """Give an empty gateway's data sources."""
    async with AsyncExitStack() as stack:
        pool = await open_pool(postgres_url, name="rotation-test")
        stack.push_async_callback(pool.close)
        await migrate(pool, SCHEMAS)
        yield Sources(pool)


async def test_every_password_under_an_older_key_is_written_again_once(sources: Sources) -> None:
    old, new = [await sources.add(_OLD), await sources.add(_OLD)], await sources.add(_NEW)
    without = await sources.add(_OLD, None)
    secrets = SecretBox([_NEW, _OLD])
    published = await sources.published()
    assert await rotate_keys(sources.pool, secrets) == Rotated(rotated=2, current=1)
    for datasource_id in old:
        source = await sources.now(datasource_id)
        assert (source.version, source.settings.key_id, source.who) == (2, secrets.key_id, "system")
        assert SecretBox([_NEW]).decrypt(source.settings.password_ciphertext or "") == "secret"
    assert [(await sources.now(one)).version for one in (new, without)] == [1, 1]
    assert await rotate_keys(sources.pool, secrets) == Rotated(rotated=0, current=3)
    assert await sources.published() == published + 2


async def test_two_rotations_at_once_write_each_password_once(sources: Sources) -> None:
    ids = [await sources.add(_OLD) for _ in range(10)]
    secrets = SecretBox([_NEW, _OLD])
    both = await asyncio.gather(rotate_keys(sources.pool, secrets), rotate_keys(sources.pool, secrets))
    assert sum(each.rotated for each in both) == 10
    assert [(await sources.now(one)).version for one in ids] == [2] * 10


async def test_nothing_is_written_when_a_key_is_missing_and_the_data_sources_are_named(sources: Sources) -> None:
    old, lost = await sources.add(_OLD), await sources.add(_LOST)
    published = await sources.published()
    with pytest.raises(KeysMissing) as refused:
        await rotate_keys(sources.pool, SecretBox([_NEW, _OLD]))
    said = str(refused.value)
    assert lost in said and SecretBox([_LOST]).key_id in said and old not in said
    assert "secret" not in said and await sources.published() == published
    forgotten = decide_delete(await sources.now(lost), 0, now(), "o")
    assert isinstance(forgotten, DataSourceChanged)
    await sources.record(forgotten)
    assert await rotate_keys(sources.pool, SecretBox([_NEW, _OLD])) == Rotated(rotated=1, current=0)


async def test_the_command_rotates_tells_how_many_and_refuses_in_a_sentence(
    sources: Sources, postgres_url: str, kafka_bootstrap: str, topic_prefix: str
) -> None:
    await sources.add(_OLD)

    async def command(keys: str) -> tuple[int | None, bytes, bytes]:
        settings = {"POSTGRES_URL": postgres_url, "KAFKA_BOOTSTRAP": kafka_bootstrap, "TOPIC_PREFIX": topic_prefix}
        variables = {f"ESPALIER_{name}": value for name, value in (settings | {"SECRET_KEYS": keys}).items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.gateway", "rotate-keys", env=os.environ | variables,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        return process.returncode, out, err

    refused = {_NEW: b"Put the old keys behind", "": b"holds no key"}
    for reason, (code, out, err) in zip(refused.values(), await asyncio.gather(*map(command, refused)), strict=True):
        assert (code, out) == (1, b"") and reason in err and b"Traceback" not in err
    code, out, _ = await command(f"{_NEW},{_OLD}")
    assert (code, orjson.loads(out.splitlines()[-1])) == (0, {"rotated": 1, "current": 0})
