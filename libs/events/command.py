"""The command line of every service: `python -m services.<name>` runs it, `... rebuild` rebuilds its read models from
the log, `... retry` handles once more what could not be handled.

The latter two are processes of their own beside the running service, which goes on working meanwhile. With `--compare`
a rebuild also tells the checksums of the old and the new copy, for which writers wait.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Any

import orjson

from libs.events.rebuild import Rebuild
from libs.events.retry import retry
from libs.runtime.entry import Wire, run
from libs.runtime.logs import configure_logs
from libs.runtime.settings import Settings, load_settings

PrepareRebuild = Callable[[Settings, AsyncExitStack], Awaitable[Rebuild]]
"""Connects what a rebuild of a service needs; all is closed with the stack."""


def main(name: str, wire: Wire, prepare: PrepareRebuild) -> None:
    """Do what the command line asks for; `rebuild` and `retry` end with one line of JSON on standard output."""
    match sys.argv[1:]:
        case []:
            run(name, wire)
        case ["rebuild", *options] if options in ([], ["--compare"]):
            _print(name, _rebuild(prepare, compare=bool(options)))
        case ["retry"]:
            _print(name, _retry(name, prepare))
        case _:
            sys.exit(f"usage: python -m services.{name} [rebuild [--compare] | retry]")


def _print(name: str, doing: Coroutine[Any, Any, dict[str, Any]]) -> None:
    configure_logs(name)
    sys.stdout.buffer.write(orjson.dumps(asyncio.run(doing), option=orjson.OPT_APPEND_NEWLINE))


async def _rebuild(prepare: PrepareRebuild, *, compare: bool) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        rebuilt = await (await prepare(load_settings(), stack)).run(compare=compare)
    return asdict(rebuilt) if rebuilt else {}


async def _retry(name: str, prepare: PrepareRebuild) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        service = await prepare(load_settings(), stack)
        return asdict(await retry(service.pool, name, service.bootstrap, service.prefix, service.handlers))
