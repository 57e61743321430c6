"""Makes a plan into SQL: a sqlglot tree, rendered in the dialect of the database."""

from collections.abc import Collection, Sequence

import sqlglot
from sqlglot import exp

from libs.datasources.gate import parse_expression
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.joins import join_path, whole_key
from services.query.composer.queries.plan import Condition, Having, Measure, Place, Plan, TimePart, Without
from services.query.knowledge.schema import Relation, Schema

_COMPARISONS: dict[str, type[exp.Expr]] = {
    "=": exp.EQ, "<>": exp.NEQ, ">": exp.GT, "<": exp.LT, ">=": exp.GTE, "<=": exp.LTE,
}  # fmt: skip
_AGGREGATES: dict[str, type[exp.Expr]] = {
    "count": exp.Count, "sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max,
}  # fmt: skip


def render(plan: Plan, schema: Schema, spoken: Collection[tuple[str, str]] = ()) -> str | None:
    """The SQL of a plan; None when its tables cannot be joined."""
    tree = _query(plan, schema, spoken)
    return tree.sql(dialect=schema.dialect) if tree is not None else None


def _query(plan: Plan, schema: Schema, spoken: Collection[tuple[str, str]]) -> exp.Query | None:
    if plan.both is None:
        return _select(plan, schema, spoken)
    one, other = (
        _select(plan.copy(conditions=[*plan.conditions, side], both=None, order_by=[], limit=None), schema, spoken)
        for side in plan.both
    )
    return exp.intersect(one, other) if one is not None and other is not None else None


def _select(plan: Plan, schema: Schema, spoken: Collection[tuple[str, str]]) -> exp.Select | None:
    if plan.once and (key := schema.table(plan.once).primary_key):
        one = Place(plan.once, key.name)
        inside = plan.copy(columns=[one], once=None, order_by=[], limit=None, distinct=False)
        found = Condition(plan.once, one, "in", query=inside)
        outside = Plan(columns=plan.columns, conditions=[found], order_by=plan.order_by, descending=plan.descending)
        outside.limit = plan.limit
        return _select(outside, schema, spoken)
    tables = plan.tables
    path = join_path(schema, tables, spoken) if tables else None
    if path is None:
        return None
    edges = [whole_key(schema, edge) for edge in path]
    writer = _Writer(schema, several=bool(path), path=[one for several in edges for one in several], spoken=spoken)
    if not all(writer.fits(measure) for measure in plan.measured):
        return None
    select = exp.select(*writer.selected(plan)).from_(_table(tables[0]))
    joined = {tables[0]}
    for several in edges:
        new = several[0].target if several[0].source in joined else several[0].source
        on = exp.and_(
            *(exp.EQ(this=_column(e.source, e.source_col), expression=_column(e.target, e.target_col)) for e in several)
        )
        select = select.join(_table(new), on=on)
        joined.add(new)
    for condition in plan.conditions:
        written = writer.condition(condition)
        if written is None:
            return None
        select = select.where(written)
    for without in plan.without:
        written = writer.without(without)
        if written is None:
            return None
        select = select.where(written)
    if plan.groups:
        select = select.group_by(*dict.fromkeys(writer.place(place) for place in writer.grouped(plan)))
    for having in plan.having:
        select = select.having(writer.having(having))
    for by in plan.order_by:
        ordered = writer.sortable(by)
        if isinstance(by, Place) and plan.limit is not None and not plan.groups:
            select = select.where(exp.Not(this=exp.Is(this=ordered.copy(), expression=exp.Null())))
        select = select.order_by(exp.Ordered(this=ordered, desc=plan.descending, nulls_first=False))
    if plan.limit is not None:
        select = select.limit(plan.limit)
    if plan.distinct:
        select = select.distinct()
    if plan.count_groups:
        count = exp.alias_(exp.Count(this=exp.Star()), "count", quoted=False)
        select = exp.select(count).from_(select.subquery("counted"))
    return select


