"""Many clients share one reader: each gets every event once and in order, whenever it comes and however slow it is."""

import asyncio
import random
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from libs.events.catalog import LogLine, TrainingLogged
from libs.runtime.clock import now
from services.gateway.live import feed, watcher
from services.gateway.live import follow as follow_part
from services.gateway.live.follow import Line, follow
from services.gateway.live.told import Place, Told, newest_place, told_after
from services.gateway.live.watcher import Dropped, Watcher
from tests.gateway.conftest import Running
from tests.gateway.test_live import reached, take, token_of

EVERYTHING = "0-0-0"


@dataclass
class Training:
    """A training whose events the gateway hears."""

    running: Running
    dataset_id: str
    sequence: int = 0

    def follow(self, last_event_id: str | None = EVERYTHING) -> Any:
        return follow(self.running.gateway, self.dataset_id, token_of(self.running.anna), last_event_id)

    async def advance(self, count: int) -> None:
        """`count` checkpoints, and as many events of two log lines each."""
        for _ in range(count):
            self.sequence += 1
            lines = [
                LogLine(number=2 * self.sequence - back, content="Learned something", created_at=now())
                for back in (1, 0)
            ]
            await self.running.hear(
                reached(f"t-{self.dataset_id}", self.dataset_id, self.sequence),
                TrainingLogged(training_id=f"t-{self.dataset_id}", dataset_id=self.dataset_id, lines=tuple(lines)),
            )

    async def advance_unheard(self, count: int) -> None:
        """`count` checkpoints at once, whose notification is lost."""
        rows = []
        for _ in range(count):
            self.sequence += 1
            state = reached(f"t-{self.dataset_id}", self.dataset_id, self.sequence).model_dump(mode="json")
            offset = self.running.offsets["CheckpointReached"] = self.running.offsets.get("CheckpointReached", 100) + 1
            rows.append((f"t-{self.dataset_id}", self.sequence, self.dataset_id, offset, "training", state))
        statement = "INSERT INTO checkpoints VALUES ($1, $2, $3, $4, $5, $6)"
        await self.running.gateway.pool.executemany(statement, rows)


async def training_of(running: Running) -> Training:
    return Training(running, await running.dataset())


def sequences(lines: Iterable[Line]) -> list[int]:
    return [orjson.loads(line.data)["sequence"] for line in lines if line.event == "checkpoint"]


def numbers(lines: Iterable[Line]) -> list[int]:
    return [orjson.loads(line.data)["number"] for line in lines if line.event == "log"]


def assert_whole(lines: list[Line], last: int) -> None:
    """Every event up to the checkpoint `last` came once and in order."""
    assert sequences(lines) == list(range(1, last + 1))
    assert numbers(lines) == list(range(1, 2 * last + 1))


async def all_of(training: Training, last: int, begin_after: float = 0.0, seen: list[Line] | None = None) -> list[Line]:
    """What a client gets that comes after `begin_after` seconds, goes once in a while, and comes back."""
    await asyncio.sleep(begin_after)
    seen = [] if seen is None else seen
    while len(seen) < 3 * last:
        goes_after = random.randint(1, 3 * last)
        async with aclosing(training.follow(seen[-1].event_id if seen else EVERYTHING)) as events:
            async for lines in events:
                seen += lines
                if len(seen) >= 3 * last or (goes_after := goes_after - len(lines)) <= 0:
                    break
    return seen


async def test_two_hundred_clients_that_come_and_go_each_get_every_event_once_and_in_order(running: Running) -> None:
    training = await training_of(running)
    await training.advance(20)
    async with asyncio.timeout(120):
        clients = [asyncio.create_task(all_of(training, 60, random.uniform(0, 1))) for _ in range(200)]
        while training.sequence < 60:
            await training.advance(1)
            await asyncio.sleep(0.02)
        for lines in await asyncio.gather(*clients):
            assert_whole(lines, 60)
    assert training.dataset_id not in running.gateway.feeds._feeds


