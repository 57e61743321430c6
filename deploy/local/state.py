"""What a running stack writes down for others, and the lock that keeps a second one off its data."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.local import identity
from deploy.local.places import write_private
from deploy.local.process import Process, StackError

STOP_SECONDS = 60
WHILE_RUNNING = ("stack.json", "query.env")
"""What says how to reach a running stack; nobody shall find it when none runs."""
OURS = (*WHILE_RUNNING, "secrets.json", "ports.json", "kafka.properties", "kafka", "postgres", "chroma", "logs", "lock")


def write(home: Path, addresses: dict[str, Any], stack_pid: int, processes: dict[str, Process]) -> None:
    """Write `stack.json`: the addresses and credentials, and every process with the mark of its start."""
    pids = {"stack": stack_pid} | {name: process.pid for name, process in processes.items()}
    content = addresses | {
        "processes": pids,
        "start_marks": {name: identity.start_mark(pid) for name, pid in pids.items()},
    }
    write_private(home / "stack.json", json.dumps(content, indent=2) + "\n")


def read(home: Path) -> dict[str, Any] | None:
    """Return what `stack.json` says, or None when there is none."""
    try:
        content: dict[str, Any] = json.loads((home / "stack.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return content


def running(home: Path) -> dict[str, int]:
    """Return the recorded processes of the stack that still run, by name."""
    recorded = read(home)
    if recorded is None:
        return {}
    marks = recorded["start_marks"]
    return {name: pid for name, pid in recorded["processes"].items() if marks[name] and identity.runs(pid, marks[name])}


def end(home: Path) -> bool:
    """End the stack that `stack.json` records, and whatever of it was left behind; say whether anything ran."""
    recorded, alive = read(home), running(home)
    if recorded is None:
        return False
    for name in sorted(alive, key=lambda name: name != "stack"):  # the stack itself first: it stops the others in order
        if alive[name] != os.getpid():
            identity.end(alive[name], recorded["start_marks"][name], seconds=STOP_SECONDS)
    for name in WHILE_RUNNING:
        (home / name).unlink(missing_ok=True)
    return bool(alive)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock of the state in `home`; StackError when another stack holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = f"A stack already runs on {home}. See it with `make status`, end it with `make down`."
            raise StackError(text) from None
        end(home)  # left behind by a stack that was killed where the kernel does not end its children
        yield


def reset(home: Path) -> None:
    """Delete the state that a stack made in `home`, and nothing else there; StackError while a stack runs on it."""
    if not home.exists():
        return
    with only_one(home):
        for name in OURS:
            path = home / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