class _Writer:
    """Writes the parts; columns carry their table only where several tables are joined."""

    def __init__(
        self, schema: Schema, *, several: bool, path: Sequence[Relation], spoken: Collection[tuple[str, str]]
    ) -> None:
        self._schema, self._several, self._path, self._spoken = schema, several, path, spoken

    def fits(self, measure: Measure) -> bool:
        """Whether it can be measured: rows that the join repeats are counted by their key, and never added."""
        if measure.aggregate in ("min", "max") or measure.distinct or not self._repeated(measure):
            return True
        rows = measure.column is None and measure.expression is None
        return rows and self._schema.table(measure.table).primary_key is not None

    def _repeated(self, measure: Measure) -> bool:
        return all(repeats(self._schema, self._path, table) for table in (measure.table, *measure.beside))

    def selected(self, plan: Plan) -> list[exp.Expr]:
        if plan.everything:
            table = plan.everything if self._several else None
            return [exp.Column(this=exp.Star(), table=_identifier(table)) if table else exp.Star()]
        columns: list[exp.Expr] = [self._shown(place) for place in dict.fromkeys([*plan.groups, *plan.columns])]
        if plan.columns and plan.groups:
            columns = [self._shown(place) for place in dict.fromkeys(plan.columns)]
        named = [exp.alias_(self.measure(one), self._name(one), quoted=False) for one in dict.fromkeys(plan.measures)]
        return list(dict.fromkeys([*columns, *named])) or [exp.Literal.number(1)]

    def grouped(self, plan: Plan) -> list[Place]:
        """What rows are grouped by: the key of a table whose names are shown comes first."""
        found = ((table, self._schema.table(table).primary_key) for table in plan.keyed)
        return [*(Place(table, key.name) for table, key in found if key), *plan.groups]

    def _shown(self, place: Place) -> exp.Expr:
        found = self.place(place)
        return exp.alias_(found, place.part, quoted=False) if place.part else found

    def place(self, place: Place) -> exp.Expr:
        column = _column(place.table if self._several else None, place.column)
        return column if place.part is None else self._part(place, place.part, column)

    def _part(self, place: Place, part: TimePart, column: exp.Column) -> exp.Expr:
        """The year, month or day of a date as text that sorts in time; ISO dates in texts begin with it."""
        known = self._schema.table(place.table).column(place.column)
        if known is not None and not known.is_date:
            length = {"year": 4, "month": 7, "day": 10}[part]
            return exp.Substring(this=column, start=exp.Literal.number(1), length=exp.Literal.number(length))
        if self._schema.dialect == "postgres":
            form = {"year": "YYYY", "month": "YYYY-MM", "day": "YYYY-MM-DD"}[part]
            return exp.Anonymous(this="to_char", expressions=[column, exp.Literal.string(form)])
        literal = exp.Literal.string({"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}[part])
        if self._schema.dialect == "sqlite":
            return exp.Anonymous(this="strftime", expressions=[literal, column])
        return exp.Anonymous(this="date_format", expressions=[column, literal])

    def measure(self, measure: Measure) -> exp.Expr:
        if measure.expression:
            inner: exp.Expr = parse_expression(measure.expression, self._schema.dialect)
            if measure.whole:
                return inner
        elif measure.column:
            inner = self.place(Place(measure.table, measure.column))
        else:
            key = self._schema.table(measure.table).primary_key
            if key is None or not self._repeated(measure):
                return exp.Count(this=exp.Star())
            return exp.Count(this=exp.Distinct(expressions=[self.place(Place(measure.table, key.name))]))
        if measure.distinct:
            inner = exp.Distinct(expressions=[inner])
        return _AGGREGATES[measure.aggregate](this=inner)

    def condition(self, condition: Condition) -> exp.Expr | None:
        if condition.any_of:
            written = [self.condition(one) for one in condition.any_of]
            return exp.paren(exp.or_(*written)) if None not in written else None
        if condition.expression:
            tree = parse_expression(condition.expression, self._schema.dialect)
            if not self._several:
                for column in tree.find_all(exp.Column):
                    column.set("table", None)
            return tree
        if condition.place is None:
            raise ValueError("a condition needs a place or an expression")
        place = self.place(condition.place)
        if condition.comparison in ("null", "not null"):
            null: exp.Expr = exp.Is(this=place, expression=exp.Null())
            return exp.Not(this=null) if condition.comparison == "not null" else null
        if condition.comparison in ("like", "not like"):
            like = exp.Like(this=place, expression=exp.Literal.string(condition.value or ""))
            return exp.Not(this=like) if condition.comparison == "not like" else like
        if condition.other is not None:
            low, high = (self._literal(condition, text) for text in (condition.value or "", condition.other))
            return exp.Between(this=place, low=low, high=high)
        if condition.values:
            within = exp.In(this=place, expressions=[self._literal(condition, text) for text in condition.values])
            return exp.Not(this=within) if condition.comparison == "<>" else within
        right: exp.Expr
        if condition.query is not None:
            inner = _query(condition.query, self._schema, self._spoken)
            if inner is None:
                return None
            if condition.comparison == "in":
                return exp.In(this=place, query=inner.subquery())
            right = inner.subquery()
        elif condition.also is not None:
            right = self.place(condition.also)
        else:
            right = self._literal(condition, condition.value or "")
        return _COMPARISONS[condition.comparison](this=place, expression=right)

    def without(self, without: Without) -> exp.Expr | None:
        """NOT IN over the first relation that leads from the table to the other one."""
        path = join_path(self._schema, [without.table, without.other], self._spoken)
        if not path:
            return None
        first = path[0]
        there = first.target if first.source == without.table else first.source
        mine, its = (
            (first.source_col, first.target_col)
            if first.source == without.table
            else (first.target_col, first.source_col)
        )
        inner = _select(
            Plan(
                columns=[Place(there, its)],
                conditions=[*without.conditions, Condition(there, Place(there, its), "not null")],
                joined=[without.other],
            ),
            self._schema,
            self._spoken,
        )
        if inner is None:
            return None
        within = exp.In(this=self.place(Place(without.table, mine)), query=inner.subquery())
        return exp.Not(this=within)

    def having(self, having: Having) -> exp.Expr:
        return _COMPARISONS[having.comparison](
            this=self.measure(having.measure), expression=exp.Literal.number(having.value)
        )

    def sortable(self, by: Measure | Place) -> exp.Expr:
        return self.measure(by) if isinstance(by, Measure) else self.place(by)

    def _name(self, measure: Measure) -> str:
        if measure.column is None:
            if measure.whole:
                return (
                    outermost if (outermost := self.measure(measure).key) in ("sum", "avg", "min", "max") else "value"
                )
            return "count" if measure.expression is None else measure.aggregate
        return f"{measure.aggregate}_{measure.column}".lower().replace(" ", "_")

    @staticmethod
    def _literal(condition: Condition, text: str) -> exp.Expr:
        return exp.Literal.number(text) if condition.number else exp.Literal.string(text)


def _table(name: str) -> exp.Table:
    return exp.Table(this=_identifier(name))


def _column(table: str | None, name: str) -> exp.Column:
    return exp.Column(this=_identifier(name), table=_identifier(table) if table else None)


def _identifier(name: str) -> exp.Identifier:
    """Quoted unless it is plain: small letters, digits and underscores that are no keyword."""
    plain = name.isascii() and name.replace("_", "a").isalnum() and name.islower() and not name[0].isdigit()
    return exp.to_identifier(name, quoted=not plain or name.upper() in _KEYWORDS)


_KEYWORDS = frozenset(sqlglot.tokens.Tokenizer.KEYWORDS) | {"ORDER", "GROUP", "USER", "LIMIT", "DESC", "ASC"}
