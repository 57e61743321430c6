"""What a query speaks of: the tables, columns and stored values in it, by their real names."""

from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse
from services.query.knowledge.schema import Schema


@dataclass(frozen=True)
class Element:
    """A table; a column of it; or a value that a column is compared with."""

    table: str
    column: str | None = None
    value: str | None = None


@lru_cache(maxsize=5_000)
def elements(sql: str, schema: Schema) -> frozenset[Element]:
    """The elements of a query; none of one that cannot be read."""
    try:
        tree = parse(sql, schema.dialect)
        scopes = traverse_scope(tree)
    except (RefusedByGate, SqlglotError):
        return frozenset()
    found: set[Element] = set()
    for scope in scopes:
        tables = _tables(scope, schema)
        found |= {Element(table) for table in tables.values()}
        for column in scope.columns:
            if owner := owner_of(column, tables, schema):
                found.add(owner)
                found |= {Element(owner.table, owner.column, value) for value in _compared(column)}
    return frozenset(found)


def _tables(scope: Scope, schema: Schema) -> dict[str, str]:
    """Alias, in small letters, -> real name of each table that a scope reads."""
    return {
        alias.lower(): schema.table(source.name).name
        for alias, source in scope.sources.items()
        if isinstance(source, exp.Table) and source.name.lower() in schema.by_name
    }


def owner_of(column: exp.Column, tables: dict[str, str], schema: Schema) -> Element | None:
    """The column that is meant, among those of `tables` (alias -> name)."""
    wanted = [tables[column.table.lower()]] if column.table.lower() in tables else list(tables.values())
    for table in wanted if not column.table or column.table.lower() in tables else ():
        if known := schema.table(table).column(column.name):
            return Element(table, known.name)
    return None


def _compared(column: exp.Column) -> list[str]:
    """The texts that a column is compared with: of `a = 'x'`, `a IN ('x', 'y')`, `a LIKE 'x%'`."""
    parent = column.parent
    if not isinstance(parent, exp.EQ | exp.NEQ | exp.In | exp.Like):
        return []
    return [literal.this for literal in parent.find_all(exp.Literal) if literal.is_string]
