"""/api/v1/datasets/{id}/train and .../training: start, watch, pause, resume, cancel, remove."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, status
from pydantic import Field

from libs.events.catalog import (
    CancelRequested,
    ControlRequest,
    KnowledgeRemoved,
    PauseRequested,
    ResumeRequested,
    TrainingRequested,
)
from libs.events.ids import new_id
from libs.language.catalogue import Language, text
from libs.runtime.clock import now
from services.gateway.accounts.store import Account
from services.gateway.api.context import After, AskedLanguage, GatewayPart, Paging, SignedIn, owned, written
from services.gateway.api.fields import Body, TableName
from services.gateway.api.problems import Problem
from services.gateway.api.tables import check_tables
from services.gateway.api.tells import tells
from services.gateway.gateway import Gateway, Write
from services.gateway.knowledge.read import TYPES, kinds_of
from services.gateway.knowledge.shown import Learned
from services.gateway.retold import OF_TRAININGS, problem_in
from services.gateway.shown import Page, Said
from services.gateway.trainings.decider import Allowed, Refused, Wish, decide_control, decide_retry, decide_start
from services.gateway.trainings.read import SHOWN_STATUS, needs_of, newest_training, training_state
from services.gateway.trainings.shown import LogEntry, PastTraining, Progress, StartedTraining

router = APIRouter(prefix="/datasets/{dataset_id}", tags=["trainings"])

_REQUESTS: dict[Wish, type[ControlRequest]] = {
    "pause": PauseRequested,
    "resume": ResumeRequested,
    "cancel": CancelRequested,
}
_TABLE_NAMES = "SELECT table_names FROM trainings WHERE training_id = $1"
_GIVEN = "SELECT given FROM trainings WHERE training_id = $1"
Kinds = Annotated[str, Query(alias="type", pattern=r"^(qa|ddl|document)(,(qa|ddl|document))*$")]
"""Kinds of what was learned, as in `?type=qa,ddl`."""


class NewTraining(Body):
    """A training to be started; without names it learns all tables of the dataset."""

    table_names: Annotated[list[TableName], Field(max_length=5_000)] | None = None


@router.post("/train", status_code=status.HTTP_202_ACCEPTED, responses=tells(202, "Location", "Espalier-Position"))
async def start_training(
    dataset_id: str,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    response: Response,
    body: NewTraining | None = None,
) -> StartedTraining:
    """Start a training; one at a time for each dataset."""
    names = tuple((body.table_names if body else None) or ())
    return await start(gateway, account, dataset_id, language, response, table_names=names)


async def start(
    gateway: Gateway, account: Account, dataset_id: str, language: Language, response: Response, **what: Any
) -> StartedTraining:
    """Ask for a training of `what` (fields of TrainingRequested), unless one is active; what the API answers."""
    async with gateway.writing() as write:
        dataset = await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        await check_tables(write.connection, dataset["datasource_id"], what.get("table_names", ()))
        if active := decide_start(await newest_training(write.connection, dataset_id)):
            raise Problem(409, "training_active", training_id=active)
        started = await _record(write, account, dataset_id, language, response, **what)
    await written(gateway, response, write.event_id)
    return started


@router.post(
    "/training/retry", status_code=status.HTTP_202_ACCEPTED, responses=tells(202, "Location", "Espalier-Position")
)
async def retry_training(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> StartedTraining:
    """Go on from where the last training failed: what it had learned is not learned again."""
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        newest = await newest_training(write.connection, dataset_id)
        if active := decide_start(newest):
            raise Problem(409, "training_active", training_id=active)
        failed = decide_retry(newest)
        if isinstance(failed, Refused):
            raise Problem(400, "not_failed", state=text(f"status.{SHOWN_STATUS[failed.status]}", language))
        if await write.connection.fetchval(_GIVEN, failed):
            raise Problem(400, "import_again")
        names = await write.connection.fetchval(_TABLE_NAMES, failed)
        started = await _record(
            write, account, dataset_id, language, response, source="retry", retry_of=failed, table_names=tuple(names)
        )
    await written(gateway, response, write.event_id)
    return started


async def _record(
    write: Write, account: Account, dataset_id: str, language: Language, response: Response, **fields: Any
) -> StartedTraining:
    needs, generation = await needs_of(write.connection, dataset_id)
    event = TrainingRequested(
        training_id=new_id(), dataset_id=dataset_id, generation=generation, needs=needs, language=language,
        who=account.account_id, requested_at=now(), **fields,
    )  # fmt: skip
    await write.record(event)
    started = StartedTraining(message=text("training.started", language), training_id=event.training_id)
    response.headers["Location"] = f"/api/v1/datasets/{dataset_id}/training/progress"
    await write.answers(status.HTTP_202_ACCEPTED, started, response.headers)
    return started


@router.get("/training/progress", dependencies=[After])
async def get_progress(dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage) -> Progress:
    """How the newest training stands."""
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    return await training_state(gateway.pool, dataset_id, language)


@router.get("/training/logs", dependencies=[After])
async def list_logs(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, limit: Annotated[int, Query(ge=1, le=1_000)] = 50
) -> list[LogEntry]:
    """The newest log lines of the dataset's trainings, newest first."""
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    rows = await gateway.pool.fetch(
        "SELECT training_id, number, level, content, created_at FROM training_logs WHERE dataset_id = $1 "
        "ORDER BY created_at DESC, number DESC LIMIT $2",
        dataset_id,
        limit,
    )
    return [
        LogEntry(
            id=f"{row['training_id']}/{row['number']}", level=row["level"], content=row["content"],
            created_at=row["created_at"],
        )
        for row in rows
    ]  # fmt: skip


