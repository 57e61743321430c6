"""/api/v1/datasets: what of a database is asked, and the business terms."""

from typing import Annotated, Any

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, Field

from libs.events.catalog import BusinessTermChanged, CacheCleared, DatasetChanged, Language
from libs.events.ids import new_id
from libs.language.catalogue import text
from libs.runtime.clock import now
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
from services.gateway.api.problems import Problem, not_found
from services.gateway.api.v1.datasources import newest_structure, shown_table
from services.gateway.gateway import Gateway
from services.gateway.trainings.decider import decide_start
from services.gateway.trainings.read import newest_training, training_state

router = APIRouter(prefix="/datasets", tags=["datasets"])

_Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
_Tables = Annotated[list[_Name], Field(max_length=5_000)]
_Long = Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")]


class NewDataset(BaseModel):
    """A dataset to be made; without tables it has all of the database."""

    name: _Name
    datasource_id: _Name
    tables: _Tables = []


class Change(BaseModel):
    """What is to be changed of a dataset; what is left out stays."""

    name: _Name | None = None
    tables: _Tables | None = None


class Term(BaseModel):
    """A business term."""

    term: _Name
    definition: _Long = ""
    synonyms: Annotated[list[_Name], Field(max_length=50)] = []
    sql_expression: _Long | None = None


class TermChange(BaseModel):
    """What is to be changed of a term; what is left out stays."""

    term: _Name | None = None
    definition: _Long | None = None
    synonyms: Annotated[list[_Name], Field(max_length=50)] | None = None
    sql_expression: _Long | None = None


async def shown(gateway: Gateway, state: dict[str, Any], language: Language) -> dict[str, Any]:
    """A dataset as the API shows it, with the state of its newest training."""
    training = await training_state(gateway.pool, state["dataset_id"], language)
    return {
        "id": state["dataset_id"],
        "name": state["name"],
        "datasource_id": state["datasource_id"],
        "collection_name": state["collection_name"],
        "schema_config": {"tables": state["tables"]},
        "modeling_config": state["modeling_config"],
        "status": training["status"],
        "process_rate": training["process_rate"],
        "error_msg": training["error_msg"],
        "last_train_at": training["last_train_at"],
        "owner_id": state["owner_id"],
        "version": state["version"],
    }


