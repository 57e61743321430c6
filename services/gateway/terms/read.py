"""The business terms of a dataset as they are now."""

from typing import Any

_TERMS = "SELECT state FROM terms WHERE dataset_id = $1 AND NOT deleted ORDER BY term_id"
_CHANGES = "SELECT coalesce(max(terms_version), 0) FROM terms WHERE dataset_id = $1"


async def terms_of(connection: Any, dataset_id: str) -> list[dict[str, Any]]:
    """The states of all terms, the oldest first. `connection` may be a pool."""
    return [row["state"] for row in await connection.fetch(_TERMS, dataset_id)]


async def changes_of(connection: Any, dataset_id: str) -> int:
    """How often the terms of a dataset were changed."""
    return int(await connection.fetchval(_CHANGES, dataset_id))
