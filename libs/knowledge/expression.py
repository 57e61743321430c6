"""Whether the SQL expression of a business term can be part of a statement, decided before a question needs it."""

from collections.abc import Collection, Mapping

from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.datasources.gate import admit, parse_expression


def unknown_names(expression: str, dialect: Dialect, known: Mapping[str, Collection[str]] | None) -> list[str]:
    """The tables and columns of an expression that the dataset does not have; none while its structure is unknown.

    Raises `RefusedByGate` for what would not run: no SQL, a function that is not allowed, a table of the system.
    """
    tree = parse_expression(expression, dialect)
    part = exp.Subquery(this=tree.copy()) if isinstance(tree, exp.Query) else tree.copy()
    admit(exp.select(part).sql(dialect=dialect), dialect)
    if known is None:
        return []
    columns = {table.lower(): {name.lower() for name in names} for table, names in known.items()}
    named = {alias.name.lower() for alias in tree.find_all(exp.TableAlias)}
    given = {alias.alias.lower() for alias in tree.find_all(exp.Alias)}
    unknown = [table.name for table in tree.find_all(exp.Table) if table.name.lower() not in columns.keys() | named]
    for column in tree.find_all(exp.Column):
        if not isinstance(column.this, exp.Star) and not _is_known(column, columns, named, given):
            unknown.append(f"{column.table}.{column.name}" if column.table else column.name)
    return list(dict.fromkeys(unknown))


def _is_known(column: exp.Column, columns: dict[str, set[str]], named: set[str], given: set[str]) -> bool:
    """Names that the expression gives itself, in a sub-query, are taken as they are: the database will tell."""
    name, table = column.name.lower(), column.table.lower()
    if table:
        return table in named or name in columns.get(table, ())
    return bool(named) or name in given or name in columns or any(name in names for names in columns.values())
