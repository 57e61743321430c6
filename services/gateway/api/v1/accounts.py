"""/api/v1/auth: sign in, who am I, tokens, passwords, accounts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, status
from pydantic import BaseModel

from services.gateway.accounts.shown import IssuedToken, Session
from services.gateway.accounts.store import TOKEN_SECONDS, Account, LastAdministrator, LoginSlowedDown
from services.gateway.api.context import Administrator, GatewayPart, Paging, SignedIn
from services.gateway.api.fields import Body, GivenPassword, Password, Username
from services.gateway.api.problems import Problem, not_found
from services.gateway.api.tells import NOTHING
from services.gateway.shown import Page

router = APIRouter(prefix="/auth", tags=["accounts"])


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").partition(" ")[2]


Token = Annotated[str, Depends(_token)]
"""The token that a request carries."""


class Credentials(BaseModel):
    """The form of a login, as OAuth 2 has it; what else its clients send says nothing here."""

    grant_type: Literal["password"] | None = None
    username: str
    password: str


class NewAccount(Body):
    """An account to be made."""

    username: Username
    password: Password
    role: Literal["admin", "member"] = "member"


class AccountChange(Body):
    """What is to be changed of an account; what is left out stays."""

    active: bool | None = None
    role: Literal["admin", "member"] | None = None


class NewPassword(Body):
    """A password in place of the old one."""

    old_password: GivenPassword
    new_password: Password


@router.post("/login")
async def login(form: Annotated[Credentials, Form()], gateway: GatewayPart) -> IssuedToken:
    """A token for a username and a password."""
    if "\x00" in form.username:
        raise Problem(401, "login_failed")
    try:
        token = await gateway.accounts.login(form.username, form.password)
    except LoginSlowedDown as slowed:
        raise _slowed_down(slowed) from None
    if token is None:
        raise Problem(401, "login_failed")
    return IssuedToken(access_token=token, expires_in=TOKEN_SECONDS)


@router.post("/logout", **NOTHING)
async def logout(token: Token, gateway: GatewayPart, _account: SignedIn) -> None:
    """End the token that this request carries."""
    await gateway.accounts.tokens.end_current(token)


@router.post("/logout-everywhere", **NOTHING)
async def logout_everywhere(gateway: GatewayPart, account: SignedIn) -> None:
    """End all tokens of the signed-in account, this one too."""
    await gateway.accounts.logout_everywhere(account)


@router.get("/tokens")
async def list_tokens(token: Token, gateway: GatewayPart, account: SignedIn, paging: Paging) -> Page[Session]:
    """Where one is signed in: each token's id and times, and whether it is this request's; never the token."""
    return paging.of(*await gateway.accounts.tokens.page(account.account_id, token, paging.size, paging.offset))


@router.delete("/tokens/{token_id}", **NOTHING)
async def end_token(token_id: str, gateway: GatewayPart, account: SignedIn) -> None:
    """End a token of one's own."""
    if not await gateway.accounts.end_token(account, token_id):
        raise not_found()


@router.post("/password", **NOTHING)
async def change_password(body: NewPassword, token: Token, gateway: GatewayPart, account: SignedIn) -> None:
    """Change one's password, which ends all other tokens."""
    try:
        changed = await gateway.accounts.change_password(
            account, body.old_password.get_secret_value(), body.new_password.get_secret_value(), token
        )
    except LoginSlowedDown as slowed:
        raise _slowed_down(slowed) from None
    if not changed:
        raise Problem(403, "wrong_password")


@router.get("/me")
async def get_me(account: SignedIn) -> Account:
    """The signed-in account."""
    return account


@router.post("/users", status_code=status.HTTP_201_CREATED)
async def create_account(body: NewAccount, gateway: GatewayPart, admin: Administrator) -> Account:
    """A new account, made by an administrator."""
    account = await gateway.accounts.create(
        body.username, body.password.get_secret_value(), body.role, admin.account_id
    )
    if account is None:
        raise Problem(409, "name_taken", name=body.username)
    return account


@router.get("/users")
async def list_accounts(gateway: GatewayPart, _admin: Administrator, paging: Paging) -> Page[Account]:
    """The accounts, oldest first."""
    return paging.of(*await gateway.accounts.page(paging.size, paging.offset))


@router.patch("/users/{account_id}")
async def change_account(account_id: str, body: AccountChange, gateway: GatewayPart, admin: Administrator) -> Account:
    """Open or close an account, or give it another role; closing ends its tokens. One administrator always stays."""
    account = await gateway.accounts.change(account_id, body.active, body.role, admin.account_id)
    if account is None:
        raise not_found()
    if isinstance(account, LastAdministrator):
        raise Problem(409, "last_administrator")
    return account


def _slowed_down(slowed: LoginSlowedDown) -> Problem:
    headers = {"Retry-After": str(slowed.seconds)}
    return Problem(429, "login_slowed_down", headers=headers, seconds=slowed.seconds)
