"""Looks back into the log: where its topics end, where they stood at a moment, and what they hold."""

import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from libs.events.topics import partitions_of

Ends = dict[TopicPartition, int]
"""Partition -> the first offset that does not belong to it any more."""

_STALL_SECONDS = 30.0
EPOCH = datetime.fromtimestamp(0, UTC)


class Log:
    """Some topics of the log, of which nothing is committed."""

    def __init__(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        self._consumer, self._partitions = consumer, partitions

    async def ends(self) -> Ends:
        """Where the partitions end now."""
        found: Ends = await self._consumer.end_offsets(self._partitions)
        return found

    async def before(self, moment: datetime) -> Ends:
        """Where the partitions ended at `moment`, to the millisecond, by the clocks of those who sent."""
        milliseconds = (moment - EPOCH) // timedelta(milliseconds=1)
        found = await self._consumer.offsets_for_times(dict.fromkeys(self._partitions, milliseconds))
        return await self.ends() | {place: first.offset for place, first in found.items() if first is not None}

    async def read(self, ends: Ends) -> AsyncIterator[Any]:
        """The records before `ends`, once, those of a partition in order; raises `TimeoutError` when none come."""
        position = await self._consumer.beginning_offsets(list(ends))
        moved = time.monotonic()
        while unread := [place for place, offset in position.items() if offset < ends[place]]:
            for place, records in (await self._consumer.getmany(*unread, timeout_ms=200)).items():
                moved = time.monotonic()
                position[place] = records[-1].offset + 1
                for record in records:
                    if record.offset < ends[place]:
                        yield record
            if time.monotonic() - moved > _STALL_SECONDS:
                raise TimeoutError(f"the log of {unread[0].topic} gave nothing for {_STALL_SECONDS:.0f} s")


@asynccontextmanager
async def open_log(bootstrap: str, topics: Collection[str]) -> AsyncIterator[Log]:
    """The log of `topics`, given with their prefix, as long as the block lasts."""
    partitions = await partitions_of(bootstrap, topics)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(partitions)
        yield Log(consumer, partitions)
    finally:
        await consumer.stop()
