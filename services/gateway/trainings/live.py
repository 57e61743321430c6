"""Follows a dataset's trainings live: every checkpoint and log line, from any point on, woken by notifications.

Checkpoints of a dataset are in one partition, so that their offset orders them; so are its log lines. An event's id
names both offsets, and a client that comes back with it misses nothing.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from libs.postgres.pool import to_json
from services.gateway.gateway import Gateway

_POLL_SECONDS = 1.0
_BATCH = 500
_NOTHING = -2

_CHECKPOINTS = """
SELECT "offset", state FROM checkpoints WHERE dataset_id = $1 AND "offset" > $2 ORDER BY "offset" LIMIT $3
"""
_LOGS = """
SELECT "offset", number, training_id, level, content, created_at FROM training_logs
WHERE dataset_id = $1 AND ("offset", number) > ($2, $3) ORDER BY "offset", number LIMIT $4
"""


@dataclass(frozen=True)
class Place:
    """How far a client has got: the last checkpoint's offset, the last log line's offset and number."""

    checkpoint: int = _NOTHING
    log: int = _NOTHING
    line: int = 0

    @classmethod
    def parse(cls, text: str) -> "Place":
        """The place that an event id names; `ValueError` for what is none."""
        checkpoint, log, line = (int(part) for part in text.split("-"))
        return cls(checkpoint - 2, log - 2, line)

    def __str__(self) -> str:
        return f"{self.checkpoint + 2}-{self.log + 2}-{self.line}"


async def follow(gateway: Gateway, dataset_id: str, last_event_id: str | None) -> AsyncIterator[dict[str, Any]]:
    """Server-sent events of a dataset's trainings, for ever; begins with how the newest one stands."""
    place = await _place(gateway, dataset_id, last_event_id)
    async with gateway.listener.subscribed("trainings") as wake:
        while True:
            found = 0
            rows = await gateway.pool.fetch(_CHECKPOINTS, dataset_id, place.checkpoint, _BATCH)
            for row in rows:
                place = replace(place, checkpoint=row["offset"])
                yield {"event": "checkpoint", "id": str(place), "data": orjson.dumps(row["state"]).decode()}
            found += len(rows)
            rows = await gateway.pool.fetch(_LOGS, dataset_id, place.log, place.line, _BATCH)
            for row in rows:
                place = replace(place, log=row["offset"], line=row["number"])
                line = {name: row[name] for name in ("training_id", "number", "level", "content", "created_at")}
                yield {"event": "log", "id": str(place), "data": to_json(line)}
            if not found and not rows:
                await wake.wait(_POLL_SECONDS)


async def _place(gateway: Gateway, dataset_id: str, last_event_id: str | None) -> Place:
    if last_event_id:
        try:
            return Place.parse(last_event_id)
        except ValueError:
            return Place()
    checkpoint = await gateway.pool.fetchval('SELECT max("offset") FROM checkpoints WHERE dataset_id = $1', dataset_id)
    log = await gateway.pool.fetchrow(
        'SELECT "offset", number FROM training_logs WHERE dataset_id = $1 ORDER BY "offset" DESC, number DESC LIMIT 1',
        dataset_id,
    )
    before = _NOTHING if checkpoint is None else checkpoint - 1
    return Place(before, log["offset"], log["number"]) if log else Place(before)