@router.post("/training/pause", status_code=status.HTTP_202_ACCEPTED, responses=tells(202, "Espalier-Position"))
async def pause_training(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> Said:
    """Ask the training to rest at its next safe point."""
    return await _control(gateway, account, dataset_id, "pause", language, response)


@router.post("/training/resume", status_code=status.HTTP_202_ACCEPTED, responses=tells(202, "Espalier-Position"))
async def resume_training(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> Said:
    """Go on after the last learned item."""
    return await _control(gateway, account, dataset_id, "resume", language, response)


@router.post("/training/cancel", status_code=status.HTTP_202_ACCEPTED, responses=tells(202, "Espalier-Position"))
async def cancel_training(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> Said:
    """End the training for good; what it learned stays."""
    return await _control(gateway, account, dataset_id, "cancel", language, response)


async def _control(
    gateway: Gateway, account: Account, dataset_id: str, wish: Wish, language: Language, response: Response
) -> Said:
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        training = await newest_training(write.connection, dataset_id)
        decided = decide_control(training, wish)
        if isinstance(decided, Refused) or training is None:
            raise _refusal(decided, language)
        said = "under_way"
        if isinstance(decided, Allowed):
            said = "requested"
            await write.record(
                _REQUESTS[wish](
                    training_id=training.training_id,
                    dataset_id=dataset_id,
                    control_sequence=decided.control_sequence,
                    who=account.account_id,
                    requested_at=now(),
                )
            )
        requested = Said(message=text(f"training.{wish}_{said}", language))
        await write.answers(status.HTTP_202_ACCEPTED, requested, response.headers)
    await written(gateway, response, write.event_id)
    return requested


def _refusal(decided: object, language: Language) -> Problem:
    refused = decided if isinstance(decided, Refused) else Refused("pending", "none")
    state = text(f"status.{SHOWN_STATUS[refused.status]}", language)
    return Problem(400, "not_training", detail=text(f"training.refused.{refused.why}", language, state=state))


@router.delete("/training", responses=tells(200, "Espalier-Position"))
async def remove_training(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> Said:
    """Forget everything the dataset has learned, and the caches."""
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        if active := decide_start(await newest_training(write.connection, dataset_id)):
            raise Problem(409, "training_active", training_id=active)
        _, generation = await needs_of(write.connection, dataset_id)
        await write.record(
            KnowledgeRemoved(dataset_id=dataset_id, generation=generation + 1, who=account.account_id, removed_at=now())
        )
    await written(gateway, response, write.event_id)
    return Said(message=text("training.removed", language))


@router.get("/trainings", dependencies=[After])
async def list_trainings(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, paging: Paging, language: AskedLanguage
) -> Page[PastTraining]:
    """All trainings of a dataset, newest first; `verdict` is what became of what it taught, once measured."""
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    total = await gateway.pool.fetchval("SELECT count(*) FROM trainings WHERE dataset_id = $1", dataset_id)
    rows = await gateway.pool.fetch(
        "SELECT t.training_id, t.source, t.given, t.requested_at, last.state, "
        "  m.state ->> 'verdict' AS verdict FROM trainings AS t LEFT JOIN measures AS m USING (training_id) "
        "LEFT JOIN LATERAL ("
        "  SELECT state FROM checkpoints AS c WHERE c.training_id = t.training_id ORDER BY sequence DESC LIMIT 1"
        ") AS last ON true WHERE t.dataset_id = $1 ORDER BY t.requested_at DESC, t.training_id DESC LIMIT $2 OFFSET $3",
        dataset_id,
        paging.size,
        paging.offset,
    )
    items = []
    for row in rows:
        last = row["state"] or {"status": "pending", "progress": 0.0, "items_learned": 0, "problem": None}
        items.append(
            PastTraining(
                training_id=row["training_id"],
                source="import" if row["source"] == "user" and row["given"] else row["source"],
                requested_at=row["requested_at"],
                status=SHOWN_STATUS[last["status"]],
                process_rate=last["progress"],
                items_learned=last["items_learned"],
                problem=problem_in(last["problem"], language, OF_TRAININGS) if last["problem"] else None,
                verdict=row["verdict"],
            )
        )
    return paging.of(items, total)


@router.get("/training-data", dependencies=[After])
async def list_training_data(
    dataset_id: str,
    gateway: GatewayPart,
    account: SignedIn,
    paging: Paging,
    kind: Kinds = "qa,ddl,document",
) -> Page[Learned]:
    """What was learned: question/SQL pairs, each with the verdict behind it, DDL and documents, with their origin."""
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    kinds = kinds_of(kind)
    where = (
        "FROM known_items WHERE dataset_id = $1 AND kind = ANY($2) AND generation = "
        "(SELECT coalesce(max(generation), 0) FROM removals WHERE dataset_id = $1)"
    )
    total = await gateway.pool.fetchval(f"SELECT count(*) {where}", dataset_id, kinds)
    rows = await gateway.pool.fetch(
        f"SELECT known.*, f.state AS said FROM (SELECT item_id, state, learned_at {where} "
        "ORDER BY learned_at, item_id LIMIT $3 OFFSET $4) AS known "
        "LEFT JOIN feedback AS f ON f.feedback_id = known.state->>'feedback_id' ORDER BY learned_at, item_id",
        dataset_id,
        kinds,
        paging.size,
        paging.offset,
    )
    items = [
        Learned(
            **row["state"], type=TYPES[row["state"]["kind"]], learned_at=row["learned_at"], feedback=row["said"] or None
        )
        for row in rows
    ]
    return paging.of(items, total)
