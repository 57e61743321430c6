"""The command line of every service: `python -m services.<name>` runs it, `... rebuild` rebuilds its read models from
the log, `... retry` handles once more what could not be handled.

A service may have more such commands. All are processes of their own beside the running service, which goes on working
meanwhile. With `--compare` a rebuild also tells the checksums of the old and the new copy, for which writers wait.
"""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from libs.events.rebuild import Rebuild
from libs.events.retry import retry
from libs.runtime.entry import Wire, run
from libs.runtime.logs import configure_logs
from libs.runtime.settings import Settings, SettingsWrong, load_settings

PrepareRebuild = Callable[[Settings, AsyncExitStack], Awaitable[Rebuild]]
"""Connects what a rebuild of a service needs; all is closed with the stack."""


@dataclass(frozen=True)
class Command:
    """A further command of a service: does its work with connections that are closed with the stack, and tells of it.

    `describe` adds the arguments that it takes.
    """

    carry_out: Callable[[Settings, AsyncExitStack, Namespace], Awaitable[dict[str, Any]]]
    describe: Callable[[ArgumentParser], None] = lambda _: None


class Refused(Exception):
    """A command cannot be carried out; the message says why, and what to do."""


def main(name: str, wire: Wire, prepare: PrepareRebuild, more: Mapping[str, Command] | None = None) -> None:
    """Do what the command line asks for; all but running ends with one line of JSON on standard output.

    `more` are the service's own commands by name.
    """
    if not sys.argv[1:]:
        run(name, wire)
        return
    parser = ArgumentParser(prog=f"python -m services.{name}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("rebuild").add_argument("--compare", action="store_true")
    commands.add_parser("retry")
    for command, described in (more or {}).items():
        described.describe(commands.add_parser(command))
    match (given := parser.parse_args()).command:
        case "rebuild":
            _print(name, _rebuild(prepare, compare=given.compare))
        case "retry":
            _print(name, _retry(name, prepare))
        case command:
            _print(name, _carry_out((more or {})[command], given))


def _print(name: str, doing: Coroutine[Any, Any, dict[str, Any]]) -> None:
    configure_logs(name)
    try:
        told = asyncio.run(doing)
    except (Refused, SettingsWrong) as error:
        sys.exit(f"espalier {name}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    sys.stdout.buffer.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))


async def _carry_out(command: Command, given: Namespace) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        return await command.carry_out(load_settings(), stack, given)


async def _rebuild(prepare: PrepareRebuild, *, compare: bool) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        rebuilt = await (await prepare(load_settings(), stack)).run(compare=compare)
    return asdict(rebuilt) if rebuilt else {}


async def _retry(name: str, prepare: PrepareRebuild) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        service = await prepare(load_settings(), stack)
        return asdict(await retry(service.pool, name, service.bootstrap, service.prefix, service.handlers))
