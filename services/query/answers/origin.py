"""Reads from the SQL of a result what its columns are, and whether it is the whole of what was asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlglot
from sqlglot import exp

from libs.datasources.dialect import Dialect

How = Literal["", "key", "count", "distinct", "sum", "average", "highest", "lowest", "computed"]
"""A plain column; a column that others are grouped by; an aggregate; something computed of aggregates."""

_AGGREGATES: dict[type[exp.Expr], How] = {
    exp.Count: "count",
    exp.Sum: "sum",
    exp.Avg: "average",
    exp.Max: "highest",
    exp.Min: "lowest",
}
_OF_DISTINCT: dict[How, How] = {"count": "distinct", "sum": "computed"}
"""What an aggregate of different values is: their sum is no part of a total."""
_WRAPPED = (exp.Alias, exp.Paren, exp.Round, exp.Cast, exp.Coalesce)
_SUBTOTALS = (exp.Rollup, exp.Cube, exp.GroupingSets)
_RANKS = (exp.RowNumber, exp.Rank, exp.DenseRank)
_CUTS = (exp.Limit, exp.Fetch, exp.Offset, exp.Having, exp.SetOperation)


@dataclass(frozen=True)
class Part:
    """Where a column of a result comes from: `how`, and the column (`of`) that it was computed from.

    `table` is the one whose rows were counted, where it is certain; `called` is what that, or the column, is called in
    Chinese.
    """

    how: How = ""
    of: str = ""
    table: str = ""
    called: str = ""


@dataclass(frozen=True)
class Origin:
    """The parts of a result by its columns; empty when nothing is known. `whole` when nothing was cut off.

    `ordered` when the SQL says in which order the rows are. `subtotals` when some rows sum up others: to compare them,
    or to add them up, says nothing.
    """

    parts: tuple[Part, ...] = ()
    whole: bool = False
    subtotals: bool = False
    ordered: bool = False

    def part(self, at: int) -> Part:
        """Where column `at` comes from."""
        return self.parts[at] if at < len(self.parts) else Part()


def origin_of(sql: str, dialect: Dialect, rows: int) -> Origin:
    """The origin of a result of so many rows; `sql` has passed the gate."""
    tree = sqlglot.parse_one(sql, dialect=dialect)
    if tree.find(*_SUBTOTALS):
        return Origin(subtotals=True)
    whole = not any(_cuts(node, tree, rows) for node in tree.find_all(*_CUTS))
    ordered = bool(tree.args.get("order") or tree.find(*_RANKS))
    select = tree.find(exp.Select) if isinstance(tree, exp.SetOperation) else tree
    if not isinstance(select, exp.Select) or select.is_star:
        return Origin(whole=whole)
    inner = _derived(select, tree)
    if inner is None:
        return Origin(_parts(select), whole, ordered=ordered)
    known = {each.alias_or_name.lower(): part for each, part in zip(inner.expressions, _parts(inner), strict=True)}
    parts = (
        known.get(_plain(each).name.lower(), part) if isinstance(_plain(each), exp.Column) else part
        for each, part in zip(select.expressions, _parts(select), strict=True)
    )
    ordered = ordered or bool(inner.args.get("order"))
    # Groups that are left out after grouping are missing from the whole.
    return Origin(tuple(parts), whole and not select.args.get("where"), ordered=ordered)


def _derived(select: exp.Select, tree: exp.Expr) -> exp.Select | None:
    """The query that `select` only passes on, when it reads nothing else and groups nothing itself."""
    source = select.args.get("from_")
    if source is None or select.args.get("joins") or _grouped(select):
        return None
    found = source.this.this if isinstance(source.this, exp.Subquery) else None
    if isinstance(source.this, exp.Table):
        found = next((each.this for each in tree.find_all(exp.CTE) if each.alias == source.this.name), None)
    return found if isinstance(found, exp.Select) and not found.is_star else None


def _parts(select: exp.Select) -> tuple[Part, ...]:
    sources = {each.alias_or_name.lower(): each.name for each in select.find_all(exp.Table)}
    return tuple(_part(each, _grouped(select), sources) for each in select.expressions)


def _grouped(select: exp.Select) -> bool:
    return bool(select.args.get("group")) or any(_aggregates(each) for each in select.expressions)


def _plain(expression: exp.Expr) -> exp.Expr:
    """What is inside of names, brackets and rounding."""
    while isinstance(expression, _WRAPPED):
        expression = expression.this
    return expression


def _cuts(node: exp.Expr, tree: exp.Expr, rows: int) -> bool:
    """Whether `node` may have left something out: a limit of the whole that was not reached has not."""
    if isinstance(node, exp.Limit) and node.parent is tree:
        return not node.expression.name.isdecimal() or rows >= int(node.expression.name)
    return True


def _part(expression: exp.Expr, grouped: bool, sources: Mapping[str, str]) -> Part:
    inner = _plain(expression)
    how = _AGGREGATES.get(type(inner))
    if how is None:
        if isinstance(inner, exp.Column):
            return Part("key" if grouped else "", inner.name)
        return Part("computed" if _aggregates(inner) else "key" if grouped else "")
    if isinstance(inner.this, exp.Distinct):
        different = inner.this.expressions
        return Part(_OF_DISTINCT.get(how, how), _column(different), _counted(how, different, sources))
    return Part(how, _column([inner.this]), _counted(how, [inner.this], sources))


def _counted(how: How, expressions: Sequence[exp.Expr], sources: Mapping[str, str]) -> str:
    """The table whose rows a count counts: the only one, or that of the `id` which is counted."""
    if how != "count" or len(expressions) != 1:
        return ""
    [counted] = expressions
    only = next(iter(sources.values())) if len(sources) == 1 else ""
    if isinstance(counted, exp.Column) and counted.name.lower() == "id":
        return sources.get(counted.table.lower(), "") if counted.table else only
    return only if isinstance(counted, exp.Star) else ""


def _column(expressions: Iterable[exp.Expr]) -> str:
    return next((each.name for each in expressions if isinstance(each, exp.Column)), "")


def _aggregates(expression: exp.Expr) -> bool:
    return expression.find(exp.AggFunc, exp.Window) is not None
