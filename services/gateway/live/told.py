"""What watchers of a dataset's trainings are told: every checkpoint and log line, each with a place in the log.

Checkpoints of a dataset are in one partition, so that their offset orders them; so are its log lines. An event's id
names both offsets, and a client that comes back with it misses nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import asyncpg
import orjson

from services.gateway.trainings.shown import ToldLine

_BATCH = 500
_NOTHING = -2
_ID = re.compile(r"([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,18})", re.ASCII)

_CHECKPOINTS = """
SELECT "offset", state FROM checkpoints WHERE dataset_id = $1 AND "offset" > $2 ORDER BY "offset" LIMIT $3
"""
_LOGS = """
SELECT "offset", number, training_id, level, content, created_at FROM training_logs
WHERE dataset_id = $1 AND ("offset", number) > ($2, $3) ORDER BY "offset", number LIMIT $4
"""
_LAST_CHECKPOINT = 'SELECT max("offset") FROM checkpoints WHERE dataset_id = $1'
_SAID_NOTHING = """
SELECT NOT EXISTS (SELECT FROM checkpoints WHERE training_id = newest.training_id) FROM (
    SELECT training_id FROM trainings WHERE dataset_id = $1 AND source <> 'feedback' ORDER BY training_id DESC LIMIT 1
) AS newest
"""
_LAST_LOG = """
SELECT "offset", number FROM training_logs WHERE dataset_id = $1 ORDER BY "offset" DESC, number DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A checkpoint, or one log line: `line` is its number; `data` is JSON without line breaks."""

    event: Literal["checkpoint", "log"]
    offset: int
    line: int
    data: str


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody has got: the last checkpoint's offset, the last log line's offset and number."""

    checkpoint: int = _NOTHING
    log: int = _NOTHING
    line: int = 0

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place that an event id names; the very beginning for what is none."""
        found = _ID.fullmatch(text)
        if found is None:
            return cls()
        checkpoint, log, line = map(int, found.groups())
        return cls(checkpoint + _NOTHING, log + _NOTHING, line)

    def __str__(self) -> str:
        return f"{self.checkpoint - _NOTHING}-{self.log - _NOTHING}-{self.line}"

    def after(self, told: Told) -> "Place | None":
        """The place after `told`; None when it was told before."""
        if told.event == "checkpoint":
            return replace(self, checkpoint=told.offset) if told.offset > self.checkpoint else None
        new = (told.offset, told.line) > (self.log, self.line)
        return replace(self, log=told.offset, line=told.line) if new else None

    def over(self, told: Iterable[Told]) -> "Place":
        """The place after all of `told`."""
        place = self
        for each in told:
            place = place.after(each) or place
        return place


async def told_after(pool: "asyncpg.Pool[Any]", dataset_id: str, place: Place) -> list[Told]:
    """What comes after `place`, in order, as many as one reading gives; empty at the end."""
    told = [
        Told("checkpoint", row["offset"], 0, orjson.dumps(row["state"]).decode())
        for row in await pool.fetch(_CHECKPOINTS, dataset_id, place.checkpoint, _BATCH)
    ]
    for row in await pool.fetch(_LOGS, dataset_id, place.log, place.line, _BATCH):
        told.append(Told("log", row["offset"], row["number"], ToldLine(**row).model_dump_json()))
    return told


async def newest_place(pool: "asyncpg.Pool[Any]", dataset_id: str) -> Place:
    """The end: after the last checkpoint and the last log line."""
    checkpoint = await pool.fetchval(_LAST_CHECKPOINT, dataset_id)
    log = await pool.fetchrow(_LAST_LOG, dataset_id)
    before = Place() if checkpoint is None else Place(checkpoint)
    return replace(before, log=log["offset"], line=log["number"]) if log else before


async def beginning(pool: "asyncpg.Pool[Any]", dataset_id: str, last_event_id: str | None) -> Place:
    """Where to begin: after what a client had last; for a new one before the last checkpoint, which tells the state.

    A training that has said nothing yet does not begin with how the one before it ended.
    """
    if last_event_id:
        return Place.parse(last_event_id)
    newest = await newest_place(pool, dataset_id)
    if newest.checkpoint == _NOTHING or await pool.fetchval(_SAID_NOTHING, dataset_id):
        return newest
    return replace(newest, checkpoint=newest.checkpoint - 1)
