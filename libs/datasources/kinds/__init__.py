"""The kinds of users' databases: a file for each, and what all of them have in common in base.py."""

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from libs.datasources.kinds.base import Kind
from libs.datasources.kinds.mysql import MySQL
from libs.datasources.kinds.postgresql import PostgreSQL
from libs.datasources.kinds.sqlite import SQLite

__all__ = ["KINDS", "Kind", "kind_of"]

KINDS: dict[str, Kind] = {"sqlite": SQLite(), "postgresql": PostgreSQL(), "mysql": MySQL()}
"""By the name that a data source has."""


def kind_of(opened: AsyncEngine | AsyncConnection | Connection) -> Kind:
    """The kind of a database that is open."""
    return KINDS[{"mariadb": "mysql"}.get(opened.dialect.name, opened.dialect.name)]
