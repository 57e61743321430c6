"""/api/v1/auth: sign in, who am I, accounts."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, status
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

from services.gateway.accounts.store import TOKEN_SECONDS, LoginSlowedDown
from services.gateway.api.context import Administrator, GatewayPart, SignedIn
from services.gateway.api.fields import Password, Username
from services.gateway.api.problems import Problem

router = APIRouter(prefix="/auth", tags=["accounts"])


class NewAccount(BaseModel):
    """An account to be made."""

    username: Username
    password: Password
    role: Literal["admin", "member"] = "member"


@router.post("/login")
async def login(form: Annotated[OAuth2PasswordRequestForm, Depends()], gateway: GatewayPart) -> dict[str, Any]:
    """A token for a username and a password."""
    if "\x00" in form.username:
        raise Problem(401, "login_failed")
    try:
        token = await gateway.accounts.login(form.username, form.password)
    except LoginSlowedDown as slowed:
        headers = {"Retry-After": str(slowed.seconds)}
        raise Problem(429, "login_slowed_down", headers=headers, seconds=slowed.seconds) from None
    if token is None:
        raise Problem(401, "login_failed")
    return {"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS}


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(request: Request, gateway: GatewayPart, _account: SignedIn) -> None:
    """End the token that this request carries."""
    await gateway.accounts.logout(request.headers["authorization"].partition(" ")[2])


@router.get("/me")
async def me(account: SignedIn) -> dict[str, Any]:
    """The signed-in account."""
    return vars(account)


@router.post("/users", status_code=status.HTTP_201_CREATED)
async def create_account(body: NewAccount, gateway: GatewayPart, _admin: Administrator) -> dict[str, Any]:
    """A new account, made by an administrator."""
    account = await gateway.accounts.create(body.username, body.password.get_secret_value(), body.role)
    if account is None:
        raise Problem(409, "name_taken", name=body.username)
    return vars(account)


@router.get("/users")
async def accounts(gateway: GatewayPart, _admin: Administrator) -> list[dict[str, Any]]:
    """Every account."""
    return [vars(account) for account in await gateway.accounts.all()]
