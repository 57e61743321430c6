"""Changes the SQL of an answer by the SQL of what was said next: its conditions, groups and measures take their places.

Both are syntax trees. Only a plain SELECT is changed, and only where each table is read once, so that no name can mean
two things; a join that is added must not repeat rows. What does not fit is refused.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeVar, cast

from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse
from services.query.composer.queries.grain import repeats
from services.query.knowledge.schema import Relation, Schema

_PLAIN = frozenset(
    {
        "expressions",
        "from_",
        "from",
        "joins",
        "where",
        "group",
        "having",
        "order",
        "limit",
        "offset",
        "distinct",
        "kind",
    }
)
_ROWS = "1000"
"""A LIMIT of so many rows was put there by the gate."""
_TIME = (exp.GTE, exp.LTE, exp.GT, exp.LT)
E = TypeVar("E", bound=exp.Expr)


class DoesNotFit(Exception):
    """The change has no place in the tree."""


def plain_select(sql: str, dialect: Dialect) -> exp.Select | None:
    """The tree of SQL that can be changed; None for all other."""
    try:
        tree = parse(sql, dialect)
    except RefusedByGate:
        return None
    if not isinstance(tree, exp.Select) or tree.find(exp.Window):
        return None
    if any(value and name not in _PLAIN for name, value in tree.args.items()):
        return None
    sources = _sources(tree)
    if not all(isinstance(source, exp.Table) for source in sources):
        return None
    if len({source.name.lower() for source in sources}) < len(sources):
        return None
    if any(not join.args.get("on") or join.side not in ("", "LEFT") for join in joins(tree)):
        return None
    _order_plainly(tree)
    return tree


def _order_plainly(tree: exp.Select) -> None:
    """Let an order that puts what is empty last in so many words (CASE WHEN x IS NULL, MariaDB) say so by itself."""
    order = tree.args.get("order")
    terms: list[exp.Ordered] = order.expressions if order else []
    empty = {is_empty: term for term in terms if (is_empty := _told_empty(term)) is not None}
    for term in terms:
        if term.this in empty:
            term.set("nulls_first", bool(empty[term.this].args.get("desc")))
            empty[term.this].pop()


def _told_empty(term: exp.Ordered) -> exp.Expr | None:
    """What a term of an order tells to be empty or not."""
    asked = term.this.find(exp.Is) if isinstance(term.this, exp.Case) else None
    return asked.this if asked is not None and isinstance(asked.expression, exp.Null) else None


def changeable(sql: str, dialect: Dialect) -> exp.Select | None:
    """The tree of an answer, without the limit that the gate set; None where it cannot be changed."""
    tree = plain_select(sql, dialect)
    if tree is None or tree.args.get("offset"):
        return None
    limit = tree.args.get("limit")
    if limit is not None and limit.expression.name == _ROWS:
        tree.set("limit", None)
    return tree


def joins(tree: exp.Select) -> list[exp.Join]:
    """The joins of a SELECT."""
    return cast(list[exp.Join], tree.args.get("joins") or [])


def tables(tree: exp.Select) -> dict[str, str]:
    """Lower-case name of each table -> the name it goes by in this tree."""
    return {source.name.lower(): source.alias_or_name for source in _sources(tree)}


def called(tree: exp.Select, table: str) -> exp.Identifier:
    """The name that a table goes by, quoted where it is there."""
    source = next(source for source in _sources(tree) if source.name.lower() == table)
    alias = source.args.get("alias")
    found: exp.Identifier = (alias or source).this.copy()
    return found


def is_aggregated(tree: exp.Select) -> bool:
    """Whether it shows measures instead of rows."""
    return bool(tree.args.get("group")) or any(map(holds_measure, tree.expressions))


class Change:
    """Puts parts of one SELECT into another one; both speak of the same database."""

    def __init__(self, base: exp.Select, said: exp.Select, schema: Schema) -> None:
        self.base, self.said, self.schema = base.copy(), said.copy(), schema
        self.replaced = False
        """Whether something of the base gave way."""
        for tree in (self.base, self.said):
            self._owner(tree)

    def changes_nothing(self) -> bool:
        """Whether both show the same of the same rows, in whatever order."""
        return _parts(self.base) == _parts(self.said)

    def take_joins(self) -> None:
        """Join the tables that only `said` reads; raises `DoesNotFit` when that would repeat rows."""
        there, wanted = set(tables(self.base)), set(tables(self.said))
        edges = list(self.relations(self.said))
        while new := wanted - there:
            found = next((e for e, _ in edges if len({e.source.lower(), e.target.lower()} & there) == 1), None)
            if found is None:
                raise DoesNotFit(f"no way to {sorted(new)}")
            old, table = (found.source, found.target) if found.source.lower() in there else (found.target, found.source)
            beside = [(e, on) for e, on in edges if {e.source, e.target} == {found.source, found.target}]
            if repeats(self.schema, [e for e, _ in beside], old):
                raise DoesNotFit("rows would repeat")
            there.add(table.lower())
            source = next(source for source in _sources(self.said) if source.name.lower() == table.lower())
            self.base.join(source.copy(), on=exp.and_(*(self.moved(on) for _, on in beside)), copy=False)

    def take_conditions(self, *, adds: bool) -> None:
        """Each condition replaces those on the same column; with `adds`, its value stands beside theirs."""
        taken, kept = [self.moved(one) for one in conjuncts(self.said)], conjuncts(self.base)
        before = list(kept)
        for index, mine in enumerate(taken):
            same = [other for other in before if _same_column(mine, other)]
            if adds and len(same) == 1 and (values := _values(same[0])) and (more := _values(mine)):
                column = same[0].find(exp.Column)
                taken[index] = exp.In(this=column, expressions=[value.copy() for value in _unique([*values, *more])])
            gone = [other for other in same if _gives_way(other, mine)]
            kept = [other for other in kept if not any(other is one for one in gone)]
        self.replaced = self.replaced or len(kept) < len(before)
        self.base.set("where", None)
        for one in [*kept, *taken]:
            self.base.where(one.copy(), copy=False)

    def take_groups(self, *, adds: bool) -> None:
        """Group by what `said` groups by, in place of the base's groups or beside them."""
        if self.base.args.get("having") or self.base.args.get("distinct"):
            raise DoesNotFit("groups that are chosen already")
        shown = [self.moved(one) for one in self.said.expressions if not holds_measure(one)]
        keys = [self.moved(one) for one in self.said.args["group"].expressions]
        if is_aggregated(self.base):
            measures = [one for one in self.base.expressions if holds_measure(one)]
            old = [one for one in self.base.expressions if not holds_measure(one)]
            if not measures:
                raise DoesNotFit("groups without a measure")
        else:
            if self.base.args.get("limit"):
                raise DoesNotFit("a part of the rows")
            measures, old = [self.moved(one) for one in self.said.expressions if holds_measure(one)], []
        group = self.base.args.get("group")
        before = list(group.expressions) if group and adds else []
        self.replaced = self.replaced or (group is not None and not adds)
        self.base.set("expressions", _unique([*(old if adds else []), *shown, *measures]))
        self.base.set("group", exp.Group(expressions=_unique([*before, *keys])))
        self._order_groups(shown)

    def _order_groups(self, shown: Sequence[exp.Expr]) -> None:
        """Groups of time stand in time; others keep the order and the number of the groups before them."""
        order, ordered = self.base.args.get("order"), self.said.args.get("order")
        if ordered:
            self.base.set("limit", None)
            self.base.set("order", self.moved(ordered))
        elif order and not all(holds_measure(one) or one.this.name in _aliases(self.base) for one in order.expressions):
            self.base.set("order", None)
            self.base.set("limit", None)

    def take_measures(self, subject: str) -> None:
        """Show what `said` measures of the rows of `subject` instead of the base's measures, or instead of its rows."""
        measures = [self.moved(one) for one in self.said.expressions if holds_measure(one)]
        if not measures or self.base.args.get("having") or self.base.args.get("distinct"):
            raise DoesNotFit("no place for a measure")
        order = self.base.args.get("order")
        if not is_aggregated(self.base):
            if self.base.args.get("limit"):
                raise DoesNotFit("a part of the rows")
            self._check_grain()
            self.base.set("order", None)
            self.base.set("expressions", measures)
            return
        self._check_grain(subject)
        self.replaced = True
        names = _aliases(self.base)
        by_measure = [one for one in order.expressions if holds_measure(one) or one.this.name in names] if order else []
        for one in by_measure:
            one.set("this", measures[0].unalias().copy())
        kept = [one for one in self.base.expressions if not holds_measure(one)]
        self.base.set("expressions", [*kept, *measures])

    def _check_grain(self, *counted: str) -> None:
        """The rows that are measured, and those that are counted, must not stand several times in the base's joins."""
        if not joins(self.base):
            return
        path = [e for e, _ in self.relations(self.base)]
        if {name.lower() for e in path for name in (e.source, e.target)} != set(tables(self.base)):
            raise DoesNotFit("joined in another way than is known")
        read = [column.table for one in self.said.expressions for column in one.find_all(exp.Column)]
        if any(repeats(self.schema, path, self._real(name)) for name in (*read, *counted)):
            raise DoesNotFit("rows would count twice")

    def take_columns(self, names: Sequence[str]) -> None:
        """Show further columns beside those of the base's rows."""
        if is_aggregated(self.base) or self.base.args.get("distinct"):
            raise DoesNotFit("no rows to show more of")
        wanted = {name.lower() for name in names}
        more = [self.moved(one) for one in self.said.expressions if one.name.lower() in wanted]
        if all(one in self.base.expressions for one in more):
            raise DoesNotFit("nothing that is not shown")
        self.base.set("expressions", _unique([*self.base.expressions, *more]))

    def _owner(self, tree: exp.Select) -> None:
        """Give every column its table, by which it can be told apart once there are several."""
        here = tables(tree)
        for column in tree.find_all(exp.Column):
            if column.table or column.parent_select is not tree:
                continue
            owners = [t for t in here if t in self.schema.by_name and self.schema.table(t).column(column.name)]
            if len(owners) == 1 and not (column.name in _aliases(tree) and column.find_ancestor(exp.Order)):
                column.set("table", called(tree, owners[0]))

    def moved(self, part: E) -> E:
        """A part of `said`, with the names that its tables go by in the base."""
        moved = part.copy()
        for column in moved.find_all(exp.Column):
            if column.table.lower() in tables(self.base):
                column.set("table", called(self.base, column.table.lower()))
        return moved

    def relations(self, tree: exp.Select) -> Iterator[tuple[Relation, exp.EQ]]:
        """The known relations along which the tables of a tree are joined, and where the tree says so."""
        real = {alias.lower(): name for name, alias in tables(tree).items()}
        for join in joins(tree):
            for equal in join.args["on"].find_all(exp.EQ):
                ends = [
                    (real.get(side.table.lower(), ""), side.name.lower())
                    for side in (equal.left, equal.right)
                    if isinstance(side, exp.Column)
                ]
                for e in self.schema.relations:
                    edge = [(e.source.lower(), e.source_col.lower()), (e.target.lower(), e.target_col.lower())]
                    if ends in (edge, edge[::-1]):
                        yield e, equal

    def _real(self, name: str) -> str:
        """The table's own name in the schema."""
        by_alias = {alias.lower(): table for table, alias in tables(self.base).items()}
        return self.schema.table(by_alias.get(name.lower(), name)).name


