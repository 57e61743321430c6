"""The command line of every service: `python -m services.<name>` runs it, `... rebuild` rebuilds its read models.

A rebuild is a process of its own beside the running service, which goes on working meanwhile.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict

import orjson

from libs.events.rebuild import Rebuild
from libs.runtime.entry import Wire, run
from libs.runtime.logs import configure_logs
from libs.runtime.settings import Settings, load_settings

PrepareRebuild = Callable[[Settings, AsyncExitStack], Awaitable[Rebuild]]
"""Connects what a rebuild of a service needs; all is closed with the stack."""


def main(name: str, wire: Wire, prepare: PrepareRebuild) -> None:
    """Do what the command line asks for; a rebuild ends with one line of JSON on standard output."""
    arguments = sys.argv[1:]
    if not arguments:
        run(name, wire)
    elif arguments == ["rebuild"]:
        configure_logs(name)
        sys.stdout.buffer.write(orjson.dumps(asyncio.run(_rebuild(prepare)), option=orjson.OPT_APPEND_NEWLINE))
    else:
        sys.exit(f"usage: python -m services.{name} [rebuild]")


async def _rebuild(prepare: PrepareRebuild) -> dict[str, object]:
    async with AsyncExitStack() as stack:
        rebuilt = await (await prepare(load_settings(), stack)).run()
    return asdict(rebuilt)
