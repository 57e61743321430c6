"""Inspections that are asked for: offered as work, done by a worker that holds a lease, always answered."""

import asyncio
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from libs.datasources.errors import DataSourceError
from libs.datasources.inspect import Structure
from libs.events.catalog import Language, Problem, SchemaInspected, SchemaInspectionRequested
from libs.events.envelope import Received
from libs.events.projection import Batch
from libs.events.transaction import Transaction, transaction
from libs.language.catalogue import text
from libs.leases.claim import Lease, fence, finish, offer
from libs.leases.worker import Held
from libs.runtime import telemetry
from libs.runtime.clock import now
from services.trainer.inspection.publish import publish
from services.trainer.inspection.reader import Reader
from services.trainer.inspection.unseen import completed

log = structlog.get_logger(__name__)

INSPECTION = "inspection"
"""Kind of work."""

_SHORTEST_SECONDS = 1.0
_KEEP = """
INSERT INTO inspections (inspection_id, requested, event_id, correlation_id, traceparent)
SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT FROM work_epochs WHERE kind = 'inspection' AND subject = $1)
ON CONFLICT DO NOTHING RETURNING true
"""
_LOAD = "SELECT requested, event_id, correlation_id, traceparent FROM inspections WHERE inspection_id = $1"


async def offer_inspections(transaction: Transaction, batch: Batch) -> None:
    """Offer what is asked for to the workers, once; of one data source one at a time."""
    for received in batch:
        request: SchemaInspectionRequested = received.event
        new = await transaction.connection.fetchval(
            _KEEP,
            request.inspection_id,
            request.model_dump(mode="json"),
            received.event_id,
            received.correlation_id,
            received.traceparent,
        )
        if new:
            await offer(transaction.connection, INSPECTION, request.inspection_id, group_key=request.datasource_id)


@dataclass(frozen=True)
class Inspection:
    """What the worker of inspections needs; `run` is for libs.leases.worker."""

    pool: "asyncpg.Pool[Any]"
    reader: Reader

    async def run(self, lease: Lease, _held: Held) -> None:
        """Do the inspection of `lease` and answer it, whatever comes of it."""
        if asked := await self._asked(lease):
            with telemetry.span(telemetry.SPAN_INSPECTION, parent=asked.traceparent):
                found = await self._look(asked.event)
            await self._answer(lease, asked, found)

    async def give_up(self, lease: Lease, _held: Held) -> None:
        """Answer an inspection that fails again and again for a reason of ours."""
        if asked := await self._asked(lease):
            await self._answer(lease, asked, DataSourceError().problem(asked.event.language))

    async def _asked(self, lease: Lease) -> Received[SchemaInspectionRequested] | None:
        """What was asked for; None when it is answered already, and the lease is then given up."""
        row = await self.pool.fetchrow(_LOAD, lease.subject)
        if row is None:
            async with self.pool.acquire() as connection, connection.transaction():
                await finish(connection, lease)
            return None
        request = SchemaInspectionRequested.model_validate(row["requested"])
        event_id, correlation_id, traceparent = row["event_id"], row["correlation_id"], row["traceparent"]
        return Received(request, event_id, correlation_id, traceparent, type(request).__name__, -1, -1)

    async def _answer(
        self, lease: Lease, asked: Received[SchemaInspectionRequested], found: Structure | Problem
    ) -> None:
        request = asked.event
        async with transaction(self.pool, "trainer") as opened:
            await fence(opened.connection, lease)
            if isinstance(found, Structure):
                found = await completed(opened.connection, request.datasource_id, found, request.settings.may_sample)
            tables = found.tables if isinstance(found, Structure) else ()
            await publish(opened, _inspected(request, found), tables, caused_by=asked)
            await opened.connection.execute("DELETE FROM inspections WHERE inspection_id = $1", lease.subject)
            await finish(opened.connection, lease)
        log.info("data_source_inspected", datasource_id=request.datasource_id, ok=isinstance(found, Structure))

    async def _look(self, request: SchemaInspectionRequested) -> Structure | Problem:
        seconds = max(_SHORTEST_SECONDS, (request.deadline - now()).total_seconds())
        try:
            async with asyncio.timeout(seconds):
                if request.only_test:
                    return await self.reader.test(request.settings)
                return await self.reader.structure(request.settings, seconds=seconds)
        except TimeoutError:
            return _late(request.language)
        except DataSourceError as error:
            return problem_of(error, request.language)


def problem_of(error: DataSourceError, language: Language) -> Problem:
    """What is the matter with a database, for whoever wants it looked at and asks it no question."""
    return _late(language) if error.code == "timeout" else error.problem(language)


def _late(language: Language) -> Problem:
    """Looking took longer than anybody waits for it: nothing that a narrower question would help."""
    said = text("trainer.inspection_late", language)
    return Problem(code="timeout", detail=said, hint=text("trainer.inspection_late.hint", language))


def _inspected(request: SchemaInspectionRequested, found: Structure | Problem) -> SchemaInspected:
    ok = isinstance(found, Structure)
    return SchemaInspected(
        inspection_id=request.inspection_id,
        datasource_id=request.datasource_id,
        sequence=0,  # Given when it is published.
        ok=ok,
        only_test=request.only_test,
        problem=None if isinstance(found, Structure) else found,
        server_version=found.server_version if isinstance(found, Structure) else None,
        milliseconds=round(found.milliseconds, 1) if isinstance(found, Structure) else 0.0,
        relations=found.relations if isinstance(found, Structure) else (),
        inspected_at=now(),
    )
