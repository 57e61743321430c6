"""Writes what share of rows a condition holds for, in percent, as an expression that is averaged."""

from collections.abc import Sequence

from sqlglot import exp

from services.query.composer.queries.plan import Condition, Plan
from services.query.composer.queries.where import condition
from services.query.composer.queries.writer import Writer
from services.query.knowledge.schema import Schema


def share_of(conditions: Sequence[Condition], schema: Schema) -> str | None:
    """100 for a row that they hold for, else 0; None where a query of its own would have to be asked for it."""
    writer = Writer(schema, schema.relations)  # columns carry their tables, as in the expressions of terms
    written = [condition(one, writer, _nothing) for one in conditions]
    found = [one for one in written if one is not None]
    if len(found) < len(written) or not found:
        return None
    hundred, none = exp.Literal.number("100.0"), exp.Literal.number("0")
    return exp.Case(ifs=[exp.If(this=exp.and_(*found), true=hundred)], default=none).sql(dialect=schema.dialect)


def _nothing(_: Plan) -> exp.Query | None:
    return None
