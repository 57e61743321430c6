"""/api/v1/datasets: what of a database is asked."""

from typing import Annotated, Any

from fastapi import APIRouter, Response, status
from pydantic import Field

from libs.events.catalog import CacheCleared, DatasetChanged, Language
from libs.events.ids import new_id
from libs.language.catalogue import text
from libs.runtime.clock import now
from services.gateway.accounts.store import Account
from services.gateway.api.context import (
    After,
    AskedLanguage,
    GatewayPart,
    IfMatch,
    Paging,
    SignedIn,
    check_version,
    owned,
    written,
)
from services.gateway.api.fields import Body, Id, Name, TableName
from services.gateway.api.problems import Problem
from services.gateway.api.tables import check_tables
from services.gateway.api.taken import check_free
from services.gateway.api.tells import NOTHING, tells
from services.gateway.api.v1.datasources import structure_of
from services.gateway.audit.acts import Act
from services.gateway.audit.note import note
from services.gateway.datasets.decider import BeingTrained, decide_change, decide_delete, same_name
from services.gateway.datasets.shown import Dataset
from services.gateway.datasources.shown import Table
from services.gateway.shown import Page, Said
from services.gateway.trainings.read import newest_training, training_state

router = APIRouter(prefix="/datasets", tags=["datasets"])

_Tables = Annotated[list[TableName], Field(max_length=5_000)]


class NewDataset(Body):
    """A dataset to be made; without tables it has all of the database."""

    name: Name
    datasource_id: Id
    tables: _Tables = Field([])


class DatasetChange(Body):
    """What is to be changed of a dataset; what is left out stays."""

    name: Name | None = None
    tables: _Tables | None = None


async def _shown(connection: Any, dataset: DatasetChanged, language: Language) -> Dataset:
    return Dataset.of(dataset, await training_state(connection, dataset.dataset_id, language))


@router.post("", status_code=status.HTTP_201_CREATED, responses=tells(201, "Location", "ETag", "Espalier-Position"))
async def create_dataset(
    body: NewDataset, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> Dataset:
    """Make a dataset of a data source of one's own."""
    dataset_id = new_id()
    event = DatasetChanged(
        dataset_id=dataset_id, version=1, name=body.name, owner_id=account.account_id,
        datasource_id=body.datasource_id, collection_name=f"dataset_{dataset_id.replace('-', '')}",
        tables=tuple(body.tables), language=language, who=account.account_id, changed_at=now(),
    )  # fmt: skip
    async with gateway.writing() as write:
        await owned(write.connection, "datasources", "datasource_id", body.datasource_id, account, lock=True)
        await check_tables(write.connection, body.datasource_id, body.tables)
        await check_free(write.connection, "dataset", account.account_id, body.name)
        await write.record(event)
        response.headers.update({"Location": f"/api/v1/datasets/{dataset_id}", "ETag": '"1"'})
        made = await _shown(write.connection, event, language)
        await write.answers(status.HTTP_201_CREATED, made, response.headers)
    await written(gateway, response, write.event_id)
    return made


@router.get("", dependencies=[After])
async def list_datasets(
    gateway: GatewayPart, account: SignedIn, paging: Paging, language: AskedLanguage
) -> Page[Dataset]:
    """The datasets of the signed-in account."""
    where = "FROM datasets WHERE owner_id = $1 AND NOT deleted"
    total = await gateway.pool.fetchval(f"SELECT count(*) {where}", account.account_id)
    rows = await gateway.pool.fetch(
        f"SELECT state {where} ORDER BY dataset_id LIMIT $2 OFFSET $3", account.account_id, paging.size, paging.offset
    )
    found = [DatasetChanged.model_validate(row["state"]) for row in rows]
    return paging.of([await _shown(gateway.pool, dataset, language) for dataset in found], total)


@router.get("/{dataset_id}", dependencies=[After], responses=tells(200, "ETag"))
async def get_dataset(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> Dataset:
    """One dataset."""
    state = await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    response.headers["ETag"] = f'"{state["version"]}"'
    return await _shown(gateway.pool, DatasetChanged.model_validate(state), language)


@router.patch("/{dataset_id}", responses=tells(200, "ETag", "Espalier-Position"))
async def change_dataset(
    dataset_id: str,
    body: DatasetChange,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    response: Response,
    if_match: IfMatch = None,
) -> Dataset:
    """Change a dataset."""
    given = body.model_dump(exclude_unset=True, exclude_none=True)
    async with gateway.writing() as write:
        before = await _owned(write.connection, dataset_id, account)
        check_version(if_match, before.version)
        await check_tables(write.connection, before.datasource_id, given.get("tables", ()))
        event = decide_change(before, given, now(), account.account_id)
        if not same_name(event.name, before.name):
            await check_free(write.connection, "dataset", account.account_id, event.name)
        if event is not before:
            await write.record(event)
    await written(gateway, response, write.event_id, event.version)
    return await _shown(gateway.pool, event, language)


@router.delete("/{dataset_id}", **NOTHING, responses=tells(204, "ETag", "Espalier-Position"))
async def delete_dataset(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, response: Response, if_match: IfMatch = None
) -> None:
    """Delete a dataset that is not being trained."""
    async with gateway.writing() as write:
        before = await _owned(write.connection, dataset_id, account)
        check_version(if_match, before.version)
        training = await newest_training(write.connection, dataset_id)
        decided = decide_delete(before, training, now(), account.account_id)
        if isinstance(decided, BeingTrained):
            raise Problem(409, "training_active", training_id=decided.training_id)
        await write.record(decided)
    await written(gateway, response, write.event_id, decided.version)


async def _owned(connection: Any, dataset_id: str, account: Account) -> DatasetChanged:
    return DatasetChanged.model_validate(
        await owned(connection, "datasets", "dataset_id", dataset_id, account, lock=True)
    )


@router.get("/{dataset_id}/tables", dependencies=[After])
async def list_dataset_tables(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage
) -> list[Table]:
    """The tables of a dataset, as they were last read; where they never were, they are read now."""
    state = await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    picked = set(state["tables"])
    parts = await structure_of(gateway, state["datasource_id"], language)
    return [Table.model_validate(t) for part in parts for t in part["tables"] if not picked or t["name"] in picked]


@router.delete("/{dataset_id}/cache", responses=tells(200, "Espalier-Position"))
async def clear_cache(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> Said:
    """Forget cached SQL and results."""
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", dataset_id, account)
        event = CacheCleared(dataset_id=dataset_id, who=account.account_id, cleared_at=now())
        write.publish(event)
        await note(write.connection, Act(event.cleared_at, event.who, "cache.cleared", dataset_id, dataset_id))
    await written(gateway, response, write.event_id)
    return Said(message=text("cache.cleared", language))
