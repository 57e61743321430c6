"""The local stack starts, stops, survives and leaves nothing behind. Real servers, in a folder of the test's own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import identity, kafka_java, ports, state
from deploy.local.kafka import cluster_id
from deploy.local.places import CHECKOUT
from deploy.local.process import Process, StackError
from deploy.local.stack import LocalStack


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Poll until `condition` holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come to hold in time"
        await asyncio.sleep(0.05)


def processes_using(home: Path) -> list[int]:
    """Return the processes whose command line names a file below `home`, or that are PostgreSQL workers of such."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if str(home).encode() in (entry / "cmdline").read_bytes() and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


async def remember_something(addresses: dict[str, Any]) -> None:
    """Leave a trace in each of the three servers."""
    connection = await asyncpg.connect(addresses["postgres_url"])
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await connection.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=addresses["kafka_bootstrap"])
    await admin.start()
    await admin.create_topics([NewTopic("kept", 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=addresses["kafka_bootstrap"], acks="all") as producer:
        await producer.send_and_wait("kept", b"42")
    collections = f"{addresses['chroma']}/api/v2/tenants/default_tenant/databases/default_database/collections"
    async with httpx.AsyncClient(trust_env=False) as client:
        (await client.post(collections, json={"name": "kept"})).raise_for_status()


async def check_remembered(addresses: dict[str, Any]) -> None:
    """Find the traces again."""
    connection = await asyncpg.connect(addresses["postgres_url"])
    assert await connection.fetchval("SELECT answer FROM kept") == 42
    await connection.close()
    consumer = AIOKafkaConsumer(
        "kept", bootstrap_servers=addresses["kafka_bootstrap"], auto_offset_reset="earliest", group_id=None
    )
    async with consumer:
        assert (await asyncio.wait_for(consumer.getone(), 20)).value == b"42"
    collections = f"{addresses['chroma']}/api/v2/tenants/default_tenant/databases/default_database/collections"
    async with httpx.AsyncClient(trust_env=False) as client:
        assert [found["name"] for found in (await client.get(collections)).json()] == ["kept"]


async def test_a_stack_keeps_its_data_and_secrets_between_runs_and_leaves_no_process(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with LocalStack(home, services=[]) as stack:
        first = dict(stack.addresses)
        await remember_something(first)
        assert len(processes_using(home)) >= 3
        assert stack.memory_megabytes() > 100
        loaded = Path(f"/proc/{stack.process('kafka').pid}/maps").read_text()
        assert str(kafka_java.archived()) in loaded, "Kafka's classes are not loaded and linked anew"
    assert processes_using(home) == []
    assert not any((home / name).exists() for name in state.WHILE_RUNNING)

    began = time.monotonic()
    async with LocalStack(home, services=[]) as stack:
        assert time.monotonic() - began < 30
        assert stack.addresses["credentials"] == first["credentials"]
        await check_remembered(stack.addresses)
    assert processes_using(home) == []

    LocalStack.reset(home)
    assert list(home.iterdir()) == [home / "sqlite"], "the folder for people's own databases stays"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    """Give a stack that the next three tests share; the last of them breaks it."""
    home = tmp_path_factory.mktemp("stack")
    async with LocalStack(home, services=[]) as stack:
        yield stack
    assert processes_using(home) == []


async def test_the_stack_file_names_everything_and_only_its_owner_can_read_it(running: LocalStack) -> None:
    home = running.home
    file = home / "stack.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (home / "secrets.json").stat().st_mode & 0o777 == 0o600
    content = json.loads(file.read_text())
    assert content["credentials"]["username"] == "admin" and content["credentials"]["password"]
    assert content["postgres_url"].startswith("postgresql://postgres:")
    assert content["chroma"].startswith("http://127.0.0.1:")
    assert content["kafka_bootstrap"].startswith("127.0.0.1:")
    assert content["gateway_url"].startswith("http://127.0.0.1:")
    assert set(content["processes"]) == {"stack", "kafka", "postgres", "chroma"}
    assert content["processes"]["kafka"] == running.process("kafka").pid
    assert state.running(home) == content["processes"]
    with pytest.raises(StackError, match="already runs"):
        async with LocalStack(home, services=[]):
            pass
    with pytest.raises(StackError, match="already runs"):
        LocalStack.reset(home)


async def test_servers_that_die_come_back_at_their_addresses_with_their_data(running: LocalStack) -> None:
    waiting = asyncio.create_task(running.wait())
    await remember_something(running.addresses)
    before = dict(running.addresses)
    killed = {name: running.process(name).pid for name in ("chroma", "postgres", "kafka")}
    for name in killed:
        running.kill(name)
    async with asyncio.timeout(90):
        while any(running.process(name).pid == pid for name, pid in killed.items()):
            await asyncio.sleep(0.05)
    await check_remembered(running.addresses)
    assert running.addresses == before and not waiting.done()
    waiting.cancel()


async def test_a_server_that_cannot_come_back_ends_the_wait_with_its_name(running: LocalStack) -> None:
    waiting = asyncio.create_task(running.wait())
    (running.home / "postgres" / "PG_VERSION").write_text("1\n")
    running.kill("postgres")
    with pytest.raises(StackError, match="postgres keeps ending"):
        await asyncio.wait_for(waiting, 60)


@pytest.fixture
def foreground(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a stack without services in a process of its own, as `make up` would."""
    program = (
        "import asyncio, signal, sys; from pathlib import Path\n"
        "from deploy.local.__main__ import until_stopped; from deploy.local.stack import LocalStack\n"
        "async def run():\n"
        "    async with LocalStack(Path(sys.argv[1]), services=[]):\n"
        "        await asyncio.get_running_loop().create_future()\n"
        "asyncio.run(until_stopped(run()))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=CHECKOUT)
    yield parent
    parent.kill()
    parent.wait(10)


async def started(home: Path) -> None:
    """Wait until the stack of `home` has written its file."""
    await until(lambda: "stack" in state.running(home), 60)


async def test_no_process_outlives_a_stack_that_is_killed(tmp_path: Path, foreground: subprocess.Popen[bytes]) -> None:
    await started(tmp_path)
    foreground.kill()
    foreground.wait(10)
    await until(lambda: processes_using(tmp_path) == [])
    async with LocalStack(tmp_path, services=[]) as stack:  # and its data are whole
        assert stack.addresses["credentials"]["password"]


async def test_interrupting_the_stack_stops_all_of_it(tmp_path: Path, foreground: subprocess.Popen[bytes]) -> None:
    await started(tmp_path)
    foreground.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(foreground.wait, 30) == 0
    assert processes_using(tmp_path) == []


async def test_interrupting_the_stack_while_it_starts_leaves_no_process(
    tmp_path: Path, foreground: subprocess.Popen[bytes]
) -> None:
    await until(lambda: len(processes_using(tmp_path)) >= 3)
    assert state.read(tmp_path) is None
    foreground.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(foreground.wait, 30) == 0
    assert processes_using(tmp_path) == []


async def test_a_stack_started_elsewhere_is_ended_by_what_it_recorded(
    tmp_path: Path, foreground: subprocess.Popen[bytes]
) -> None:
    await started(tmp_path)
    assert await asyncio.to_thread(state.end, tmp_path)
    assert foreground.wait(5) == 0
    assert processes_using(tmp_path) == []
    assert not state.end(tmp_path)


async def test_a_process_that_got_the_recorded_id_later_is_not_touched(tmp_path: Path) -> None:
    stranger = Process("stranger", ["/bin/sleep", "60"], log=tmp_path / "log")
    try:
        recorded = {"processes": {"stack": stranger.pid}, "start_marks": {"stack": "another time"}}
        (tmp_path / "stack.json").write_text(json.dumps(recorded))
        assert not state.end(tmp_path)
        assert stranger.exit_code is None
        assert identity.start_mark(stranger.pid) is not None
    finally:
        stranger.kill_group()
    assert identity.start_mark(stranger.pid) is None


def test_a_taken_port_is_answered_with_another() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        assert ports.answers(port)
        assert ports.choose(port) != port
    assert ports.choose(port) == port
    reserved, holder = ports.reserve(port)
    with holder:
        other, another = ports.reserve(port)
        another.close()
    assert reserved == port != other, "two stacks that start at once are given different ports"


async def test_servers_given_by_address_are_used_and_not_stopped(
    tmp_path: Path, infrastructure: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESPALIER_KAFKA_BOOTSTRAP", infrastructure.kafka_bootstrap)
    monkeypatch.setenv("ESPALIER_POSTGRES_URL", infrastructure.postgres_url)
    monkeypatch.setenv("ESPALIER_CHROMA_URL", infrastructure.chroma_url)
    async with LocalStack(tmp_path, services=[]) as stack:
        assert stack.processes == {}
        assert stack.addresses["postgres_url"] == infrastructure.postgres_url
    connection = await asyncpg.connect(infrastructure.postgres_url)
    await connection.close()


async def test_the_archive_of_kafkas_classes_is_made_once_and_those_of_former_versions_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, former = tmp_path / "kafka-new.aot", tmp_path / "kafka-old.aot"
    former.touch()
    monkeypatch.setattr(kafka_java, "archived", lambda: archive)
    made: list[Path] = []

    async def ask() -> None:
        async with kafka_java.missing_archive() as record:
            if record:
                made.append(record)
                await asyncio.sleep(0)
                record.touch()

    await asyncio.gather(ask(), ask())
    assert len(made) == 1 and archive.exists() and not former.exists()


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    identifiers = [cluster_id(bytes([first]) + bytes(15)) for first in range(256)]
    assert all(len(identifier) == 22 and identifier[0] not in "-_" for identifier in identifiers)
