"""The logs of all processes of a stack, merged into readable coloured lines."""

import asyncio
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

POLL_SECONDS = 0.1
SERVICES = {"stack": "bold white", "gateway": "cyan", "trainer": "magenta", "query": "green", "feedback": "yellow"}
SERVERS = {"kafka": "blue", "postgres": "blue", "chroma": "blue"}
LEVELS = {"debug": "dim", "info": "", "warning": "bold yellow", "error": "bold red", "critical": "bold white on red"}
# What a line shows at its start or what is the same in all of them.
ELSEWHERE = {"timestamp", "level", "event", "service", "logger", "exception"}
ALARMS = ("ERROR", "FATAL", "PANIC")  # of a server; what else it says is only in its file

# Said at every start: by PostgreSQL to those who ask whether it is there yet, by aiokafka of a setting that is meant.
HARMLESS = ("the database system is starting up", "Auto create topics is disabled")


def readable(name: str, line: str) -> Text | None:
    """Return one line of the log of `name` as coloured text; None for a server's chatter."""
    colour = (SERVICES | SERVERS).get(name, "")
    record = parsed(line)
    if record is None:
        if name in SERVERS and not any(alarm in line for alarm in ALARMS):
            return None
        if any(harmless in line for harmless in HARMLESS):
            return None
        return Text.assemble((f"{'':12} {name:>8} ", colour), ("| ", "dim"), (line, "dim"))
    text = Text.assemble((_clock(record), "dim"), (f" {name:>8} ", colour), ("| ", "dim"))
    text.append(str(record.get("event", "")), LEVELS.get(str(record.get("level", "info")), ""))
    for key, value in record.items():
        if key not in ELSEWHERE:
            text.append(f" {key}=", "dim").append(_short(value))
    if record.get("exception"):
        text.append("\n" + str(record["exception"]), "dim red")
    return text


def parsed(line: str) -> dict[str, Any] | None:
    """Return the record of a structured line; None for any other line."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


async def follow(folder: Path, console: Console, names: Iterable[str] = (*SERVICES, *SERVERS)) -> None:
    """Print what is appended to the logs in `folder` from now on; runs until it is cancelled, then prints the rest."""
    tails = [Tail(name, folder / f"{name}.log") for name in names]
    try:
        while True:
            _print(tails, console)
            await asyncio.sleep(POLL_SECONDS)
    finally:
        _print(tails, console)


class Tail:
    """The growing end of one log file."""

    def __init__(self, name: str, path: Path) -> None:
        """Begin at the file's present end."""
        self.name = name
        self._path = path
        self._position = path.stat().st_size if path.exists() else 0

    def lines(self) -> list[str]:
        """Return the whole lines that were appended since the last call."""
        if not self._path.exists():
            return []
        if self._path.stat().st_size < self._position:
            self._position = 0  # a new file took its place
        with self._path.open("rb") as file:
            file.seek(self._position)
            whole = file.read().rpartition(b"\n")[0]
        if not whole:
            return []
        self._position += len(whole) + 1
        return whole.decode(errors="replace").splitlines()


def merged(tails: Iterable[Tail]) -> list[tuple[str, str]]:
    """Return (name, line) of all new lines in the order of time; a line without one follows the line before it."""
    found: list[tuple[str, str, str]] = []
    for tail in tails:
        moment = ""
        for line in tail.lines():
            moment = str((parsed(line) or {}).get("timestamp", moment))
            found.append((moment, tail.name, line))
    return [(name, line) for _, name, line in sorted(found, key=lambda entry: entry[0])]


def _print(tails: Iterable[Tail], console: Console) -> None:
    for name, line in merged(tails):
        if (text := readable(name, line)) is not None:
            console.print(text, soft_wrap=True)


def _clock(record: dict[str, Any]) -> str:
    """Return the time of day of a record, in the reader's time zone."""
    try:
        moment = datetime.fromisoformat(str(record["timestamp"]).replace("Z", "+00:00")).astimezone()
    except (KeyError, ValueError):
        return " " * 12
    return moment.strftime("%H:%M:%S.%f")[:-3]


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:119] + "…"
