"""Shows in the SQL of an answer the figures by which its rows are ranked or chosen, where it leaves them out."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from libs.datasources.dialect import Dialect
from services.query.conversation.tree import holds_measure, plain_select, tables

_ROWS = "1000"
"""A LIMIT of so many rows was put there by the gate."""


@dataclass(frozen=True)
class Figured:
    """The SQL with its figures, and what they are; `counted` is the table whose rows are, where rows are counted."""

    sql: str
    figures: tuple[exp.Expr, ...]
    counted: str = ""


def with_figures(sql: str, dialect: Dialect) -> Figured | None:
    """The SQL that shows by what its rows are ranked or chosen too; None where it does, or where there is no such."""
    tree = plain_select(sql, dialect)
    if tree is None or tree.args.get("distinct"):
        return None
    if not tree.args.get("group") and any(one.is_star or holds_measure(one) for one in tree.expressions):
        return None
    shown = {_called(one) for one in tree.expressions} | {one.alias.lower() for one in tree.expressions}
    figures = tuple(one for one in dict.fromkeys(_figures(tree)) if _called(one) not in shown)
    for figure in figures:
        tree = tree.select(_named(figure.copy()), copy=False)
    return Figured(tree.sql(dialect=dialect), figures, _counted(figures[0], tree)) if figures else None


def _counted(figure: exp.Expr, tree: exp.Select) -> str:
    """The lower-case name of the table whose rows a figure counts."""
    column = figure.find(exp.Column)
    by_alias = {alias.lower(): name for name, alias in tables(tree).items()}
    first = next(iter(by_alias.values()))
    return by_alias.get(column.table.lower(), first) if column is not None else first


def _figures(tree: exp.Select) -> Iterator[exp.Expr]:
    limit, order, having = (tree.args.get(part) for part in ("limit", "order", "having"))
    by = order.expressions[0].this if order else None
    cut = limit is not None and limit.expression.name != _ROWS
    if by is not None and (cut or holds_measure(by)):
        yield by
    for comparison in having.find_all(exp.Predicate) if having else ():
        if isinstance(comparison, exp.Binary) and holds_measure(comparison.this):
            yield comparison.this


def _called(shown: exp.Expr) -> str:
    """A column by its name alone: it is the same with its table or without."""
    bare = shown.unalias()
    return bare.name.lower() if isinstance(bare, exp.Column) else bare.sql().lower()


def _named(figure: exp.Expr) -> exp.Expr:
    if isinstance(figure, exp.Column):
        return figure
    column = figure.find(exp.Column) if isinstance(figure, exp.AggFunc) else None
    if isinstance(figure, exp.Count):
        return exp.alias_(figure, "count", quoted=False)
    name = f"{figure.key}_{column.name}".lower().replace(" ", "_") if column else "figure"
    return exp.alias_(figure, name, quoted=False)
