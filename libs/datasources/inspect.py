"""Reads the structure of a user's database by reflection, in bulk: tables, columns, keys, comments, few values."""

import time
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, MetaData, String, Table, UniqueConstraint
from sqlalchemy import inspect as inspector_of
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.exc import SAWarning
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import NullType, TypeEngine, UserDefinedType

from libs.datasources.allowance import STATEMENT_SECONDS, Allowance
from libs.datasources.errors import DataSourceError, TookTooLong
from libs.datasources.kinds import kind_of
from libs.datasources.open import attempted, reading
from libs.datasources.relations import Place, relations_of
from libs.datasources.sample import MaySample, distinct_values, few_values
from libs.events.catalog import ColumnDescription, IndexDescription, Relation, TableDescription

INSPECTION_SECONDS = 60.0
"""A reading takes so long at most."""
_VALUES_SECONDS, _RELATIONS_SECONDS = 20.0, 20.0
"""Rows are looked at for so long at most: a database of thousands of tables, or a slow one, has not all looked at."""
_VALUES_SHARE, _RELATIONS_SHARE = 0.5, 0.7
"""And for such a share of the time that is left, so that the structure is told in time."""


Categories: TypeAlias = dict[str, tuple[str, ...]]
"""The columns of a table that hold text, each with the labels that its type has, if it is an enumeration."""


@dataclass(frozen=True)
class Structure:
    """What a database holds. `unreadable` are the tables that could not be read, each with the reason; of the
    others, `unsampled` are those whose values could not be looked at, mostly for want of time, and so
    `untested` the columns that might refer to a key."""

    server_version: str
    milliseconds: float
    tables: tuple[TableDescription, ...]
    relations: tuple[Relation, ...] = ()
    unreadable: tuple[tuple[str, DataSourceError], ...] = ()
    unsampled: frozenset[str] = frozenset()
    untested: frozenset[Place] = frozenset()


async def test_connection(engine: AsyncEngine) -> Structure:
    """Connect and read the version and the names of the tables; raises `DataSourceError`."""
    began = time.perf_counter()
    async with reading(engine, INSPECTION_SECONDS) as connection:
        version = await kind_of(connection).version(connection)
        names = await _names(connection)
    tables = tuple(TableDescription(name=name) for name in sorted(names))
    return Structure(version, (time.perf_counter() - began) * 1000, tables)


test_connection.__test__ = False  # type: ignore[attr-defined]  # no test of pytest, whatever its name


async def inspect(
    engine: AsyncEngine,
    only: Collection[str] = (),
    may_sample: MaySample = lambda _table, _column: True,
    seconds: float = INSPECTION_SECONDS,
) -> Structure:
    """Read the structure of all tables, or of `only` some, within `seconds`; raises `DataSourceError`.

    Values are looked at only where `may_sample`, asked with the names of table and column, says so.
    """
    began = time.perf_counter()
    async with reading(engine, seconds) as connection:
        kind = kind_of(connection)
        version = await kind.version(connection)
        names = await _names(connection, frozenset(only))
        unreadable = await _unreadable(connection, await kind.doubtful(connection, names))
        tables = await connection.run_sync(_reflect, names - unreadable.keys())
        estimates = await kind.row_estimates(connection)
        usable: list[TableDescription] = []
        unsampled: list[str] = []
        left = began + seconds - time.perf_counter()
        allowance = Allowance(connection, min(_VALUES_SECONDS, left * _VALUES_SHARE))
        for table, categories in tables:
            columns = table.columns
            try:
                columns = await _with_values(connection, table, categories, may_sample, allowance)
            except DataSourceError:
                if lost := await _lost(connection, table.name, allowance):
                    unreadable |= lost
                    continue
                unsampled.append(table.name)
            estimate = estimates.get(table.name)
            usable.append(table.model_copy(update={"columns": columns, "row_estimate": estimate}))
        left = began + seconds - time.perf_counter()
        allowance = Allowance(connection, min(_RELATIONS_SECONDS, left * _RELATIONS_SHARE))
        relations, untested = await relations_of(connection, usable, may_sample, allowance)
    milliseconds = (time.perf_counter() - began) * 1000
    left_out = tuple(sorted(unreadable.items()))
    return Structure(version, milliseconds, tuple(usable), relations, left_out, frozenset(unsampled), untested)


async def _names(connection: AsyncConnection, only: frozenset[str] = frozenset()) -> frozenset[str]:
    found = frozenset(await connection.run_sync(lambda sync: inspector_of(sync).get_table_names()))
    return (found & only if only else found).difference(await kind_of(connection).serving(connection))


