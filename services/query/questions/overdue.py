"""Ends questions whose deadline has passed, whoever was to answer them: he may be dead, frozen, or without time."""

import asyncio
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from libs.events.projection import Handlers
from libs.events.transaction import transaction
from libs.leases.claim import forget
from libs.postgres.transient import AWAY
from libs.questions.deadline import timed_out
from libs.runtime import telemetry
from services.query.questions.asked import received

log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.5
_AT_ONCE = 50
# A question that is being concluded at this moment is locked.
_OVERDUE = """
SELECT event_id, correlation_id, traceparent, asked FROM work JOIN questions ON question_id = subject
WHERE kind = 'question' AND outcome IS NULL AND (asked ->> 'deadline')::timestamptz <= clock_timestamp()
LIMIT $1 FOR UPDATE OF work SKIP LOCKED
"""


@dataclass(frozen=True)
class Overdue:
    """Looks for questions that are over."""

    pool: "asyncpg.Pool[Any]"
    handlers: Handlers

    async def run(self) -> None:
        """End them as they become overdue, until cancelled."""
        while True:
            try:
                while await self.end() == _AT_ONCE:
                    pass
            except AWAY as error:
                log.warning("overdue_questions_not_ended", error=type(error).__name__)  # The next time will do.
            await asyncio.sleep(_POLL_SECONDS)

    async def end(self) -> int:
        """End some of those that are overdue now, and give how many; who still works on one can write nothing more."""
        async with transaction(self.pool, "query") as opened:
            rows = await opened.connection.fetch(_OVERDUE, _AT_ONCE)
            for row in rows:
                asked = received(row)
                await self.handlers.apply_own(opened, timed_out(asked.event), caused_by=asked)
                await forget(opened.connection, "question", asked.event.question_id)
        for row in rows:
            if row["asked"]["purpose"] != "check":
                telemetry.question_answered("timed_out", 0.0)
            log.info("question_overdue", question_id=row["asked"]["question_id"])
        return len(rows)
