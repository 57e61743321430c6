"""Completes what was read of a database: what could not be looked at is as it was known, not gone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.datasources.inspect import Structure
from libs.datasources.sample import MaySample
from libs.events.catalog import ColumnDescription, Relation, TableDescription
from libs.knowledge.relations import unique_relations
from libs.postgres.pool import Connection

_NEWEST = """
SELECT tables, relations FROM structures WHERE datasource_id = $1 AND sequence = (
    SELECT max(sequence) FROM structures WHERE datasource_id = $1)
"""


@dataclass(frozen=True)
class Newest:
    """The newest structure that is known of a database; nothing before the first."""

    tables: Sequence[TableDescription]
    relations: Sequence[Relation]


async def newest_structure(connection: Connection, datasource_id: str) -> Newest:
    """Load it."""
    rows = await connection.fetch(_NEWEST, datasource_id)
    return Newest(
        [TableDescription.model_validate(table) for row in rows for table in row["tables"]],
        [Relation.model_validate(edge) for row in rows for edge in row["relations"]],
    )


async def completed(connection: Connection, datasource_id: str, read: Structure, may_sample: MaySample) -> Structure:
    """`read` with what is known of the values that were not looked at, and of the relations that were not tested.

    Values that may not be looked at any more, as `may_sample` says, are not taken over.
    """
    if not (read.unsampled or read.untested):
        return read
    newest = await newest_structure(connection, datasource_id)
    known = {
        (table.name, column.name, column.type): column.values
        for table in newest.tables
        for column in table.columns
        if table.name in read.unsampled and may_sample(table.name, column.name)
    }

    def whole(table: TableDescription, column: ColumnDescription) -> ColumnDescription:
        values = column.values or known.get((table.name, column.name, column.type), ())
        return column.model_copy(update={"values": values})

    tables = [
        table.model_copy(update={"columns": tuple(whole(table, column) for column in table.columns)})
        if table.name in read.unsampled
        else table
        for table in read.tables
    ]
    edges = [
        edge
        for edge in newest.relations
        if (edge.source, edge.source_col, edge.target, edge.target_col) in read.untested
    ]
    return replace(read, tables=tuple(tables), relations=tuple(unique_relations([*read.relations, *edges])))
