"""Writes what share of rows a condition holds for, in percent, as an expression that is averaged."""

from collections.abc import Sequence

from sqlglot import exp

from libs.datasources.gate import parse_expression
from services.query.composer.queries.plan import Condition, Measure, Plan
from services.query.composer.queries.where import condition
from services.query.composer.queries.writer import Writer, in_percent
from services.query.knowledge.schema import Schema


def share_of(conditions: Sequence[Condition], schema: Schema) -> str | None:
    """100 for a row that they hold for, else 0; None where a query of its own would have to be asked for it."""
    holds = _holds(conditions, schema)
    if holds is None:
        return None
    hundred, none = exp.Literal.number("100.0"), exp.Literal.number("0")
    return exp.Case(ifs=[exp.If(this=holds, true=hundred)], default=none).sql(dialect=schema.dialect)


def adds_up(expression: str, schema: Schema) -> bool:
    """Whether a term is a sum or a count of rows, so that those of groups together are that of them all."""
    tree = parse_expression(expression, schema.dialect)
    return isinstance(tree, exp.Sum | exp.Count) and not isinstance(tree.this, exp.Distinct)


def share_of_sum(measure: Measure, conditions: Sequence[Condition], schema: Schema) -> str | None:
    """Of a term that is a sum, the share of the rows that they hold for, in percent; None for other terms."""
    total, holds = parse_expression(measure.expression or "", schema.dialect), _holds(conditions, schema)
    if not isinstance(total, exp.Sum) or isinstance(total.this, exp.Distinct) or holds is None:
        return None
    part = exp.Sum(this=exp.Case(ifs=[exp.If(this=holds, true=total.this.copy())], default=exp.Literal.number("0")))
    return in_percent(part, total).sql(dialect=schema.dialect)


def _holds(conditions: Sequence[Condition], schema: Schema) -> exp.Expr | None:
    writer = Writer(schema, schema.relations)  # columns carry their tables, as in the expressions of terms
    written = [condition(one, writer, _nothing) for one in conditions]
    found = [one for one in written if one is not None]
    return exp.and_(*found) if found and len(found) == len(written) else None


def _nothing(_: Plan) -> exp.Query | None:
    return None
