"""What business terms mean: a condition, a column, an aggregate, or another name of something."""

from sqlglot import exp

from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse_expression
from services.query.composer.language.words import keys
from services.query.composer.linking.lexicon import Lexicon, Meant
from services.query.knowledge.schema import Schema, Term


def add_term(built: Lexicon, schema: Schema, term: Term) -> None:
    """Note what a term and its synonyms mean."""
    names = [keys(name) for name in (term.term, *term.synonyms)]
    if term.sql_expression:
        meanings = [meant] if (meant := _of_expression(schema, term)) else []
    else:
        known = [meant for name in names for meant in built.meanings(name) if meant.weight >= 0.9]
        tables = [meant for meant in known if meant.kind == "table"]
        meanings = _defined(schema, term) or [
            Meant(m.table, m.column, m.value, term=term.term) for m in tables or known
        ]
    for name in names:
        for meant in meanings:
            built.add(name, meant)


def _defined(schema: Schema, term: Term) -> list[Meant]:
    """A term whose definition is just the name of a table is another name of it."""
    name = term.definition.strip().lower()
    return [Meant(schema.table(name).name, term=term.term, weight=1.05)] if name in schema.by_name else []


def _of_expression(schema: Schema, term: Term) -> Meant | None:
    try:
        tree = parse_expression(term.sql_expression or "", schema.dialect)
    except RefusedByGate:
        return None
    if isinstance(tree, exp.Column) and (table := _named_table(schema, tree)):
        return Meant(table, term=term.term, weight=1.05)
    columns = list(tree.find_all(exp.Column))
    owners = [_owner(schema, column, columns) for column in columns]
    if not owners or any(owner is None for owner in owners):
        return None
    for column, owner in zip(columns, owners, strict=True):
        column.set("table", exp.to_identifier(owner))
    table = str(owners[0])
    if isinstance(tree, exp.Column):
        found = schema.table(table).column(tree.name)
        return Meant(table, found.name, term=term.term, weight=1.05) if found else None
    condition = isinstance(tree.unnest(), exp.Predicate | exp.Connector | exp.Not | exp.Between | exp.In)
    whole = any(not isinstance(found.parent, exp.Window) for found in tree.find_all(exp.AggFunc))
    if (whole and condition) or tree.find(exp.Query, exp.Window):
        return None
    sql = tree.sql(dialect=schema.dialect)
    beside = tuple(dict.fromkeys(str(owner) for owner in owners if owner != table))
    return Meant(table, expression=sql, condition=condition, term=term.term, weight=1.05, whole=whole, beside=beside)


def _named_table(schema: Schema, name: exp.Column) -> str | None:
    """The table that an expression is just the name of."""
    is_column = any(table.column(name.name) for table in schema.tables)
    return (
        schema.table(name.name).name if not (name.table or is_column) and name.name.lower() in schema.by_name else None
    )


def _owner(schema: Schema, column: exp.Column, beside: list[exp.Column]) -> str | None:
    """The table a column of a term belongs to: the one it names, else the one that has all, else the largest."""
    if column.table:
        return schema.table(column.table).name if column.table.lower() in schema.by_name else None
    holding = [table for table in schema.tables if table.column(column.name)]
    whole = [table for table in holding if all(table.column(other.name) for other in beside)]
    candidates = sorted(whole or holding, key=lambda table: -(table.row_estimate or 0))
    return candidates[0].name if candidates else None
