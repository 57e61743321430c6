"""/api/v1/datasets/{id}/terms: business terms."""

from typing import Annotated, Any

from fastapi import APIRouter, Response, status
from pydantic import Field

from libs.datasources.dialect import dialect_of
from libs.datasources.errors import RefusedByGate
from libs.events.catalog import BusinessTermChanged
from libs.events.ids import new_id
from libs.knowledge.expression import unknown_names
from libs.runtime.clock import now
from services.gateway.accounts.store import Account
from services.gateway.api.context import After, GatewayPart, IfMatch, Paging, SignedIn, check_version, owned, written
from services.gateway.api.fields import Body, Name, Prose
from services.gateway.api.problems import Problem, not_found
from services.gateway.api.tells import NOTHING, tells
from services.gateway.datasets.decider import decide_term, same_name
from services.gateway.datasets.structure import known_tables
from services.gateway.datasources.read import kind_of
from services.gateway.gateway import Gateway
from services.gateway.shown import Page
from services.gateway.terms.limits import SYNONYMS
from services.gateway.terms.read import changes_of
from services.gateway.terms.shown import Term

router = APIRouter(prefix="/datasets/{dataset_id}/terms", tags=["terms"])

_Synonyms = Annotated[list[Name], Field(max_length=SYNONYMS)]

_TERM = "SELECT state FROM terms WHERE term_id = $1 AND dataset_id = $2 AND NOT deleted"
_NAMES = "SELECT state->>'term' FROM terms WHERE dataset_id = $1 AND term_id <> $2 AND NOT deleted"


class NewTerm(Body):
    """A business term to be written down."""

    term: Name
    definition: Prose = ""
    synonyms: _Synonyms = Field([])
    sql_expression: Prose | None = None


class TermChange(Body):
    """What is to be changed of a term; what is left out stays."""

    term: Name | None = None
    definition: Prose | None = None
    synonyms: _Synonyms | None = None
    sql_expression: Prose | None = None


@router.post("", status_code=status.HTTP_201_CREATED, responses=tells(201, "ETag", "Espalier-Position"))
async def create_term(
    dataset_id: str, body: NewTerm, gateway: GatewayPart, account: SignedIn, response: Response
) -> Term:
    """Write down a business term."""
    new = BusinessTermChanged(
        dataset_id=dataset_id, term_id=new_id(), version=0, terms_version=0, term=body.term, changed_at=now()
    )
    return await _put(gateway, account, response, new, body.model_dump())


@router.get("", dependencies=[After])
async def list_terms(dataset_id: str, gateway: GatewayPart, account: SignedIn, paging: Paging) -> Page[Term]:
    """The business terms of a dataset."""
    await owned(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    where = "FROM terms WHERE dataset_id = $1 AND NOT deleted"
    total = await gateway.pool.fetchval(f"SELECT count(*) {where}", dataset_id)
    rows = await gateway.pool.fetch(
        f"SELECT state {where} ORDER BY term_id LIMIT $2 OFFSET $3", dataset_id, paging.size, paging.offset
    )
    return paging.of([Term.of(BusinessTermChanged.model_validate(row["state"])) for row in rows], total)


@router.patch("/{term_id}", responses=tells(200, "ETag", "Espalier-Position"))
async def change_term(
    dataset_id: str,
    term_id: str,
    body: TermChange,
    gateway: GatewayPart,
    account: SignedIn,
    response: Response,
    if_match: IfMatch = None,
) -> Term:
    """Change a business term."""
    given = body.model_dump(exclude_unset=True)
    kept = {name: value for name, value in given.items() if value is not None or name == "sql_expression"}
    return await _put(gateway, account, response, (dataset_id, term_id), kept, if_match)


@router.delete("/{term_id}", **NOTHING, responses=tells(204, "ETag", "Espalier-Position"))
async def delete_term(
    dataset_id: str,
    term_id: str,
    gateway: GatewayPart,
    account: SignedIn,
    response: Response,
    if_match: IfMatch = None,
) -> None:
    """Delete a business term."""
    await _put(gateway, account, response, (dataset_id, term_id), {"deleted": True}, if_match)


async def _put(
    gateway: Gateway,
    account: Account,
    response: Response,
    term: BusinessTermChanged | tuple[str, str],
    given: dict[str, Any],
    if_match: str | None = None,
) -> Term:
    """Write a new term, or a known one (dataset, id), under the lock of its dataset, which counts all changes."""
    dataset_id = term[0] if isinstance(term, tuple) else term.dataset_id
    async with gateway.writing() as write:
        dataset = await owned(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        before = await _known(write.connection, *term) if isinstance(term, tuple) else term
        check_version(if_match, before.version)
        await _check_name(write.connection, before, given.get("term"))
        await _check_expression(write.connection, dataset, given.get("sql_expression"))
        changes = await changes_of(write.connection, dataset_id)
        event = decide_term(before, given, changes, now(), account.account_id)
        if event is not before:
            await write.record(event)
        response.headers["ETag"] = f'"{event.version}"'
        term_now = Term.of(event)
        # Only a POST, which makes a term, has a key.
        await write.answers(status.HTTP_201_CREATED, term_now, response.headers)
    await written(gateway, response, write.event_id)
    return term_now


async def _check_name(connection: Any, before: BusinessTermChanged, name: str | None) -> None:
    """Refuse a second term of one name: questions could not tell which is meant."""
    if name is not None:
        others = await connection.fetch(_NAMES, before.dataset_id, before.term_id)
        if any(same_name(other[0], name) for other in others):
            raise Problem(409, "term_taken", name=name)


async def _check_expression(connection: Any, dataset: dict[str, Any], expression: str | None) -> None:
    """Refuse what every question of the dataset would stumble over."""
    if not expression:
        return
    dialect = dialect_of(await kind_of(connection, dataset["dataset_id"]))
    known = await known_tables(connection, dataset["datasource_id"], dataset["tables"])
    try:
        unknown = unknown_names(expression, dialect, known)
    except RefusedByGate as error:
        raise Problem(422, "sql_expression", why=error.why) from None
    if unknown:
        raise Problem(422, "unknown_columns", names=", ".join(unknown))


async def _known(connection: Any, dataset_id: str, term_id: str) -> BusinessTermChanged:
    state = await connection.fetchval(_TERM, term_id, dataset_id)
    if state is None:
        raise not_found()
    return BusinessTermChanged.model_validate(state)
