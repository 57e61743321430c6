"""Up to which moment every end of a question that was on the log is known here."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from aiokafka.errors import KafkaError

from libs.events.catalog import QuestionAnswered
from libs.events.log import EPOCH
from libs.runtime.deadlines import deadline

log = structlog.get_logger(__name__)

_SECONDS = 5.0

LastPositions = Callable[[str], Awaitable[Sequence[str]]]
"""The last positions of a topic at this moment, one for each partition that holds anything."""


@dataclass
class Heard:
    """What is asked of Kafka for one question holds for all that were settled before it."""

    last_positions: LastPositions
    has_read: Callable[[str], Awaitable[None]]
    _positions: Sequence[str] = ()
    _looked: datetime = EPOCH
    _until: datetime = EPOCH
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def all_until(self, moment: datetime, now: datetime) -> bool:
        """Whether all ends that were on the log at `moment`, which was before `now`, are in the read models.

        False also when Kafka does not tell, or another process that reads for all of us is behind.
        """
        try:
            async with deadline(_SECONDS, "reading how questions ended"), self._asking:
                if moment > self._looked:
                    self._positions, self._looked = await self.last_positions(QuestionAnswered.__name__), now
                # Of one look all wait for the same, so that who comes next is not behind a log that grows.
                if moment > self._until:
                    for position in self._positions:
                        await self.has_read(position)
                    self._until = self._looked
        except (TimeoutError, KafkaError) as error:
            log.warning("ends_of_questions_unknown", error=type(error).__name__)
            return False
        return True
