"""Writes the conditions of a plan."""

from collections.abc import Callable

from sqlglot import exp

from libs.datasources.gate import parse_expression
from services.query.composer.queries.joins import join_path
from services.query.composer.queries.plan import Condition, Place, Plan, Without
from services.query.composer.queries.relative import relative_day, relative_year
from services.query.composer.queries.writer import COMPARISONS, Writer

Ask = Callable[[Plan], exp.Query | None]
"""Makes a plan inside a condition into a query."""


def condition(one: Condition, writer: Writer, ask: Ask) -> exp.Expr | None:
    """A condition as SQL; None when the query inside it cannot be asked."""
    if one.any_of:
        written = [condition(each, writer, ask) for each in one.any_of]
        return exp.paren(exp.or_(*written)) if None not in written else None
    if one.expression:
        return _with_term(one, _expression(one.expression, writer))
    if one.place is None:
        raise ValueError("a condition needs a place or an expression")
    if one.query is not None:
        return _with_query(one, writer.place(one.place), ask(one.query))
    return _with_values(one, one.place, writer)


def _with_term(one: Condition, told: exp.Expr) -> exp.Expr:
    """A term compared with a number, or a term that is a condition already."""
    if one.value is not None:
        return COMPARISONS[one.comparison](this=exp.paren(told), expression=_literal(one, one.value))
    # What is not known to be so is not so: what is no VIP may have no level at all.
    return exp.Not(this=exp.Is(this=exp.paren(told), expression=exp.true())) if one.comparison == "<>" else told


def _expression(sql: str, writer: Writer) -> exp.Expr:
    tree = parse_expression(sql, writer.schema.dialect)
    for column in tree.find_all(exp.Column) if not writer.several else ():
        column.set("table", None)
    return tree


def _with_query(one: Condition, place: exp.Expr, inner: exp.Query | None) -> exp.Expr | None:
    if inner is None:
        return None
    if one.comparison in ("in", "not in"):
        found = exp.In(this=place, query=inner.subquery())
        return exp.Not(this=found) if one.comparison == "not in" else found
    return COMPARISONS[one.comparison](this=place, expression=inner.subquery())


def _with_values(one: Condition, place: Place, writer: Writer) -> exp.Expr:
    negated = one.comparison in ("not null", "not like") or (bool(one.values) and one.comparison == "<>")
    found = _plain(one, place, writer)
    return exp.Not(this=found) if negated else found


def _plain(one: Condition, of: Place, writer: Writer) -> exp.Expr:
    place = writer.place(of)
    if one.comparison in ("null", "not null"):
        return exp.Is(this=place, expression=exp.Null())
    if one.comparison in ("like", "not like"):
        return exp.Like(this=place, expression=exp.Literal.string(one.value or ""))
    if one.other is not None:
        return exp.Between(this=place, low=_literal(one, one.value), high=_literal(one, one.other))
    if one.values:
        return exp.In(this=place, expressions=[_literal(one, text) for text in one.values])
    right = _right(one, of, writer)
    return COMPARISONS[one.comparison](this=place, expression=right)


def _right(one: Condition, place: Place, writer: Writer) -> exp.Expr:
    if one.day is not None and writer.is_number(place):
        return relative_year(one.day, writer.schema.dialect)
    if one.day is not None:
        return relative_day(one.day, writer.schema.dialect, as_text=writer.is_text(place))
    return writer.place(one.also) if one.also is not None else _literal(one, one.value)


def _literal(one: Condition, text: str | None) -> exp.Expr:
    return exp.Literal.number(text or "") if one.number else exp.Literal.string(text or "")


def without(one: Without, writer: Writer, ask: Ask, spoken: frozenset[tuple[str, str]]) -> exp.Expr | None:
    """NOT IN over the first relation that leads from the table to the other one; what points at none has none."""
    path = join_path(writer.schema, [one.table, one.other], spoken)
    if not path:
        return None
    first = path[0]
    mine, its = Place(first.source, first.source_col), Place(first.target, first.target_col)
    if first.source != one.table:
        mine, its = its, mine
    known = Condition(its.table, its, "not null")
    inner = ask(Plan(columns=[its], conditions=[*one.conditions, known], joined=[one.other, *one.joined]))
    if inner is None:
        return None
    absent = exp.Not(this=exp.In(this=writer.place(mine), query=inner.subquery()))
    own = writer.schema.table(mine.table).column(mine.column)
    if first.source != one.table or own is None or own.primary_key:
        return absent
    return exp.paren(exp.or_(exp.Is(this=writer.place(mine), expression=exp.Null()), absent))
