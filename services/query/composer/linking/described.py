"""The structure of a database with what its terms and relations say of it, where it says nothing itself: a term of a
column or table is its comment, and what rows of other tables point at is a key."""

from dataclasses import replace
from functools import lru_cache

from services.query.knowledge.schema import Schema, Table, Term


@lru_cache(maxsize=16)
def described(schema: Schema, terms: tuple[Term, ...]) -> Schema:
    """The same tables; those that are commented and have keys are as they were."""
    names = _names(terms)
    pointed_at = {(edge.target, edge.target_col) for edge in schema.relations}
    tables = tuple(_table(table, names, pointed_at) for table in schema.tables)
    return schema if tables == schema.tables else replace(schema, tables=tables)


def _names(terms: tuple[Term, ...]) -> dict[str, str]:
    """What a table, or a column as `table.column`, is called by its first term."""
    found: dict[str, str] = {}
    for term in terms:
        found.setdefault((term.sql_expression or term.definition).lower(), term.term)
    return found


def _table(table: Table, names: dict[str, str], pointed_at: set[tuple[str, str]]) -> Table:
    own = [column.name for column in table.columns if (table.name, column.name) in pointed_at]
    keyless = len(own) == 1 and not any(column.primary_key for column in table.columns)
    columns = tuple(
        replace(
            column,
            comment=column.comment or names.get(f"{table.name}.{column.name}".lower()),
            primary_key=column.primary_key or (keyless and column.name == own[0]),
        )
        for column in table.columns
    )
    return replace(table, columns=columns, comment=table.comment or names.get(table.name.lower()))
