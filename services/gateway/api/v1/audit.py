"""/api/v1/audit: who did what, and when."""

from typing import Any

from fastapi import APIRouter

from services.gateway.api.context import After, AskedLanguage, GatewayPart, Paging, SignedIn
from services.gateway.audit.read import acts

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("", dependencies=[After])
async def listed(gateway: GatewayPart, account: SignedIn, paging: Paging, language: AskedLanguage) -> dict[str, Any]:
    """What was done, the newest first: by everybody for an administrator, by oneself for a member."""
    who = None if account.role == "admin" else account.account_id
    items, total = await acts(gateway.pool, who, paging.size, paging.offset, language)
    return paging.of(items, total)
