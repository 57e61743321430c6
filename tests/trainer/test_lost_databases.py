"""A user's database that goes away in the middle of a training: it fails with the cause, and a retry goes on."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from libs.datasources.open import Limits
from libs.events.catalog import CheckpointReached, Language, LogLine, PauseRequested, ResumeRequested, TrainingLogged
from libs.language.catalogue import text
from tests import mariadb
from tests.events.toy import until
from tests.trainer.events import requested, source, wish
from tests.trainer.support import Trainer, check_history
from tests.trainer.users_server import Server

_STRUCTURES, _EMBEDDED = 3, 6
"""Things that are learned before the database is asked again: 3 structures; 2 terms, 3 overviews, a relation."""


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["postgresql", "mysql"])
async def running(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """Give a server of each kind that this machine has."""
    if request.param == "mysql" and mariadb.MISSING:
        pytest.skip(mariadb.MISSING)
    with tempfile.TemporaryDirectory(prefix="espalier-") as folder:
        Path(folder).chmod(0o755)  # As root, the server runs as somebody else.
        server = await Server.started(request.param, Path(folder))
        try:
            yield server
        finally:
            await server.process.stop(signal.SIGQUIT)


@pytest_asyncio.fixture(loop_scope="session")
async def server(running: Server) -> AsyncIterator[Server]:
    """Give the server with a new database and a new user."""
    await running.fill()
    yield running
    running.thaw()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give what shortens every wait for a database, to be called when it is gone."""

    def shorten() -> None:
        for module in ("open", "kinds.postgresql", "kinds.mysql"):
            monkeypatch.setattr(f"libs.datasources.{module}.CONNECT_SECONDS", 0.5)
        monkeypatch.setattr("services.trainer.datasets.examples._LIMITS", Limits(rows=20, seconds=0.5))

    return shorten


async def freeze(server: Server) -> None:
    """Let it stand still."""
    server.freeze()


async def thaw(server: Server) -> None:
    """Let it go on."""
    server.thaw()


async def nothing(server: Server) -> None:
    """The owner enters the new password."""


@pytest.mark.parametrize(
    ("goes", "comes", "code"),
    [
        (freeze, thaw, "connect_timeout"),
        (Server.die, Server.come_back, "refused"),
        (Server.change_password, nothing, "login"),
    ],
    ids=["frozen", "killed", "other password"],
)
async def test_a_lost_database_fails_the_training_with_its_cause_and_a_retry_learns_only_the_rest(
    trainer: Trainer,
    server: Server,
    impatient: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    goes: Callable[[Server], Awaitable[None]],
    comes: Callable[[Server], Awaitable[None]],
    code: str,
) -> None:
    await trainer.deliver(source(server.settings(trainer), 2))
    first = requested(language="zh")
    await trainer.deliver(first)
    trainer.embedder.stop_at = _EMBEDDED + 1
    working = asyncio.create_task(trainer.work())
    await trainer.embedder.stopped()
    await goes(server)
    impatient()
    trainer.embedder.go_on.set()
    async with asyncio.timeout(30):
        await working
    failed = await said(trainer, first.training_id)
    check_history(failed)
    assert_failed(failed[-1], code, "zh")
    assert failed[-1].items_learned - _STRUCTURES == len(trainer.embedder.texts) > _EMBEDDED

    still = requested(source="retry", retry_of=first.training_id)
    await trainer.deliver(still)
    async with asyncio.timeout(30):
        await trainer.work()
    assert_failed((await said(trainer, still.training_id))[-1], code, "en")

    await comes(server)
    monkeypatch.undo()
    if comes is nothing:
        await trainer.deliver(source(server.settings(trainer), 3))
    retry = requested(source="retry", retry_of=first.training_id)
    await trainer.deliver(retry)
    await trainer.work()
    ended = await said(trainer, retry.training_id)
    check_history(ended)
    assert ended[-1].status == "completed"
    items = [item.item_id for checkpoint in await trainer.said() for item in checkpoint.items]
    assert len(items) == len(set(items)) and len(trainer.embedder.texts) == len(set(trainer.embedder.texts))
    assert not any(checkpoint.forgotten for checkpoint in await trainer.said())


