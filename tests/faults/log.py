"""What the log holds in the end."""

import json
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer


@dataclass(frozen=True)
class Logged:
    """One event as it stands in the log."""

    event_id: str
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
                found += [Logged(dict(one.headers)["ce_id"].decode(), json.loads(one.value)) for one in records]
    finally:
        await consumer.stop()
    return found
