"""/api/v1/datasets/{id}/policies: whom the tables of a dataset show which rows."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from libs.datasources.dialect import dialect_of
from libs.events.catalog import DatasetChanged, RowPolicy
from libs.runtime.clock import now
from services.gateway.api.context import (
    After,
    AskedLanguage,
    GatewayPart,
    IfMatch,
    SignedIn,
    check_version,
    overseen,
    written,
)
from services.gateway.api.fields import Body, Condition, TableName
from services.gateway.api.problems import Problem
from services.gateway.api.revision import record_revision
from services.gateway.api.tells import tells
from services.gateway.datasets.policies import decide_policies
from services.gateway.datasets.shown import RowPolicies
from services.gateway.datasets.structure import known_tables

router = APIRouter(prefix="/datasets/{dataset_id}/policies", tags=["datasets"])

_MOST = 500


class Policy(Body):
    """The rows of a table that accounts of a role see: those for which the condition `filter` holds."""

    table: TableName
    role: Literal["admin", "member", "any"] = "any"
    filter: Condition


class Policies(Body):
    """All row policies of a dataset."""

    policies: Annotated[list[Policy], Field(max_length=_MOST)]


@router.get("", dependencies=[After], responses=tells(200, "ETag"))
async def get_policies(dataset_id: str, gateway: GatewayPart, account: SignedIn, response: Response) -> RowPolicies:
    """The row policies of a dataset of one's own; an administrator reads those of everybody's."""
    state = await overseen(gateway.pool, "datasets", "dataset_id", dataset_id, account)
    response.headers["ETag"] = f'"{state["version"]}"'
    return RowPolicies(policies=DatasetChanged.model_validate(state).policies)


@router.put("", responses=tells(200, "ETag", "Espalier-Position"))
async def set_policies(
    dataset_id: str,
    body: Policies,
    gateway: GatewayPart,
    account: SignedIn,
    language: AskedLanguage,
    response: Response,
    if_match: IfMatch = None,
) -> RowPolicies:
    """Say anew which rows are seen by whom, as an administrator, of anybody's dataset; the next question keeps to it.

    A table without a policy shows all its rows. Of the policies of a role and those of `any`, all hold. They hold for
    every statement that answers a question, wherever it comes from, a verified pair or a correction too: for the role
    of the account that asks. A verdict's SQL is tried under all of them; a training tries its examples without any, and
    learns only that they give something. To somebody for whom a policy holds, the values of that table that a training
    found are neither offered nor told. But verified pairs, and whatever their questions quote, are known to all; a
    view, and a partition by its own name, is a table of its own, with policies of its own; and answers given before
    stay with those who got them.
    """
    policies = [RowPolicy.model_validate(policy.model_dump()) for policy in body.policies]
    async with gateway.writing() as write:
        state = await overseen(write.connection, "datasets", "dataset_id", dataset_id, account, lock=True)
        if account.role != "admin":
            raise Problem(403, "policies_read_only")
        before = DatasetChanged.model_validate(state)
        check_version(if_match, before.version)
        source = await overseen(write.connection, "datasources", "datasource_id", before.datasource_id, account)
        tables = await known_tables(write.connection, before.datasource_id) or {}
        dialect = dialect_of(source["settings"]["kind"])
        decided = decide_policies(before, policies, dialect, tables, now(), account.account_id)
        event = await record_revision(write, before, decided, problem="policies", given="policies", language=language)
    await written(gateway, response, write.event_id, event.version)
    return RowPolicies(policies=event.policies)