def _sources(tree: exp.Select) -> list[exp.Expr]:
    return [_from(tree), *(join.this for join in joins(tree))]


def _parts(tree: exp.Select) -> list[object]:
    shown, group = [one.unalias() for one in tree.expressions], tree.args.get("group")
    chosen = [frozenset(conjuncts(tree)), frozenset(conjuncts(tree, "having"))]
    return [shown, frozenset(tables(tree)), *chosen, group and frozenset(group.expressions), tree.args.get("limit")]


def _from(tree: exp.Select) -> exp.Expr:
    source = tree.args.get("from_") or tree.args.get("from")
    return source.this if source is not None else exp.Null()


def holds_measure(part: exp.Expr) -> bool:
    """Whether it is an aggregate, or made of one."""
    return part.find(exp.AggFunc) is not None


def _aliases(tree: exp.Select) -> set[str]:
    return {one.alias for one in tree.expressions if isinstance(one, exp.Alias)}


def _unique(parts: Sequence[exp.Expr]) -> list[exp.Expr]:
    return list(dict.fromkeys(parts))


def conjuncts(tree: exp.Select, part: Literal["where", "having"] = "where") -> list[exp.Expr]:
    """The conditions that all must hold, of rows or of groups."""
    where = tree.args.get(part)
    waiting, found = [where.this] if where is not None else [], []
    while waiting:
        condition = waiting.pop().unnest()
        if isinstance(condition, exp.And):
            waiting += [condition.right, condition.left]
        else:
            found.append(condition)
    return found


