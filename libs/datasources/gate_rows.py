"""Row policies on the tree: where a table that has one is read, only the rows are there that its condition holds for.

Every such place becomes `(SELECT * FROM t WHERE condition) AS t`, with a LIMIT that cuts nothing: it keeps the database
from trying a condition of the asker's on hidden rows first, whose errors would tell of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate_tables import folded, tables_read

Conditions = Mapping[str, Sequence[exp.Expr]]
"""Table, as the database compares its name -> conditions that must all hold for each of its rows."""

_CUTS_NOTHING = {"sqlite": (-1, 0), "postgres": (None, 0), "mariadb": (2**64 - 1, None)}
"""LIMIT and OFFSET."""
_HIDDEN_COLUMNS = frozenset({"rowid", "oid", "_rowid_"})
"""SQLite gives them for tables, and NULL, without a word, for the rows of a query."""
_KEPT, _MOVED = {"this", "db", "only"}, {"alias", "joins"}
_OF_MORE_THAN_A_ROW = (exp.Query, exp.AggFunc, exp.Window, exp.Star, exp.Alias)


def is_of_one_row(condition: exp.Expr) -> bool:
    """Whether an expression asks nothing but the columns of one row: no sub-query, no aggregate, no other table."""
    return not any(isinstance(node, _OF_MORE_THAN_A_ROW) for node in condition.walk())


def restricted(
    tree: exp.Query, dialect: Dialect, conditions: Conditions, columns: Iterable[Collection[str]]
) -> exp.Query:
    """A copy of a checked tree that sees only the rows that `conditions` hold for; raises `RefusedByGate`.

    `columns` are those of each table that there is.
    """
    hidden = (_HIDDEN_COLUMNS if dialect == "sqlite" else frozenset()).difference(*columns)
    copy = tree.copy()
    for table in tables_read(copy, dialect):
        if of_table := conditions.get(folded(table.this, dialect)):
            table.replace(_visible(table, dialect, of_table))
    for column in copy.find_all(
        exp.Column
    ):  # The rows of `public.t` are now those of a sub-query, which has no schema.
        if column.name.lower() in hidden:
            raise RefusedByGate("policy", name=column.name)
        column.set("db", None)
    return copy


def _visible(table: exp.Table, dialect: Dialect, conditions: Sequence[exp.Expr]) -> exp.Subquery:
    given = {name for name, value in table.args.items() if value}
    alias = table.args.get("alias") or exp.TableAlias(this=table.this.copy())
    if given - _KEPT - _MOVED or alias.this is None:
        raise RefusedByGate("policy", name=table.name)
    rows = exp.Table(**{name: table.args[name] for name in given & _KEPT})
    shown = exp.select("*").from_(rows).where(*(_qualified(each, table) for each in conditions), copy=False)
    limit, offset = _CUTS_NOTHING[dialect]
    shown = shown.limit(limit, copy=False) if limit else shown
    shown = shown.offset(offset, copy=False) if offset is not None else shown
    return exp.Subquery(this=shown, alias=alias, joins=table.args.get("joins"))


def _qualified(condition: exp.Expr, table: exp.Table) -> exp.Paren:
    """With the table before every column: a name that the table has lost must not be found in a query around it."""
    if not is_of_one_row(condition):
        raise RefusedByGate("policy", name=table.name)
    named = exp.Paren(this=condition.copy())
    for column in list(named.find_all(exp.Column)):
        column.replace(exp.Column(this=column.this, table=table.this.copy()))
    return named
