"""Names of tables that people give, checked against the structure that is known."""

from collections.abc import Iterable
from typing import Any

from services.gateway.api.problems import Problem
from services.gateway.datasets.structure import known_tables, unknown_tables

_MOST_NAMED = 20


async def check_tables(connection: Any, datasource_id: str, names: Iterable[str]) -> None:
    """Refuse names of tables that the database did not have when its structure was last read."""
    if unknown := unknown_tables(names, await known_tables(connection, datasource_id) if names else None):
        raise Problem(422, "unknown_tables", names=", ".join(unknown[:_MOST_NAMED]))
