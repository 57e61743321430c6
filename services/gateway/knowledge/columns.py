"""Which columns a statement names that none of the tables it reads has, as far as that is certain."""

from collections.abc import Collection, Iterator, Mapping

from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.datasources.gate import parse

_NOT_LISTED: Mapping[Dialect, frozenset[str]] = {
    "postgres": frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"}),
    "mariadb": frozenset({"_rowid", "row_start", "row_end"}),
    "sqlite": frozenset({"rowid", "oid", "_rowid_", "rank"}),
}
"""Columns that tables have although their structure does not list them."""
_WITHOUT_PARENTHESES = frozenset(
    {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "utc_date", "utc_time",
     "utc_timestamp"}
)  # fmt: skip
"""Functions that may look like columns."""


def unknown_columns(sql: str, dialect: Dialect, tables: Mapping[str, Collection[str]]) -> list[str]:
    """The columns of an admitted statement that cannot be there; `tables` are names with the names of their columns.

    What a sub-query, a WITH clause or an alias names is taken as it is: the database will tell.
    """
    tree = parse(sql, dialect)
    known = {table.lower(): {name.lower() for name in names} for table, names in tables.items()}
    made = {part.alias.lower() for part in tree.find_all(exp.CTE)}
    unknown = []
    for column in tree.find_all(exp.Column):
        if not isinstance(column.this, exp.Star) and not _may_be_there(column, dialect, known, made):
            unknown.append(f"{column.table}.{column.name}" if column.table else column.name)
    return list(dict.fromkeys(unknown))


def _may_be_there(column: exp.Column, dialect: Dialect, known: Mapping[str, set[str]], made: Collection[str]) -> bool:
    name, table = column.name.lower(), column.table.lower()
    if name in _NOT_LISTED[dialect] or (not table and name in _WITHOUT_PARENTHESES):
        return True
    if not table and dialect == "sqlite" and column.this.args.get("quoted"):
        return True  # SQLite takes it as a text when there is no such column.
    if not isinstance(column.find_ancestor(exp.Query), exp.Select):
        return True  # ORDER BY of a UNION names columns of its result.
    for select in _around(column):
        if not table and name in (one.alias.lower() for one in select.expressions if isinstance(one, exp.Alias)):
            return True
        for source in _sources(select):
            called = source.alias_or_name.lower()
            if table and called != table:
                continue
            columns = None if _is_made(source, made) else known.get(source.name.lower())
            if not columns or name in columns or (not table and name == called):
                return True
    return False


def _around(column: exp.Column) -> Iterator[exp.Select]:
    """The selects whose rows a column can be of, from the innermost on: a sub-query sees those of the ones around it.

    What is read from, in FROM or WITH, does not see what else the same select reads, unless it is LATERAL.
    """
    inner: exp.Expr = column
    node, apart = inner.parent, False
    while node is not None:
        if isinstance(node, exp.Select):
            if not apart:
                yield node
            apart = False
        elif isinstance(node, exp.From | exp.Join):
            apart = apart or (inner is node.this and isinstance(inner, exp.Subquery) and _is_query(inner.this))
        elif isinstance(node, exp.With):
            apart = True
        inner, node = node, node.parent


def _is_query(node: exp.Expr) -> bool:
    return isinstance(node, exp.Select | exp.SetOperation)


def _sources(select: exp.Select) -> Iterator[exp.Expr]:
    for part in (select.args.get("from_"), *(select.args.get("joins") or []), *(select.args.get("laterals") or [])):
        for node in part.walk(prune=_is_query) if part else ():
            if isinstance(node, exp.Table | exp.DerivedTable | exp.UDTF):
                yield node


def _is_made(source: exp.Expr, made: Collection[str]) -> bool:
    """Whether the statement itself makes the rows of a source, or names their columns anew."""
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return True
    alias = source.args.get("alias")
    return source.name.lower() in made or bool(isinstance(alias, exp.TableAlias) and alias.columns)