def column_of(condition: exp.Expr) -> exp.Column | None:
    """The one column that a condition is about; None where there are several, or a query inside."""
    columns = set(condition.find_all(exp.Column))
    return columns.pop() if len(columns) == 1 and not condition.find(exp.Query) else None


def _same_column(one: exp.Expr, other: exp.Expr) -> bool:
    mine, yours = column_of(one), column_of(other)
    if mine is None or yours is None:
        return False
    return (mine.name.lower(), mine.table.lower()) == (yours.name.lower(), yours.table.lower())


def _values(condition: exp.Expr) -> list[exp.Expr]:
    """The values that a condition takes its column to be."""
    if isinstance(condition, exp.In) and not condition.args.get("query"):
        return list(condition.expressions)
    return [condition.expression] if isinstance(condition, exp.EQ) else []


def _gives_way(old: exp.Expr, new: exp.Expr) -> bool:
    """`more than 50` leaves `less than 100` in its place; of dates, a new period replaces the old one whole."""
    bounds = (isinstance(old, _TIME), isinstance(new, _TIME))
    if not all(bounds) or not isinstance(new.expression, exp.Literal) or new.expression.is_string:
        return True
    return isinstance(old, exp.GT | exp.GTE) == isinstance(new, exp.GT | exp.GTE)
