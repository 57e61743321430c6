"""Which process a recorded process id means: ids are given again, so the time of its start is recorded with it."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path


def start_mark(pid: int) -> str | None:
    """Return what tells this process from a later one of the same id; None when no such process runs.

    On Linux the start in clock ticks since boot (proc_pid_stat(5), field 22), elsewhere what `ps` says. A process that
    has ended and only waits to be collected by its parent counts as ended.
    """
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else fields[19]
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def runs(pid: int, mark: str) -> bool:
    """Say whether the process recorded as `pid` with `mark` still runs."""
    return start_mark(pid) == mark


def end(pid: int, mark: str, *, seconds: float) -> None:
    """End the recorded process: ask, wait up to `seconds`, then end it at once. No other process is ever touched."""
    deadline = time.monotonic() + seconds
    number = signal.SIGTERM
    while runs(pid, mark):
        if number == signal.SIGTERM or time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            number = signal.SIGKILL
        time.sleep(0.05)