async def test_new_rows_are_read_once_however_many_watch(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    training, read = await training_of(running), list[list[Told]]()

    async def counted(*arguments: Any) -> list[Told]:
        read.append(told := await told_after(*arguments))
        return told

    monkeypatch.setattr(feed, "told_after", counted)
    clients = [training.follow() for _ in range(100)]
    taking = [asyncio.create_task(take(client, 30)) for client in clients]
    async with asyncio.timeout(20):
        while sum(each.listening for each in watching(training)) < 100:
            await asyncio.sleep(0.01)
    await training.advance(10)
    for lines in await asyncio.gather(*taking):
        assert_whole(lines, 10)
    assert sum(map(len, read)) == 30
    for client in clients:
        await client.aclose()


def watching(training: Training) -> set[Watcher]:
    found = training.running.gateway.feeds._feeds.get(training.dataset_id)
    return found.watchers if found else set()


async def test_a_client_that_is_too_slow_is_dropped_and_comes_back_without_loss(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "MOST_WAITING", 5)
    training = await training_of(running)
    slow, quick = training.follow(), asyncio.create_task(all_of(training, 20))
    first = asyncio.create_task(take(slow, 1))
    await asyncio.sleep(0.1)
    await training.advance(1)
    seen = await first
    for _ in range(19):
        await training.advance(1)
        await asyncio.sleep(0.02)  # The quick one takes what comes; the slow one does not look.
    with pytest.raises(Dropped, match="too_slow"):
        while True:
            seen += await anext(slow)
    assert len(seen) < 60
    assert_whole(await all_of(training, 20, seen=seen), 20)
    assert_whole(await quick, 20)


async def test_a_client_far_behind_first_gets_what_it_missed_and_then_what_comes(running: Running) -> None:
    training = await training_of(running)
    await training.advance_unheard(1_234)
    watched = asyncio.create_task(take(training.follow(), 1_300 + 2 * 10))
    await training.advance(1)
    await training.advance_unheard(55)
    await training.advance(10)
    lines = await watched
    assert sequences(lines) == list(range(1, 1_301))
    assert [line.event_id for line in lines] == sorted({line.event_id for line in lines}, key=_place)


def _place(event_id: str) -> tuple[int, ...]:
    place = Place.parse(event_id)
    return (place.checkpoint + place.log, place.line)


async def test_what_comes_between_catching_up_and_listening_is_not_lost(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, caught_up = await training_of(running), asyncio.Event()

    async def catching_up(*arguments: Any) -> list[Told]:
        told = await told_after(*arguments)
        if not told:
            caught_up.set()
        return told

    async def late(*arguments: Any) -> Place:
        await caught_up.wait()
        await training.advance(3)
        return await newest_place(*arguments)

    monkeypatch.setattr(follow_part, "told_after", catching_up)
    monkeypatch.setattr(feed, "newest_place", late)
    events = training.follow()
    assert_whole(await take(events, 9), 3)
    await training.advance(1)
    assert sequences(await take(events, 3)) == [4]
    await events.aclose()


async def test_a_new_client_begins_with_how_the_training_stands(running: Running) -> None:
    training = await training_of(running)
    await training.advance(5)
    events = training.follow(None)
    assert sequences(await take(events, 1)) == [5]
    await training.advance(1)
    assert sequences(await take(events, 3)) == [6]
    await events.aclose()


async def test_what_is_not_notified_comes_all_the_same(running: Running) -> None:
    training = await training_of(running)
    events = training.follow()
    watched = asyncio.create_task(take(events, 4))
    async with asyncio.timeout(10):
        while not any(each.listening for each in watching(training)):
            await asyncio.sleep(0.01)
    await training.advance_unheard(1)
    await running.gateway.pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name = 'espalier-listen'"
    )
    await training.advance(1)
    assert sequences(await watched) == [1, 2]
    await events.aclose()


async def test_a_feed_that_fails_drops_its_clients_and_the_next_one_gets_a_new_feed(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = await training_of(running)

    async def fails(*_: object) -> list[Told]:
        raise RuntimeError("something unforeseen")

    with monkeypatch.context() as broken:
        broken.setattr(feed, "told_after", fails)
        with pytest.raises(Dropped, match="interrupted"):
            await take(training.follow(), 1)
    await training.advance(1)
    assert_whole(await all_of(training, 1), 1)


@pytest.mark.parametrize("where", [feed, follow_part])
async def test_when_the_database_cannot_be_asked_a_client_waits_or_is_told_to_come_back(
    running: Running, monkeypatch: pytest.MonkeyPatch, where: Any
) -> None:
    training, tried = await training_of(running), asyncio.Event()
    await training.advance(1)

    async def lost(*_: object) -> list[Told]:
        tried.set()
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(where, "told_after", lost)
        watched = asyncio.create_task(take(events := training.follow(), 6))
        await asyncio.wait_for(tried.wait(), 10)
        await training.advance(1)
    if where is feed:
        assert_whole(await watched, 2)
    else:
        with pytest.raises(Dropped, match="interrupted"):
            await watched
    await events.aclose()


@pytest.mark.parametrize("ending", ["revoked", "expired"])
async def test_a_client_is_dropped_soon_after_its_token_is_over(
    running: Running, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    assert feed.CHECK_SECONDS < 60
    monkeypatch.setattr(feed, "CHECK_SECONDS", 0.1)
    training = await training_of(running)
    token = await running.gateway.accounts.login("anna", "long enough")
    assert token
    events = follow(running.gateway, training.dataset_id, token, None)
    staying = training.follow()
    stays = asyncio.create_task(take(staying, 3))
    ended = asyncio.create_task(take(events, 1))
    await asyncio.sleep(0.3)
    if ending == "revoked":
        await running.gateway.accounts.tokens.end_current(token)
    else:
        query = "UPDATE tokens SET expires_at = now() WHERE expires_at = (SELECT max(expires_at) FROM tokens)"
        await running.gateway.pool.execute(query)
    with pytest.raises(Dropped, match="signed_out"):
        await ended
    await training.advance(1)
    assert_whole(await stays, 1)
    await staying.aclose()


@pytest.mark.parametrize("text", ["", "x", "1-2", "1-2-3-4", "-1-2-3", "9" * 40 + "-1-1", "1-2-٣"])
def test_an_id_that_is_none_begins_at_the_very_beginning(text: str) -> None:
    assert Place.parse(text) == Place()


async def test_the_id_of_an_event_names_the_place_after_it() -> None:
    place = Place().over([Told("checkpoint", 7, 0, ""), Told("log", 3, 1, ""), Told("log", 3, 2, "")])
    assert (Place.parse(str(place)), str(place)) == (place, "9-5-2")
    assert [place.after(told) for told in (Told("log", 3, 2, ""), Told("checkpoint", 7, 0, ""))] == [None, None]
    assert place.after(Told("log", 4, 1, "")) == Place(7, 4, 1)
