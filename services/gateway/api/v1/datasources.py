"""/api/v1/datasources: users' databases."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response, status
from pydantic import Field, SecretStr

from libs.datasources.errors import NotAllowed
from libs.events.catalog import (
    DataSourceChanged,
    DataSourceSettings,
    SchemaInspectionRequested,
)
from libs.events.catalog import (
    Problem as FoundProblem,
)
from libs.events.ids import new_id
from libs.language.catalogue import Language
from libs.runtime.clock import now
from libs.runtime.deadlines import DeadlinePassed
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
from services.gateway.api.fields import Body, DatabasePassword, GivenLine, Line, Name
from services.gateway.api.problems import Problem, not_found
from services.gateway.api.taken import check_free
from services.gateway.api.tells import NOTHING, tells
from services.gateway.datasets.decider import same_name
from services.gateway.datasources.decider import InUse, decide_change, decide_delete
from services.gateway.datasources.read import datasets_of, newest_structure
from services.gateway.datasources.shown import DataSource, Table, TriedConnection
from services.gateway.gateway import Gateway
from services.gateway.shown import Page

router = APIRouter(prefix="/datasources", tags=["data sources"])

_INSPECTION_SECONDS = 15.0
_ANSWER_SECONDS = 2.0
"""What was found, or that nothing was in time, has its way to go."""
_SETTINGS = "SELECT state -> 'settings' FROM datasources WHERE datasource_id = $1"
_PrivateColumns = Annotated[tuple[Line, ...], Field(max_length=10_000)]


class Connection(Body):
    """How to reach a database."""

    kind: Literal["sqlite", "postgresql", "mysql"]
    host: Line = ""
    port: int | None = Field(default=None, ge=1, le=65535)
    username: Line = ""
    password: DatabasePassword | None = None
    database: GivenLine
    sample_values: bool = True
    private_columns: _PrivateColumns = ()


class NewDataSource(Connection):
    """A data source to be registered."""

    name: Name


class TriedDataSource(Connection):
    """A data source to be tried before it is registered: a form may be sent as it is."""

    name: Line = ""


class DataSourceChange(Body):
    """What is to be changed of a data source; what is left out stays."""

    name: Name | None = None
    host: Line | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    username: Line | None = None
    password: DatabasePassword | None = None
    database: GivenLine | None = None
    sample_values: bool | None = None
    private_columns: _PrivateColumns | None = None


@router.post("", status_code=status.HTTP_201_CREATED, responses=tells(201, "Location", "ETag", "Espalier-Position"))
async def create_datasource(
    body: NewDataSource, gateway: GatewayPart, account: SignedIn, response: Response
) -> DataSource:
    """Register a database; its structure is read at once, in the background."""
    event = DataSourceChanged(
        datasource_id=new_id(), version=1, name=body.name, owner_id=account.account_id,
        settings=_settings(gateway, body), who=account.account_id, changed_at=now(),
    )  # fmt: skip
    async with gateway.writing() as write:
        await check_free(write.connection, "datasource", account.account_id, body.name)
        write.publish(_inspection(event.datasource_id, event.settings, "en"))
        await write.record(event)
        response.headers.update({"Location": f"/api/v1/datasources/{event.datasource_id}", "ETag": '"1"'})
        made = DataSource.of(event)
        await write.answers(status.HTTP_201_CREATED, made, response.headers)
    await written(gateway, response, write.event_id)
    return made


@router.get("", dependencies=[After])
async def list_datasources(gateway: GatewayPart, account: SignedIn, paging: Paging) -> Page[DataSource]:
    """The data sources of the signed-in account."""
    where = "FROM datasources WHERE owner_id = $1 AND NOT deleted"
    total = await gateway.pool.fetchval(f"SELECT count(*) {where}", account.account_id)
    rows = await gateway.pool.fetch(
        f"SELECT state {where} ORDER BY datasource_id LIMIT $2 OFFSET $3",
        account.account_id,
        paging.size,
        paging.offset,
    )
    return paging.of([DataSource.of(DataSourceChanged.model_validate(row["state"])) for row in rows], total)


@router.post("/test")
async def test_connection(
    body: TriedDataSource, gateway: GatewayPart, _account: SignedIn, language: AskedLanguage
) -> TriedConnection:
    """Try a connection that is not registered."""
    return await _test(gateway, new_id(), _settings(gateway, body), language)


@router.get("/{datasource_id}", dependencies=[After], responses=tells(200, "ETag"))
async def get_datasource(datasource_id: str, gateway: GatewayPart, account: SignedIn, response: Response) -> DataSource:
    """One data source."""
    state = await owned(gateway.pool, "datasources", "datasource_id", datasource_id, account)
    response.headers["ETag"] = f'"{state["version"]}"'
    return DataSource.of(DataSourceChanged.model_validate(state))


@router.patch("/{datasource_id}", responses=tells(200, "ETag", "Espalier-Position"))
async def change_datasource(
    datasource_id: str,
    body: DataSourceChange,
    gateway: GatewayPart,
    account: SignedIn,
    response: Response,
    if_match: IfMatch = None,
) -> DataSource:
    """Change a data source; without a password the stored one stays."""
    given = body.model_dump(exclude_unset=True, exclude={"password", "name"}, exclude_none=True)
    if body.password is not None:
        given |= _encrypted(gateway, body.password)
    async with gateway.writing() as write:
        before = await _owned(write.connection, datasource_id, account)
        check_version(if_match, before.version)
        if body.database is not None:
            _check_path(before.settings.kind, body.database)
        event = decide_change(before, body.name, given, now(), account.account_id)
        if not same_name(event.name, before.name):
            await check_free(write.connection, "datasource", account.account_id, event.name)
        if event is not before:
            write.publish(_inspection(datasource_id, event.settings, "en"))
            await write.record(event)
    await written(gateway, response, write.event_id, event.version)
    return DataSource.of(event)


@router.delete("/{datasource_id}", **NOTHING, responses=tells(204, "ETag", "Espalier-Position"))
async def delete_datasource(
    datasource_id: str, gateway: GatewayPart, account: SignedIn, response: Response, if_match: IfMatch = None
) -> None:
    """Delete a data source that no dataset uses."""
    async with gateway.writing() as write:
        before = await _owned(write.connection, datasource_id, account)
        check_version(if_match, before.version)
        datasets = await datasets_of(write.connection, datasource_id)
        decided = decide_delete(before, datasets, now(), account.account_id)
        if isinstance(decided, InUse):
            raise Problem(409, "in_use", count=decided.datasets)
        await write.record(decided)
    await written(gateway, response, write.event_id, decided.version)


@router.post("/{datasource_id}/test")
async def test_datasource(
    datasource_id: str, gateway: GatewayPart, account: SignedIn, language: AskedLanguage
) -> TriedConnection:
    """Try the connection of a registered data source."""
    state = await owned(gateway.pool, "datasources", "datasource_id", datasource_id, account)
    return await _test(gateway, datasource_id, DataSourceSettings.model_validate(state["settings"]), language)


@router.get("/{datasource_id}/tables", dependencies=[After])
async def list_datasource_tables(
    datasource_id: str,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    refresh: Annotated[bool, Query()] = False,
) -> list[Table]:
    """The tables of a data source; read again with `refresh=true`."""
    await owned(gateway.pool, "datasources", "datasource_id", datasource_id, account)
    found = await structure_of(gateway, datasource_id, language, refresh=refresh)
    return [Table.model_validate(table) for part in found for table in part["tables"]]


async def structure_of(
    gateway: Gateway, datasource_id: str, language: Language, *, refresh: bool = False
) -> list[dict[str, Any]]:
    """The newest structure of a data source, read now where it never was; raises `Problem` where it cannot be read."""
    found = None if refresh else await newest_structure(gateway.pool, datasource_id)
    if found is not None:
        return found
    settings = await gateway.pool.fetchval(_SETTINGS, datasource_id)
    if settings is None:
        raise not_found()
    return await _inspected(gateway, _inspection(datasource_id, DataSourceSettings.model_validate(settings), language))


async def _owned(connection: Any, datasource_id: str, account: Account) -> DataSourceChanged:
    state = await owned(connection, "datasources", "datasource_id", datasource_id, account, lock=True)
    return DataSourceChanged.model_validate(state)


async def _test(
    gateway: Gateway, datasource_id: str, settings: DataSourceSettings, language: Language
) -> TriedConnection:
    request = _inspection(datasource_id, settings, language, only_test=True)
    found = (await _inspected(gateway, request))[0]
    names = [table["name"] for table in found["tables"]]
    return TriedConnection(server_version=found["server_version"], milliseconds=found["milliseconds"], tables=names)


async def _inspected(gateway: Gateway, request: SchemaInspectionRequested) -> list[dict[str, Any]]:
    """Ask the trainer to look, wait for what it found; its error becomes ours."""
    async with gateway.writing() as write:
        write.publish(request)

    async def whole() -> list[dict[str, Any]] | None:
        rows = await gateway.pool.fetch(
            "SELECT state FROM inspections WHERE inspection_id = $1 ORDER BY part", request.inspection_id
        )
        parts = [row["state"] for row in rows]
        return parts if parts and len(parts) == parts[0]["parts"] else None

    try:
        parts = await gateway.wait_for("inspections", whole, _INSPECTION_SECONDS + _ANSWER_SECONDS)
    except DeadlinePassed:
        raise Problem(504, "datasource_late", seconds=round(_INSPECTION_SECONDS)) from None
    if not parts[0]["ok"]:
        problem = FoundProblem.model_validate(parts[0]["problem"])
        raise Problem(422, "datasource", detail=problem.detail, hint=problem.hint, reason=problem.code)
    return parts


def _inspection(
    datasource_id: str, settings: DataSourceSettings, language: Language, *, only_test: bool = False
) -> SchemaInspectionRequested:
    deadline = now() + timedelta(seconds=_INSPECTION_SECONDS)
    return SchemaInspectionRequested(
        inspection_id=new_id(), datasource_id=datasource_id, settings=settings, only_test=only_test, language=language,
        deadline=deadline,
    )  # fmt: skip


def _settings(gateway: Gateway, body: Connection) -> DataSourceSettings:
    _check_path(body.kind, body.database)
    plain = body.model_dump(exclude={"name", "password"})
    return DataSourceSettings.model_validate(plain | (_encrypted(gateway, body.password) if body.password else {}))


def _check_path(kind: str, database: str) -> None:
    """Raises `NotAllowed` for a file that would be another one for every process."""
    if kind == "sqlite" and not Path(database).is_absolute():
        raise NotAllowed("folder_not_allowed")


def _encrypted(gateway: Gateway, password: SecretStr) -> dict[str, str]:
    made = gateway.secrets.encrypt(password.get_secret_value())
    return {"password_ciphertext": made.token, "key_id": made.key_id}
