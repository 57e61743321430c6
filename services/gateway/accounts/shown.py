"""Accounts and tokens as the API shows them."""

from datetime import datetime
from typing import Literal

from services.gateway.shown import Shown


class IssuedToken(Shown):
    """What to send as `Authorization: Bearer ...`."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int
    """Seconds."""


class Session(Shown):
    """Where one is signed in; never the token itself."""

    id: str
    """By which it can be ended."""
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    """To the minute; null as long as it was not used."""
    current: bool
    """Whether this request came with its token."""
