"""The runtime of services: settings, redaction, readiness, and a clean end."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from unittest.mock import AsyncMock

import httpx
import pytest

from deploy.local import ports
from libs.events import command
from libs.runtime.deadlines import DeadlinePassed, deadline
from libs.runtime.health import Degraded, health_app
from libs.runtime.logs import redact
from libs.runtime.settings import SettingsWrong, load_settings

ROOT = Path(__file__).parents[2]


def test_secrets_are_hidden_at_any_depth_and_inside_urls() -> None:
    fields = {
        "event": "connecting to postgresql://anna:s3cret@host/db",
        "password": "s3cret",
        "nested": {"api_key": "s3cret", "list": ["redis://:s3cret@host"]},
        "harmless": "kept",
    }
    text = json.dumps(redact(None, "info", fields))
    assert "s3cret" not in text and "kept" in text and "anna" in text


def test_missing_settings_are_named_without_values(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ESPALIER_POSTGRES_URL", "ESPALIER_KAFKA_BOOTSTRAP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ESPALIER_PORT", "s3cret")
    with pytest.raises(SettingsWrong) as raised:
        load_settings()
    assert "ESPALIER_POSTGRES_URL" in str(raised.value) and "ESPALIER_PORT" in str(raised.value)
    assert "s3cret" not in str(raised.value)

    monkeypatch.setattr(sys, "argv", ["a service", "retry"])
    monkeypatch.setattr(command, "configure_logs", lambda _: None)
    with pytest.raises(SystemExit, match="ESPALIER_POSTGRES_URL: Field required"):
        command.main("trainer", AsyncMock(), AsyncMock())


def test_secrets_in_settings_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESPALIER_POSTGRES_URL", "postgresql://u:s3cret@h/d")
    monkeypatch.setenv("ESPALIER_KAFKA_BOOTSTRAP", "h:1")
    monkeypatch.setenv("ESPALIER_SECRET_KEYS", "s3cret,old")
    settings = load_settings()
    assert len(settings.secret_keys) == 2 and "s3cret" not in repr(settings)


async def test_a_deadline_names_what_took_too_long() -> None:
    with pytest.raises(DeadlinePassed, match="reading"):
        async with deadline(0.01, "reading"):
            await asyncio.Event().wait()


async def test_readiness_tells_each_checks_state() -> None:
    async def well() -> str | None:
        return None

    async def ill() -> str | None:
        return "the outbox is stuck"

    async def broken() -> str | None:
        raise ConnectionError

    app = health_app({"well": well, "ill": ill, "broken": broken})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["checks"]["ill"] == "the outbox is stuck" and ready.json()["checks"]["well"] == "ok"
        assert "python_info" in (await client.get("/metrics")).text


async def test_what_is_only_degraded_is_told_but_does_not_send_work_elsewhere() -> None:
    async def degraded() -> str | None:
        return Degraded("2 messages could not be handled")

    app = health_app({"gaps": degraded})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]["gaps"]) == (200, "2 messages could not be handled")


_SERVICE = """
import asyncio, sys
from libs.runtime.entry import Wired, run

async def work():
    if sys.argv[1] == "dies":
        raise RuntimeError("a task died")
    await asyncio.Event().wait()

async def closed():
    print("closed", flush=True)

async def wire(settings, stack):
    stack.push_async_callback(closed)
    if sys.argv[1] == "starts":
        print("wiring", flush=True)
        await asyncio.Event().wait()
    return Wired({"work": work})

run("toy", wire)
"""


async def _toy(argument: str, **settings: str) -> asyncio.subprocess.Process:
    environment = {"ESPALIER_POSTGRES_URL": "x", "ESPALIER_KAFKA_BOOTSTRAP": "x", "PYTHONPATH": str(ROOT)} | settings
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVICE, argument, env=environment, stdout=asyncio.subprocess.PIPE
    )


async def test_a_service_stops_cleanly_at_sigterm() -> None:
    process = await _toy("lives")
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert b"service_started" in await process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        output, _ = await process.communicate()
    assert process.returncode == 0 and b"closed" in output and b"service_stopped" in output


async def test_a_service_that_is_still_starting_says_so_and_stops_at_sigterm() -> None:
    port = ports.choose()
    process = await _toy("starts", ESPALIER_HEALTH_PORT=str(port))
    assert process.stdout is not None
    async with asyncio.timeout(30), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        assert b"wiring" in await process.stdout.readline()

        async def alive() -> bool:
            try:
                return (await client.get("/healthz")).is_success
            except httpx.ConnectError:
                return False

        while not await alive():
            await asyncio.sleep(0.01)
        assert (await client.get("/readyz")).status_code == 503
        process.send_signal(signal.SIGTERM)
        output, _ = await process.communicate()
    assert process.returncode == 0 and b"closed" in output


async def test_a_task_that_dies_ends_the_process_and_is_told() -> None:
    process = await _toy("dies")
    async with asyncio.timeout(30):
        output, _ = await process.communicate()
    assert process.returncode == 1 and b"task_ended" in output and b"closed" in output
