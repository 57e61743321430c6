"""Data sources and the tables found in them as the API shows them."""

from typing import Literal

from pydantic import Field as Called

from libs.events.catalog import DataSourceChanged, IndexDescription
from services.gateway.shown import Shown


class DataSource(Shown):
    """A database that can be asked; never its password."""

    id: str
    name: str
    kind: Literal["sqlite", "postgresql", "mysql"]
    host: str
    """Empty for SQLite."""
    port: int | None
    """Null: the usual one of its kind."""
    username: str
    database: str
    """Its name; for SQLite the path of its file."""
    sample_values: bool
    """Whether values of columns may be looked at and kept."""
    private_columns: tuple[str, ...]
    """Columns of which no values may be looked at, as `table.column`."""
    has_password: bool
    owner_id: str
    """The account that it belongs to."""
    version: int
    """Counts its changes from 1; also the ETag."""

    @classmethod
    def of(cls, event: DataSourceChanged) -> "DataSource":
        """As it is after a change."""
        settings = event.settings
        return cls(
            id=event.datasource_id, name=event.name, kind=settings.kind, host=settings.host, port=settings.port,
            username=settings.username, database=settings.database, sample_values=settings.sample_values,
            private_columns=settings.private_columns, has_password=settings.password_ciphertext is not None,
            owner_id=event.owner_id, version=event.version,
        )  # fmt: skip


class TriedConnection(Shown):
    """A connection that works; one that does not is a problem, which says what to do."""

    ok: Literal[True] = True
    server_version: str | None
    milliseconds: float
    """How long the database took."""
    tables: list[str]
    """The names of its tables."""


class Field(Shown):
    """A column of a table."""

    name: str
    type: str
    """As the database calls it."""
    nullable: bool
    default: str | None
    """As SQL."""
    primary_key: bool
    foreign_key: str | None
    """The column that it points at, as `table.column`, where the database declares one."""
    comment: str | None


class Table(Shown):
    """A table of a database, as it was last read."""

    table_name: str = Called(validation_alias="name")
    comment: str | None
    fields: list[Field] = Called(validation_alias="columns")
    indexes: tuple[IndexDescription, ...] = ()
    row_estimate: int | None
    """About how many rows it has; null where the database does not tell."""
