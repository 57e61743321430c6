"""What the log holds in the end."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer


@dataclass(frozen=True)
class Logged:
    """One event as it stands in the log, where it came `at`."""

    event_id: str
    at: datetime
    body: dict[str, Any]


async def logged(bootstrap: str, topic: str) -> list[Logged]:
    """All events of `topic` from the first to the last, in order of each partition."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", max_partition_fetch_bytes=4 << 20
    )
    await consumer.start()
    found: list[Logged] = []
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [_logged(one) for one in records]
    finally:
        await consumer.stop()
    return found


def _logged(record: Any) -> Logged:
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return Logged(dict(record.headers)["ce_id"].decode(), at, json.loads(record.value))
