"""The one gate for SQL: whatever wants to run on a user's database is parsed, checked by allow-list, and rendered anew.

What runs is never the text that came in but the text of the checked tree, so that comments, odd spacing and whatever a
parser might read differently from a database are gone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from libs.datasources.errors import RefusedByGate
from libs.datasources.gate_rules import FUNCTIONS, HIDDEN_PREFIXES, HIDDEN_SCHEMAS, NAMED, SYNTAX

Dialect = Literal["sqlite", "postgres"]

_LONGEST = 20_000
_MOST_NODES = 5_000
DEFAULT_LIMIT = 1_000
_DEFAULT_SCHEMAS = frozenset({"", "public", "main"})
"""Datasets name their tables without a schema, so these are the schemas they can be in."""


@dataclass(frozen=True)
class Admitted:
    """SQL that may run: rendered from the checked tree. `limited` when the LIMIT was added or lowered."""

    sql: str
    tables: tuple[str, ...]
    limited: bool


def dialect_of(kind: str) -> Dialect:
    """The dialect of a kind of data source."""
    return "sqlite" if kind == "sqlite" else "postgres"


def admit(
    sql: str, dialect: Dialect, *, tables: Collection[str] | None = None, limit: int | None = DEFAULT_LIMIT
) -> Admitted:
    """Check one statement; raises `RefusedByGate`. With `tables`, only those may be read; `limit` caps the rows."""
    try:
        tree = _only_statement(sql, dialect)
        _check_syntax(tree, dialect)
        read = _check_tables(tree, tables)
        limited = limit is not None and _apply_limit(tree, limit)
        rendered = tree.sql(dialect=dialect, comments=False)
    except RecursionError:
        raise RefusedByGate("too_deep", "it is nested too deeply") from None
    return Admitted(rendered, read, limited)


def _only_statement(sql: str, dialect: Dialect) -> exp.Query:
    if not sql.strip():
        raise RefusedByGate("empty", "it is empty")
    if len(sql) > _LONGEST or "\x00" in sql:
        raise RefusedByGate("too_long", f"it is longer than {_LONGEST} characters or no text")
    try:
        statements = [statement for statement in parse(sql, dialect=dialect) if statement is not None]
    except SqlglotError as error:
        raise RefusedByGate("unparsable", f"it cannot be parsed: {str(error).splitlines()[0][:120]}") from None
    if len(statements) != 1:
        raise RefusedByGate("several", "it is not exactly one statement")
    statement = statements[0]
    if not isinstance(statement, exp.Select | exp.SetOperation):
        raise RefusedByGate("no_select", f"it is {type(statement).__name__.upper()}, not a SELECT")
    return statement


def _check_syntax(tree: exp.Query, dialect: Dialect) -> None:
    for count, node in enumerate(tree.walk()):
        if count > _MOST_NODES:
            raise RefusedByGate("too_large", "it has too many parts")
        kind = type(node)
        if kind is exp.Anonymous:
            if node.name.lower() not in NAMED[dialect] or isinstance(node.parent, exp.Dot | exp.Table):
                raise RefusedByGate("function", f"the function {node.name!r} is not allowed")
        elif kind not in SYNTAX and kind not in FUNCTIONS:
            raise RefusedByGate("syntax", f"{kind.__name__} is not allowed")
        _check_arguments(node)


def _check_arguments(node: exp.Expr) -> None:
    """What hides in the arguments of an allowed node instead of being a node itself."""
    if isinstance(node, exp.Select) and (node.args.get("into") or node.args.get("locks") or node.args.get("hint")):
        raise RefusedByGate("syntax", "INTO, FOR UPDATE and hints are not allowed")
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.USERDEFINED:
        raise RefusedByGate("type", "casts to this type are not allowed")
    if isinstance(node, exp.Dot) and not isinstance(node.expression, exp.Identifier | exp.Star):
        raise RefusedByGate("function", "functions of a schema are not allowed")
    if isinstance(node, exp.With) and node.args.get("recursive") and not _bounded(node):
        raise RefusedByGate("recursion", "a recursive query needs a LIMIT or a WHERE inside")


def _bounded(node: exp.With) -> bool:
    return any(cte.find(exp.Limit) or cte.find(exp.Where) for cte in node.expressions)


def _check_tables(tree: exp.Query, allowed: Collection[str] | None) -> tuple[str, ...]:
    known = None if allowed is None else {name.lower() for name in allowed}
    read: dict[str, None] = {}
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            raise RefusedByGate("table", "a function is no table here")
        name, schema = table.name.lower(), table.db.lower()
        if not schema and name in _common_tables(table):
            continue
        if (
            table.catalog
            or schema in HIDDEN_SCHEMAS
            or schema.startswith(HIDDEN_PREFIXES)
            or name.startswith(HIDDEN_PREFIXES)
        ):
            raise RefusedByGate("system_table", f"the table {table.name!r} belongs to the system")
        if known is not None and (name not in known or schema not in _DEFAULT_SCHEMAS):
            raise RefusedByGate("table", f"there is no table {table.name!r} in this dataset")
        read[table.name] = None
    return tuple(read)


def _common_tables(table: exp.Table) -> set[str]:
    """Names of the WITH clauses around a table."""
    names: set[str] = set()
    node: exp.Expr | None = table
    while node is not None:
        clause = node.args.get("with_") or node.args.get("with")
        if clause:
            names |= {cte.alias.lower() for cte in clause.expressions}
        node = node.parent
    return names


def _apply_limit(tree: exp.Query, limit: int) -> bool:
    """Add a LIMIT, or lower the one that is there; True when something changed."""
    fetch = tree.args.get("fetch")
    current = tree.args.get("limit")
    if fetch is not None or isinstance(current, exp.Fetch):
        raise RefusedByGate("syntax", "write LIMIT instead of FETCH")
    if current is not None:
        value = current.expression
        if (
            isinstance(value, exp.Literal)
            and not value.is_string
            and value.this.isdecimal()
            and int(value.this) <= limit
        ):
            return False
    tree.set("limit", exp.Limit(expression=exp.Literal.number(limit)))
    return True
