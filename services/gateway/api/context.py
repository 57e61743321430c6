"""What routes ask for: the gateway, who is asking, the version a change expects, a position to read after."""

import re
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Query, Request, Response
from fastapi.security import OAuth2PasswordBearer

from libs.events.catalog import BY_NAME
from libs.language.catalogue import Language
from services.gateway.accounts.store import Account
from services.gateway.api.problems import Problem, language_of, not_found
from services.gateway.gateway import Gateway
from services.gateway.shown import Page

T = TypeVar("T")

_POSITION = re.compile(r"[A-Za-z]+/[0-9]{1,6}/[0-9]{1,18}", re.ASCII)
"""topic/partition/offset, as numbers that PostgreSQL holds."""

_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/login", auto_error=False)


def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


GatewayPart = Annotated[Gateway, Depends(_gateway)]


async def _account(gateway: GatewayPart, token: Annotated[str | None, Depends(_bearer)]) -> Account:
    account = await gateway.accounts.of_token(token) if token else None
    if account is None:
        raise Problem(401, "not_signed_in", headers={"WWW-Authenticate": "Bearer"})
    return account


SignedIn = Annotated[Account, Depends(_account)]


async def _administrator(account: SignedIn) -> Account:
    if account.role != "admin":
        raise Problem(403, "not_allowed")
    return account


Administrator = Annotated[Account, Depends(_administrator)]
AskedLanguage = Annotated[Language, Depends(language_of)]


async def _after(gateway: GatewayPart, after: Annotated[str | None, Query(max_length=200)] = None) -> None:
    if after is None:
        return
    if not _POSITION.fullmatch(after) or after.partition("/")[0] not in BY_NAME:
        raise Problem(400, "position")
    await gateway.has_read(after)


After = Depends(_after)
"""Reads with `?after=<position>` wait until the read models have it."""


class AskedPage:
    """`?page=1&page_size=20`."""

    def __init__(
        self, page: Annotated[int, Query(ge=1, le=100_000)] = 1, page_size: Annotated[int, Query(ge=1, le=200)] = 20
    ) -> None:
        self.page, self.size, self.offset = page, page_size, (page - 1) * page_size

    def of(self, items: list[T], total: int) -> Page[T]:
        """The body of a list."""
        return Page(items=items, total=total, page=self.page, page_size=self.size)


Paging = Annotated[AskedPage, Depends()]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=100)]


def check_version(if_match: str | None, version: int) -> None:
    """Refuse a change of a version that is not the newest any more (RFC 9110, 13.1.1)."""
    if (
        if_match is not None
        and if_match.strip() != "*"
        and if_match.strip().strip('"').removeprefix("W/") != str(version)
    ):
        raise Problem(412, "changed", version=version)


async def written(gateway: Gateway, response: Response, event_id: str, version: int | None = None) -> None:
    """Tell the position of a write, unless it changed nothing, and the version."""
    if event_id and (position := await gateway.position_of(event_id)):
        response.headers["Espalier-Position"] = position
    if version is not None:
        response.headers["ETag"] = f'"{version}"'


async def owned(
    gateway: Any, table: str, key: str, identity: str, account: Account, *, lock: bool = False
) -> dict[str, Any]:
    """The state of a row that belongs to `account`; not found otherwise. `gateway` is a pool or a connection."""
    return await _state(gateway, table, key, identity, account.account_id, lock)


async def overseen(
    gateway: Any, table: str, key: str, identity: str, account: Account, *, lock: bool = False
) -> dict[str, Any]:
    """As `owned`, but an administrator may have the state of everybody's rows."""
    owner = None if account.role == "admin" else account.account_id
    return await _state(gateway, table, key, identity, owner, lock)


async def _state(gateway: Any, table: str, key: str, identity: str, owner: str | None, lock: bool) -> dict[str, Any]:
    query = f"SELECT state FROM {table} WHERE {key} = $1 AND ($2::text IS NULL OR owner_id = $2) AND NOT deleted" + (
        " FOR UPDATE" if lock else ""
    )
    row = await gateway.fetchrow(query, identity, owner)
    if row is None:
        raise not_found()
    state: dict[str, Any] = row["state"]
    return state