@router.post("", status_code=status.HTTP_201_CREATED)
async def create(
    body: NewDataset, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> dict[str, Any]:
    """Make a dataset of a data source of one's own."""
    dataset_id = new_id()
    event = DatasetChanged(
        dataset_id=dataset_id, version=1, name=body.name, owner_id=account.account_id,
        datasource_id=body.datasource_id, collection_name=f"dataset_{dataset_id.replace('-', '')}",
        tables=tuple(body.tables), language=language, changed_at=now(),
    )  # fmt: skip
    async with gateway.writing() as write:
        await owned(write.connection, "datasources", "datasource_id", body.datasource_id, account, lock=True)
        await write.record(event)
    await written(gateway, response, write.event_id, 1)
    response.headers["Location"] = f"/api/v1/datasets/{dataset_id}"
    return await shown(gateway, event.model_dump(mode="json"), language)


@router.get("", dependencies=[After])
async def listed(gateway: GatewayPart, account: SignedIn, paging: Paging, language: AskedLanguage) -> dict[str, Any]:
    """The datasets of the signed-in account."""
    where = "FROM datasets WHERE owner_id = $1 AND NOT deleted"
    total = await gateway.pool.fetchval(f"SELECT count(*) {where}", account.account_id)
    rows = await gateway.pool.fetch(
        f"SELECT state {where} ORDER BY dataset_id LIMIT $2 OFFSET $3", account.account_id, paging.size, paging.offset
    )
    return paging.of([await shown(gateway, row["state"], language) for row in rows], total)


@router.get("/{dataset_id}", dependencies=[After])
async def get(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage, response: Response
) -> dict[str, Any]:
    """One dataset."""
    state = await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    response.headers["ETag"] = f'"{state["version"]}"'
    return await shown(gateway, state, language)


@router.patch("/{dataset_id}")
async def change(
    dataset_id: str,
    body: Change,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Change a dataset."""
    given = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    event = await _change(gateway, dataset_id, account, if_match, given, response)
    return await shown(gateway, event.model_dump(mode="json"), language)


@router.delete("/{dataset_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, response: Response, if_match: IfMatch = None
) -> None:
    """Delete a dataset that is not being trained."""
    await _change(gateway, dataset_id, account, if_match, {"deleted": True}, response)


async def _change(
    gateway: Gateway, dataset_id: str, account: Any, if_match: str | None, given: dict[str, Any], response: Response
) -> DatasetChanged:
    async with gateway.writing() as write:
        state = await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        check_version(if_match, state["version"])
        if given.get("deleted") and (active := decide_start(await newest_training(write.connection, dataset_id))):
            raise Problem(409, "training_active", training_id=active)
        event = DatasetChanged.model_validate(state | given | {"version": state["version"] + 1, "changed_at": now()})
        await write.record(event)
    await written(gateway, response, write.event_id, event.version)
    return event


@router.get("/{dataset_id}/tables", dependencies=[After])
async def tables(dataset_id: str, gateway: GatewayPart, account: SignedIn) -> list[dict[str, Any]]:
    """The tables of a dataset, as they were last read."""
    state = await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    picked = set(state["tables"])
    parts = await newest_structure(gateway, state["datasource_id"]) or []
    return [shown_table(t) for part in parts for t in part["tables"] if not picked or t["name"] in picked]


@router.get("/{dataset_id}/modeling/suggestions", dependencies=[After])
async def suggestions(dataset_id: str, gateway: GatewayPart, account: SignedIn) -> dict[str, Any]:
    """The tables as nodes, and the relations that were found between them as edges."""
    shown_tables = await tables(dataset_id, gateway, account)
    names = {table["table_name"] for table in shown_tables}
    state = await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    parts = await newest_structure(gateway, state["datasource_id"]) or []
    edges = [edge for part in parts for edge in part["relations"]]
    return {"nodes": shown_tables, "edges": [e for e in edges if e["source"] in names and e["target"] in names]}


@router.delete("/{dataset_id}/cache")
async def clear_cache(
    dataset_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage
) -> dict[str, str]:
    """Forget cached SQL and results."""
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", dataset_id, account)
        write.publish(CacheCleared(dataset_id=dataset_id, who=account.account_id, cleared_at=now()))
    return {"message": text("cache.cleared", language)}


# --- business terms ---


def shown_term(state: dict[str, Any]) -> dict[str, Any]:
    """A term as the API shows it."""
    fields = ("term", "definition", "synonyms", "sql_expression", "version")
    return {"id": state["term_id"]} | {name: state[name] for name in fields}


@router.post("/{dataset_id}/terms", status_code=status.HTTP_201_CREATED)
async def create_term(
    dataset_id: str, body: Term, gateway: GatewayPart, account: SignedIn, response: Response
) -> dict[str, Any]:
    """Write down a business term."""
    return await _put_term(gateway, dataset_id, account, response, new_id(), body.model_dump(), if_match=None, new=True)


@router.get("/{dataset_id}/terms", dependencies=[After])
async def terms(dataset_id: str, gateway: GatewayPart, account: SignedIn, paging: Paging) -> dict[str, Any]:
    """The business terms of a dataset."""
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    where = "FROM terms WHERE dataset_id = $1 AND NOT deleted"
    total = await gateway.pool.fetchval(f"SELECT count(*) {where}", dataset_id)
    rows = await gateway.pool.fetch(
        f"SELECT state {where} ORDER BY term_id LIMIT $2 OFFSET $3", dataset_id, paging.size, paging.offset
    )
    return paging.of([shown_term(row["state"]) for row in rows], total)


@router.patch("/{dataset_id}/terms/{term_id}")
async def change_term(
    dataset_id: str,
    term_id: str,
    body: TermChange,
    gateway: GatewayPart,
    account: SignedIn,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Change a business term."""
    given = body.model_dump(exclude_unset=True)
    kept = {name: value for name, value in given.items() if value is not None or name == "sql_expression"}
    return await _put_term(gateway, dataset_id, account, response, term_id, kept, if_match=if_match)


@router.delete("/{dataset_id}/terms/{term_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_term(
    dataset_id: str,
    term_id: str,
    gateway: GatewayPart,
    account: SignedIn,
    response: Response,
    if_match: IfMatch = None,
) -> None:
    """Delete a business term."""
    await _put_term(gateway, dataset_id, account, response, term_id, {"deleted": True}, if_match=if_match)


async def _put_term(
    gateway: Gateway,
    dataset_id: str,
    account: Any,
    response: Response,
    term_id: str,
    given: dict[str, Any],
    *,
    if_match: str | None,
    new: bool = False,
) -> dict[str, Any]:
    """Write a term under the lock of its dataset, which counts the changes to all its terms."""
    async with gateway.writing() as write:
        await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        query = "SELECT state FROM terms WHERE term_id = $1 AND dataset_id = $2 AND NOT deleted"
        row = await write.connection.fetchrow(query, term_id, dataset_id)
        if row is None and not new:
            raise not_found()
        state: dict[str, Any] = row["state"] if row else {"version": 0, "term_id": term_id, "dataset_id": dataset_id}
        check_version(if_match, state["version"])
        count = "SELECT coalesce(max(terms_version), 0) + 1 FROM terms WHERE dataset_id = $1"
        versions = {
            "version": state["version"] + 1,
            "terms_version": await write.connection.fetchval(count, dataset_id),
            "changed_at": now(),
        }
        event = BusinessTermChanged.model_validate(state | given | versions)
        await write.record(event)
    await written(gateway, response, write.event_id, event.version)
    return shown_term(event.model_dump(mode="json"))