async def _unreadable(connection: AsyncConnection, doubtful: Collection[str]) -> dict[str, DataSourceError]:
    """Those of the `doubtful` tables that cannot be read, before reading all at once fails for one of them."""
    quote, found = connection.dialect.identifier_preparer.quote_identifier, dict[str, DataSourceError]()
    for name in sorted(doubtful):
        try:
            async with attempted(connection):
                await connection.exec_driver_sql(f"SELECT * FROM {quote(name)} LIMIT 0")
        except DataSourceError as error:
            found[name] = error
    return found


def _reflect(connection: Connection, names: frozenset[str]) -> tuple[tuple[TableDescription, Categories], ...]:
    """All tables in a few queries for the whole schema, not a few for each table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # a type unknown to SQLAlchemy; we name it ourselves
        metadata = MetaData()
        # Asked so, a table that was dropped a moment ago is no error.
        metadata.reflect(connection, only=lambda name, _: name in names, resolve_fks=False)
    _name_unknown_types(connection, metadata)
    _sketch_what_keys_refer_to(metadata)
    tables = [metadata.tables[name] for name in sorted(names) if name in metadata.tables]
    return tuple((_describe(connection, table), _categories(table)) for table in tables)


def _categories(table: Table) -> Categories:
    kinds = {column.name: _basis(column.type) for column in table.columns}
    return {name: tuple(getattr(kind, "enums", ())) for name, kind in kinds.items() if isinstance(kind, String)}


def _basis(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return _basis(kind.data_type) if isinstance(kind, DOMAIN) else kind


class _NamedType(UserDefinedType[Any]):
    """A type of which only its name is known, such as an extension's."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        """The name as CREATE TABLE has it."""
        return self.name


def _name_unknown_types(connection: Connection, metadata: MetaData) -> None:
    """Types that SQLAlchemy does not know (xml, geometry, none at all in SQLite) keep their names, and are no error."""
    unknown = [c for table in metadata.tables.values() for c in table.columns if isinstance(c.type, NullType)]
    if not unknown:
        return
    kind = kind_of(connection)
    names = kind.type_names(connection, {column.table.name for column in unknown})
    for column in unknown:
        column.type = _NamedType(names.get((column.table.name, column.name), "ANY"))


def _sketch_what_keys_refer_to(metadata: MetaData) -> None:
    """CREATE TABLE cannot be written without what keys refer to: tables not asked for, of other schemas, or missing."""
    for key in [key for table in metadata.tables.values() for key in table.foreign_keys]:
        place, _, column = key.target_fullname.rpartition(".")
        schema, _, name = place.rpartition(".")
        target = Table(name, metadata, schema=schema or None)
        if column not in target.columns:
            target.append_column(Column(column))


def _describe(connection: Connection, table: Table) -> TableDescription:
    columns = tuple(
        ColumnDescription(
            name=column.name,
            type=column.type.compile(connection.dialect),
            nullable=bool(column.nullable),
            default=str(getattr(column.server_default, "arg", "")) or None if column.server_default else None,
            primary_key=column.primary_key,
            foreign_key=next((key.target_fullname for key in column.foreign_keys), None),
            comment=column.comment,
        )
        for column in table.columns
    )
    create = str(CreateTable(table).compile(dialect=connection.dialect)).strip()
    return TableDescription(
        name=table.name, comment=table.comment, create_table=create, columns=columns, indexes=tuple(_indexes(table))
    )


def _indexes(table: Table) -> Iterator[IndexDescription]:
    unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    found = {str(each.name or ""): (each.columns.keys(), True) for each in unique}
    found |= {str(each.name): (each.columns.keys(), bool(each.unique)) for each in table.indexes}
    for name, (columns, once) in sorted(found.items()):
        if columns:
            yield IndexDescription(name=name, columns=tuple(columns), unique=once)


async def _with_values(
    connection: AsyncConnection,
    table: TableDescription,
    categories: Categories,
    may_sample: MaySample,
    allowance: Allowance,
) -> tuple[ColumnDescription, ...]:
    """The columns with the values of those that have few; raises `DataSourceError` when it is about this table."""
    asked = {name: labels for name, labels in categories.items() if may_sample(table.name, name)}
    values = {name: few for name, labels in asked.items() if (few := few_values(labels))}
    if texts := [name for name, labels in asked.items() if not labels]:
        if not allowance.left:
            raise TookTooLong
        async with attempted(connection):
            values |= await distinct_values(connection, table.name, texts, allowance)
    return tuple(
        column.model_copy(update={"values": values[column.name]}) if column.name in values else column
        for column in table.columns
    )


async def _lost(connection: AsyncConnection, table: str, allowance: Allowance) -> dict[str, DataSourceError]:
    """Why nothing of a table can be read any more; nothing when it is only its values."""
    if not allowance.left:
        return {}
    await kind_of(connection).limit(connection, STATEMENT_SECONDS)
    return await _unreadable(connection, [table])
