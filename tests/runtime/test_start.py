"""A service that starts while its servers are away waits for them, and closes what each try had opened."""

import asyncio
from contextlib import AsyncExitStack
from typing import cast

import pytest

from deploy.local import ports
from libs.events.topics import KafkaAway, create_topics
from libs.runtime import entry
from libs.runtime.settings import Settings

_SETTINGS = cast(Settings, None)
"""What is wired here reads none."""


async def test_servers_that_come_back_are_waited_for_and_each_try_is_closed() -> None:
    port, opened, closed = ports.choose(), list[int](), list[int]()
    servers = AsyncExitStack()

    async def wire(_: Settings, stack: AsyncExitStack) -> entry.Wired:
        number = len(opened)
        opened.append(number)
        stack.callback(closed.append, number)
        if number == 2:
            await servers.enter_async_context(
                await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port)
            )
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        stack.callback(writer.close)
        return entry.Wired()

    async with servers:
        async with AsyncExitStack() as stack:
            await entry.wired_in_time(_SETTINGS, wire, stack)
            assert (opened, closed) == ([0, 1, 2], [0, 1])
        assert closed == [0, 1, 2]


async def test_servers_that_stay_away_are_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "_START_SECONDS", 0.2)
    port = ports.choose()

    async def wire(_: Settings, stack: AsyncExitStack) -> entry.Wired:
        await create_topics(f"127.0.0.1:{port}", "", 1)
        return entry.Wired()

    async with AsyncExitStack() as stack:
        with pytest.raises(KafkaAway, match=f"no Kafka answers at 127.0.0.1:{port}"):
            await entry.wired_in_time(_SETTINGS, wire, stack)


async def test_what_does_not_pass_by_itself_is_told_at_once() -> None:
    tries = []

    async def wire(_: Settings, stack: AsyncExitStack) -> entry.Wired:
        tries.append(1)
        raise ValueError("a setting that cannot be meant")

    async with AsyncExitStack() as stack:
        with pytest.raises(ValueError, match="a setting"):
            await entry.wired_in_time(_SETTINGS, wire, stack)
    assert len(tries) == 1
