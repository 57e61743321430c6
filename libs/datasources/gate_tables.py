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
    known = None if allowed is None else {comparable(name, dialect) for name in allowed}
    read: dict[str, None] = {}
    for table in tables_read(tree, dialect):
        if not isinstance(table.this, exp.Identifier):
            raise RefusedByGate("table_function")
        name, schema = table.name.lower(), table.db.lower()
        hidden = name.startswith(HIDDEN_PREFIXES) or schema.startswith(HIDDEN_PREFIXES)
        if table.catalog or hidden or schema in HIDDEN_SCHEMAS[dialect] or name in HIDDEN_TABLES[dialect]:
            raise RefusedByGate("system_table", name=table.name)
        if known is not None and (folded(table.this, dialect) not in known or schema not in _DEFAULT_SCHEMAS[dialect]):
            raise RefusedByGate("table", name=table.name)
        read[table.name] = None
    return tuple(read)


def tables_read(tree: exp.Query, dialect: str) -> list[exp.Table]:
    """Every table that is no name of a WITH clause, each looked up in the clauses that it can see."""
    found: list[exp.Table] = []
    waiting: list[tuple[exp.Expr, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, visible = waiting.pop()
        clause = node.args.get("with_")
        if clause is not None:
            names = [folded(part.args["alias"].this, dialect) for part in clause.expressions]
            # Without RECURSIVE, PostgreSQL shows a part only those before it: `WITH t AS (SELECT * FROM t)` reads the
            # real t. SQLite shows every part all of them, so there the inner t is an error and never the real one.
            # With RECURSIVE, MySQL shows a part itself and those before it; the others all of them.
            recursive = clause.args.get("recursive")
            if dialect == "sqlite" or (recursive and dialect == "postgres"):
                visible |= frozenset(names)
            for name, part in zip(names, clause.expressions, strict=True):
                waiting.append((part, visible | {name} if recursive else visible))
                visible |= {name}
        if isinstance(node, exp.Table):
            is_name = isinstance(node.this, exp.Identifier)
            if not (is_name and not node.args.get("db") and folded(node.this, dialect) in visible):
                found.append(node)
        waiting.extend((child, visible) for child in node.iter_expressions() if child is not clause)
    return found


def folded(identifier: exp.Identifier, dialect: str) -> str:
    """A name as the database compares it: PostgreSQL keeps quoted ones as they are, MySQL most often all.

    Only ASCII letters are folded.
    """
    if dialect == "mariadb" or (dialect == "postgres" and identifier.args.get("quoted")):
        return identifier.name
    return identifier.name.translate(_ASCII_LOWER)


def comparable(name: str, dialect: str) -> str:
    """The name of a table that there is, in the form that `folded` gives."""
    return name.translate(_ASCII_LOWER) if dialect == "sqlite" else name
