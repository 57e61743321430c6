"""Follows a dataset's trainings for one client: first what is in the database, then what the shared feed hands on."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass

from services.gateway.gateway import Gateway
from services.gateway.live.told import Place, Told, beginning, told_after
from services.gateway.live.watcher import interrupted_when_away


@dataclass(frozen=True, slots=True)
class Line:
    """An event as a client gets it; with `event_id` it can come back and misses nothing after it."""

    event: str
    event_id: str
    data: str


Lines = AsyncGenerator[list[Line], None]


async def follow(gateway: Gateway, dataset_id: str, token: str, last_event_id: str | None) -> Lines:
    """What comes after `last_event_id`, for ever, each once.

    Begins with how the newest training stands when there is no id. Raises `Dropped` when the client is told no more.
    """
    with interrupted_when_away():
        async with aclosing(_followed(gateway, dataset_id, token, last_event_id)) as followed:
            async for lines in followed:
                yield lines


async def _followed(gateway: Gateway, dataset_id: str, token: str, last_event_id: str | None) -> Lines:
    place = await beginning(gateway.pool, dataset_id, last_event_id)
    async with gateway.feeds.watched(dataset_id, token) as (feed, watcher):
        for listening in (False, True):  # What comes between the last reading and listening is read by a second look.
            if listening:
                await feed.listen(watcher)
            while told := await told_after(gateway.pool, dataset_id, place):
                place, lines = _lines(place, told)
                yield lines
                watcher.check()
        while True:
            place, lines = _lines(place, await watcher.take())
            if lines:
                yield lines


def _lines(place: Place, told: Iterable[Told]) -> tuple[Place, list[Line]]:
    """`told` without what was told up to `place`, and the place after it."""
    lines = []
    for each in told:
        if after := place.after(each):
            place = after
            lines.append(Line(each.event, str(place), each.data))
    return place, lines
