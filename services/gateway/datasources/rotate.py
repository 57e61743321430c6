"""Writes passwords of data sources again under the newest key, so that an older key can be taken away."""

from dataclasses import dataclass
from typing import Any

import asyncpg

from libs.datasources.secrets import SecretBox, SecretUnreadable
from libs.events.catalog import DataSourceChanged
from libs.events.transaction import transaction
from libs.runtime.clock import now
from services.gateway.audit.acts import SYSTEM
from services.gateway.datasources.decider import decide_change
from services.gateway.projections import HANDLERS

_ENCRYPTED = """
SELECT datasource_id, state->'settings'->>'password_ciphertext' AS token, state->'settings'->>'key_id' AS key_id
FROM datasources WHERE state->'settings'->>'password_ciphertext' IS NOT NULL ORDER BY datasource_id
"""
_LOCKED = "SELECT state FROM datasources WHERE datasource_id = $1 FOR UPDATE"


class KeysMissing(Exception):
    """Passwords were encrypted with keys that are not here; the message names the data sources and the keys' ids."""

    def __init__(self, unreadable: dict[str, str]) -> None:
        named = ", ".join(f"{datasource_id} (key {key_id})" for datasource_id, key_id in unreadable.items())
        super().__init__(
            f"nothing was changed: the keys that these data sources' passwords were encrypted with are not in "
            f"ESPALIER_SECRET_KEYS: {named}. Put the old keys behind the new one, or enter those passwords again."
        )


@dataclass(frozen=True)
class Rotated:
    """How many passwords were written again, and how many were under the newest key already."""

    rotated: int
    current: int


async def rotate_keys(pool: "asyncpg.Pool[Any]", secrets: SecretBox) -> Rotated:
    """Bring every password under the newest key; raises `KeysMissing` before anything is written.

    Each data source is written in a transaction of its own, so what was stopped goes on when it is begun again.
    """
    rows = await pool.fetch(_ENCRYPTED)
    outdated = [row for row in rows if row["key_id"] != secrets.key_id]
    if unreadable := {row["datasource_id"]: row["key_id"] for row in outdated if not _readable(secrets, row["token"])}:
        raise KeysMissing(unreadable)
    rotated = sum([await _rotate(pool, secrets, row["datasource_id"]) for row in outdated])
    return Rotated(rotated, len(rows) - rotated)


async def _rotate(pool: "asyncpg.Pool[Any]", secrets: SecretBox, datasource_id: str) -> bool:
    """Write one password again, unless somebody was faster or it is gone."""
    async with transaction(pool, "gateway") as opened:
        before = DataSourceChanged.model_validate(await opened.connection.fetchval(_LOCKED, datasource_id))
        token = before.settings.password_ciphertext
        if token is None or before.settings.key_id == secrets.key_id:
            return False
        made = secrets.rotate(token)
        settings = {"password_ciphertext": made.token, "key_id": made.key_id}
        changed = decide_change(before, None, settings, now(), SYSTEM)
        await HANDLERS.apply_own(opened, changed)
    return True


def _readable(secrets: SecretBox, token: str) -> bool:
    try:
        secrets.decrypt(token)
    except SecretUnreadable:
        return False
    return True
