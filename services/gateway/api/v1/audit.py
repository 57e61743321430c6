"""/api/v1/audit: who did what, and when."""

from fastapi import APIRouter

from services.gateway.api.context import After, AskedLanguage, GatewayPart, Paging, SignedIn
from services.gateway.audit.read import acts
from services.gateway.audit.shown import AuditedAct
from services.gateway.shown import Page

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("", dependencies=[After])
async def list_acts(
    gateway: GatewayPart, account: SignedIn, paging: Paging, language: AskedLanguage
) -> Page[AuditedAct]:
    """What was done, the newest first: by everybody for an administrator, by oneself for a member."""
    who = None if account.role == "admin" else account.account_id
    return paging.of(*await acts(gateway.pool, who, paging.size, paging.offset, language))
