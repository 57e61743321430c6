"""A service that dies is started again, later each time, and given up when it keeps dying."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from deploy.local import ports, restarts
from deploy.local.process import StackError
from deploy.local.services import Service

HEALTHY = """
import http.server, os
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["ESPALIER_HEALTH_PORT"])), Ready).serve_forever()
"""


class Recorded:
    """What a service told about itself."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.events: list[tuple[str, dict[str, object]]] = []

    def __call__(self, event: str, fields: dict[str, object]) -> None:
        """Take note."""
        self.events.append((event, fields))


@pytest.fixture
def recorded() -> Recorded:
    """Give a place for what the service tells."""
    return Recorded()


def service(tmp_path: Path, recorded: Recorded, program: str) -> Service:
    """Start `program` as a service."""
    environment = {"ESPALIER_HEALTH_PORT": str(ports.choose())}
    return Service("trainer", environment, tmp_path / "log", recorded, [sys.executable, "-c", program])


async def test_a_killed_service_is_started_again(tmp_path: Path, recorded: Recorded) -> None:
    trainer = service(tmp_path, recorded, HEALTHY)
    await trainer.until_ready()
    watch = asyncio.create_task(trainer.keep_running())
    try:
        for _ in range(2):
            ended = trainer.process
            ended.send(signal.SIGKILL)
            async with asyncio.timeout(10):
                while trainer.process is ended:
                    await asyncio.sleep(0.01)
            await trainer.until_ready()
        await trainer.restart()
        assert trainer.process.exit_code is None
    finally:
        watch.cancel()
        await trainer.stop()
    assert [event for event, _ in recorded.events] == ["service_started_again"] * 3
    assert recorded.events[0][1]["exit_code"] == -signal.SIGKILL
    assert recorded.events[0][1]["after_seconds"] < recorded.events[1][1]["after_seconds"]  # type: ignore[operator]


async def test_a_service_that_keeps_dying_is_given_up(
    tmp_path: Path, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "FIRST_DELAY_SECONDS", 0.001)
    trainer = service(tmp_path, recorded, "raise SystemExit(3)")
    await asyncio.wait_for(trainer.keep_running(), 30)
    await trainer.stop()
    assert [event for event, _ in recorded.events] == ["service_started_again"] * 5 + ["service_given_up"]


async def test_a_service_that_ends_while_starting_says_why(tmp_path: Path, recorded: Recorded) -> None:
    trainer = service(tmp_path, recorded, "raise SystemExit('the database is not there')")
    with pytest.raises(StackError, match="the database is not there"):
        await trainer.until_ready()
    await trainer.stop()
