"""Which tables a query really reads: names of WITH clauses count only where the database itself would see them."""

from collections.abc import Collection

from sqlglot import exp

from libs.datasources.errors import RefusedByGate
from libs.datasources.gate_rules import HIDDEN_PREFIXES, HIDDEN_SCHEMAS, HIDDEN_TABLES

_DEFAULT_SCHEMAS = {
    "sqlite": frozenset({"", "main"}), "postgres": frozenset({"", "public"}), "mariadb": frozenset({""}),
}  # fmt: skip
"""Datasets name their tables without a schema, so these are the schemas they can be in."""

_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def check_tables(tree: exp.Query, dialect: str, allowed: Collection[str] | None) -> tuple[str, ...]:
    """The names of the tables read; raises `RefusedByGate` for one of the system's, or one that is not `allowed`."""
    known = None if allowed is None else {_comparable(name, dialect) for name in allowed}
    read: dict[str, None] = {}
    for table in _tables_read(tree, dialect):
        if not isinstance(table.this, exp.Identifier):
            raise RefusedByGate("table_function")
        name, schema = table.name.lower(), table.db.lower()
        hidden = name.startswith(HIDDEN_PREFIXES) or schema.startswith(HIDDEN_PREFIXES)
        if table.catalog or hidden or schema in HIDDEN_SCHEMAS[dialect] or name in HIDDEN_TABLES[dialect]:
            raise RefusedByGate("system_table", name=table.name)
        if known is not None and (_folded(table.this, dialect) not in known or schema not in _DEFAULT_SCHEMAS[dialect]):
            raise RefusedByGate("table", name=table.name)
        read[table.name] = None
    return tuple(read)


def _tables_read(tree: exp.Query, dialect: str) -> list[exp.Table]:
    """Every table that is no name of a WITH clause, each looked up in the clauses that it can see."""
    found: list[exp.Table] = []
    waiting: list[tuple[exp.Expr, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, visible = waiting.pop()
        clause = node.args.get("with_")
        if clause is not None:
            names = [_folded(part.args["alias"].this, dialect) for part in clause.expressions]
            # Without RECURSIVE, PostgreSQL shows a part only those before it: `WITH t AS (SELECT * FROM t)` reads the
            # real t. SQLite shows every part all of them, so there the inner t is an error and never the real one.
            if dialect == "sqlite" or clause.args.get("recursive"):
                visible |= frozenset(names)
            for name, part in zip(names, clause.expressions, strict=True):
                waiting.append((part, visible))
                visible |= {name}
        if isinstance(node, exp.Table):
            is_name = isinstance(node.this, exp.Identifier)
            if not (is_name and not node.args.get("db") and _folded(node.this, dialect) in visible):
                found.append(node)
        waiting.extend((child, visible) for child in node.iter_expressions() if child is not clause)
    return found


def _folded(identifier: exp.Identifier, dialect: str) -> str:
    """A name as the database compares it: PostgreSQL keeps quoted ones as they are, MySQL most often all.

    Only ASCII letters are folded.
    """
    if dialect == "mariadb" or (dialect == "postgres" and identifier.args.get("quoted")):
        return identifier.name
    return identifier.name.translate(_ASCII_LOWER)


def _comparable(name: str, dialect: str) -> str:
    return name.translate(_ASCII_LOWER) if dialect == "sqlite" else name
