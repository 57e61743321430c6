"""The acts as people look at them: an administrator at all, everybody else at their own."""

from typing import Any

import asyncpg

from libs.language.catalogue import Language, text
from services.gateway.audit.shown import AuditedAct

_OF = "FROM (SELECT * FROM audit UNION ALL SELECT * FROM acts) AS act WHERE $1::text IS NULL OR who = $1"
_COUNT = f"SELECT count(*) {_OF}"
_PAGE = f"""
SELECT page.*, username FROM (SELECT * {_OF} ORDER BY at DESC, event_id DESC LIMIT $2 OFFSET $3) AS page
LEFT JOIN accounts ON account_id = who ORDER BY at DESC, event_id DESC
"""


async def acts(
    pool: "asyncpg.Pool[Any]", who: str | None, size: int, offset: int, language: Language
) -> tuple[list[AuditedAct], int]:
    """A page of the acts of `who`, or of everybody, the newest first, and how many there are in all."""
    rows = await pool.fetch(_PAGE, who, size, offset)
    return [_shown(row, language) for row in rows], await pool.fetchval(_COUNT, who)


def _shown(row: "asyncpg.Record", language: Language) -> AuditedAct:
    told = {name: row[name] for name in ("at", "username", "action", "subject_id", "dataset_id", "about")}
    action_text = text(f"audit.{row['action']}", language)
    return AuditedAct(id=row["event_id"], who=row["who"] or None, action_text=action_text, **told)