@pytest.mark.parametrize("frozen", [False, True], ids=["cut", "frozen"])
async def test_a_connection_lost_in_the_middle_of_a_query_is_made_again_or_the_training_fails(
    trainer: Trainer, server: Server, monkeypatch: pytest.MonkeyPatch, frozen: bool
) -> None:
    if frozen and server.kind == "mysql":
        return  # Its connections are given up as soon as nobody waits for them: only the time would be spent.
    server.wait_for_locks(60, monkeypatch)
    await trainer.deliver(source(server.settings(trainer), 2), requested())
    trainer.embedder.stop_at = _EMBEDDED + 1
    working = asyncio.create_task(trainer.work())
    await trainer.embedder.stopped()
    if frozen:
        monkeypatch.setattr("libs.datasources.open.CONNECT_SECONDS", -4.0)  # Of ten seconds that a query has.
    async with server.locked("orders"):
        trainer.embedder.go_on.set()
        await until(server.somebody_waits)
        if frozen:
            server.freeze()
        else:
            await server.cut()
        if frozen:
            async with asyncio.timeout(30):
                await working
            server.thaw()
    await working
    checkpoints = await trainer.said()
    check_history(checkpoints)
    if frozen:
        assert_failed(checkpoints[-1], "connect_timeout", "en")
    else:
        assert checkpoints[-1].status == "completed"
        assert any(item.kind == "pair" and "orders" in item.tables for c in checkpoints for item in c.items)


async def test_a_structure_that_is_not_read_in_time_fails_the_training_with_a_hint_that_fits(
    trainer: Trainer, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.wait_for_locks(60, monkeypatch)
    monkeypatch.setattr("libs.datasources.open.CONNECT_SECONDS", -57.0)  # Of sixty seconds that reading has.
    await trainer.deliver(source(server.settings(trainer), 2), requested())
    async with server.locked("orders"), asyncio.timeout(30):
        await trainer.work()
    problem = (await trainer.said())[-1].problem
    known = text("trainer.inspection_late", "en"), text("trainer.inspection_late.hint", "en")
    assert problem is not None and (problem.code, problem.detail, problem.hint) == ("timeout", *known)


async def said(trainer: Trainer, training_id: str) -> list[CheckpointReached]:
    """The checkpoints of a training."""
    return [each for each in await trainer.said() if each.training_id == training_id]


def assert_failed(last: CheckpointReached, code: str, language: Language) -> None:
    """The training failed, and says why and what to do."""
    assert last.status == "failed" and last.problem
    known = (text(f"datasource.{code}", language), text(f"datasource.{code}.hint", language))
    assert (last.problem.code, last.problem.detail, last.problem.hint) == (code, *known)


REVOKED, DROPPED, LOCKED = "REVOKE SELECT ON orders FROM {reader}", "DROP TABLE orders", "lock"


@pytest.mark.parametrize("paused", [False, True], ids=["as it is asked", "as its structure is read"])
@pytest.mark.parametrize("change", [REVOKED, DROPPED, LOCKED], ids=["revoked", "dropped", "locked"])
async def test_a_table_that_cannot_be_read_any_more_costs_what_is_about_it_and_not_the_training(
    trainer: Trainer, server: Server, monkeypatch: pytest.MonkeyPatch, change: str, paused: bool
) -> None:
    server.wait_for_locks(1, monkeypatch)
    await trainer.deliver(source(server.settings(trainer), 2))
    request = requested()
    await trainer.deliver(request)
    trainer.embedder.stop_at = _EMBEDDED + 1
    working = asyncio.create_task(trainer.work())
    await trainer.embedder.stopped()
    if paused:
        await trainer.deliver(wish(PauseRequested, request.training_id, 1))
        await working
    async with server.locked("orders") if change == LOCKED else server.changed(change):
        trainer.embedder.go_on.set()
        if paused:
            await trainer.deliver(wish(ResumeRequested, request.training_id, 2))
        async with asyncio.timeout(60):
            await (trainer.work() if paused else working)
    checkpoints = await trainer.said()
    check_history(checkpoints)
    assert checkpoints[-1].status == "completed"
    pairs = [item for checkpoint in checkpoints for item in checkpoint.items if item.kind == "pair"]
    assert {table for item in pairs for table in item.tables} == {"customers", "products"}
    lines: list[LogLine] = [line for logged in await trainer.said(TrainingLogged) for line in logged.lines]
    told = [line.content for line in lines if line.level == "WARNING"]
    if paused and (change == DROPPED or (change == REVOKED and server.kind == "mysql")):
        assert told == []  # It is not there any more, as far as this user sees: what was known of it is forgotten.
    else:
        assert len(told) == 1 and told[0].startswith("Table orders c") and not any(c.forgotten for c in checkpoints)
