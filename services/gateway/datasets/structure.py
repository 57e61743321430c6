"""What the names that people give for a dataset are checked against: the newest structure of its database."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from services.gateway.datasources.read import newest_structure

Tables: TypeAlias = Mapping[str, Mapping[str, str]]
"""Table -> its columns, each with its type as the database calls it."""


async def known_tables(connection: Any, datasource_id: str, picked: Iterable[str] = ()) -> Tables | None:
    """The tables of a data source, or the `picked` of them; None as long as its structure was not read."""
    parts = await newest_structure(connection, datasource_id)
    if parts is None:
        return None
    chosen = frozenset(picked)
    tables = [table for part in parts for table in part["tables"] if not chosen or table["name"] in chosen]
    return {table["name"]: {column["name"]: column["type"] for column in table["columns"]} for table in tables}


def unknown_tables(names: Iterable[str], known: Tables | None) -> list[str]:
    """Those names that no table has; none as long as nothing is known."""
    return [] if known is None else [name for name in dict.fromkeys(names) if name not in known]
