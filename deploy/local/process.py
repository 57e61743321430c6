"""A child process of the stack: started with a log file, watched, stopped in order, never left behind."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from deploy.local import launch

LOG_LIMIT_BYTES = 20_000_000
POLL_SECONDS = 0.03

Ask = Callable[[], Awaitable[object]]


class StackError(RuntimeError):
    """The stack cannot do what was asked; the message says what happened and what to do."""


class Process:
    """One running program, leader of a process group of its own, ended by the kernel when this process ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        orphan_signal: signal.Signals = signal.SIGKILL,
        user: int | None = None,
        folder: Path | None = None,
    ) -> None:
        """Start `command` in `folder`; its output is appended to `log`. `user` is taken on when this process is root.

        To be called in the main thread: on Linux the child ends with the thread that made it.
        """
        self.name = name
        self.log = log
        self._orphan_signal = orphan_signal
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(int(orphan_signal))]
        with log.open("ab") as output:
            self._log_start = output.tell()
            self._popen = subprocess.Popen(
                [*launcher, "-" if user is None else str(user), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(os.environ if environment is None else environment),
                cwd=folder,
                start_new_session=True,  # Ctrl-C reaches the stack only, which then stops its children in order
            )

    @property
    def pid(self) -> int:
        """Process id, also the id of the process group."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._popen.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process, if it still runs."""
        if self.exit_code is None:
            self._popen.send_signal(number)

    async def ended(self) -> int:
        """Wait until the process has ended and return its exit code. No deadline: a watcher's wait."""
        while (code := self.exit_code) is None:
            await asyncio.sleep(POLL_SECONDS)
        return code

    async def stop(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 10) -> None:
        """Ask the process to end with `number`; after `seconds` end its whole group with SIGKILL."""
        self.send(number)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ended(), seconds)
        finally:
            self.kill_group()

    async def started(self, ask: Ask, *refusals: type[Exception], seconds: float) -> None:
        """Wait as `until_answers` does; a process that does not come so far is ended, as it would be as an orphan."""
        try:
            await self.until_answers(ask, *refusals, seconds=seconds)
        except BaseException:
            await self.stop(self._orphan_signal)
            raise

    async def until_answers(self, ask: Ask, *refusals: type[Exception], seconds: float) -> None:
        """Call `ask` until it raises none of `refusals`; StackError when the process ends or time is up."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(*refusals):
                await ask()
                return
            if self.exit_code is not None:
                raise StackError(f"{self.name} ended with code {self.exit_code}. Its log says:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise StackError(f"{self.name} was not ready within {seconds:.0f} s. Its log says:\n{self.log_tail()}")
            await asyncio.sleep(POLL_SECONDS)

    def kill_group(self) -> None:
        """End the process and every process of its group at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it is gone already
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait(timeout=5)

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines that were logged since the process started."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
