"""A child process is waited for until it answers, and one that never does is ended and its log shown."""

import sys
from pathlib import Path

import pytest

from deploy.local.process import Process, StackError

_STAYS = "import time; print('no address', flush=True); time.sleep(600)"
_ENDS = "print('no address'); raise SystemExit(3)"


@pytest.mark.parametrize(("code", "seconds", "said"), [(_STAYS, 0, "not ready within 0 s"), (_ENDS, 60, "code 3")])
async def test_a_process_that_never_answers_is_ended_and_its_log_shown(
    tmp_path: Path, code: str, seconds: float, said: str
) -> None:
    process = Process("server", [sys.executable, "-c", code], log=tmp_path / "log")

    async def has_logged() -> None:
        assert process.log_tail()

    async def ask() -> None:
        raise ConnectionRefusedError

    await process.started(has_logged, AssertionError, seconds=60)
    with pytest.raises(StackError, match=f"{said}.*\n.*no address"):
        await process.started(ask, ConnectionError, seconds=seconds)
    assert process.exit_code is not None
