"""Tells of each step of an answer as it is made, without keeping the answer waiting for it."""

import asyncio
import contextlib
from typing import Any

import asyncpg
import structlog

from libs.events.catalog import AnswerAdvanced, QuestionAsked, Step
from libs.events.envelope import Received
from libs.events.transaction import Transaction, transaction
from libs.leases.claim import fence
from libs.leases.worker import Held
from libs.runtime.clock import now

log = structlog.get_logger(__name__)

_SOON_SECONDS = 0.1
"""A step waits so long for others, and for the end: a quick answer tells its steps with itself, in one transaction."""


class Steps:
    """The steps of one answer."""

    def __init__(self) -> None:
        self._all: list[Step] = []

    @property
    def made(self) -> tuple[Step, ...]:
        """All steps so far, in order."""
        return tuple(self._all)

    def add(self, step: Step) -> None:
        """Note a step."""
        self._all.append(step)


class SentSteps(Steps):
    """The steps of an answer that people follow; those made while others are being sent go together."""

    def __init__(self, pool: "asyncpg.Pool[Any]", asked: Received[QuestionAsked], held: Held) -> None:
        super().__init__()
        self._pool, self._asked, self._held = pool, asked, held
        self._sent = 0
        self._sending: asyncio.Task[None] | None = None
        self._settling = asyncio.Event()

    def add(self, step: Step) -> None:
        """Note a step, and send it soon; nobody follows a check."""
        super().add(step)
        if self._asked.event.purpose == "check":
            return
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="steps of an answer")

    async def settle(self) -> None:
        """Send nothing more, and wait until what is being sent is sent, or could not be."""
        self._settling.set()
        if self._sending is not None:
            await asyncio.wait([self._sending])

    def publish_rest(self, opened: Transaction) -> None:
        """Publish, in the transaction of the answer, the steps that were not sent before."""
        if self._asked.event.purpose == "check":
            return
        for number in range(self._sent + 1, len(self._all) + 1):
            self._publish(opened, number)

    async def _send(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settling.wait(), _SOON_SECONDS)
        try:
            while not self._settling.is_set() and self._sent < (upto := len(self._all)):
                async with transaction(self._pool, "query") as opened:
                    await fence(opened.connection, self._held.lease)
                    for number in range(self._sent + 1, upto + 1):
                        self._publish(opened, number)
                self._sent = upto
        except Exception as error:
            # They go with the answer then; and if the lease is lost, that refuses the answer too.
            log.info("steps_not_sent", error=type(error).__name__)

    def _publish(self, opened: Transaction, number: int) -> None:
        event = self._asked.event
        advanced = AnswerAdvanced(
            question_id=event.question_id,
            dataset_id=event.dataset_id,
            number=number,
            step=self._all[number - 1],
            advanced_at=now(),
        )
        opened.publish(advanced, caused_by=self._asked, index=number)
