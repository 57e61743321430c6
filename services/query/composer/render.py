"""Makes a plan into SQL: a sqlglot tree, rendered in the dialect of the database."""

from collections.abc import Collection, Sequence

import sqlglot
from sqlglot import exp

from libs.datasources.gate import parse_expression
from services.query.composer.grain import repeats
from services.query.composer.joins import join_path, whole_key
from services.query.composer.plan import Condition, Having, Measure, Place, Plan, TimePart
from services.query.knowledge.schema import Relation, Schema

_COMPARISONS: dict[str, type[exp.Expr]] = {
    "=": exp.EQ, "<>": exp.NEQ, ">": exp.GT, "<": exp.LT, ">=": exp.GTE, "<=": exp.LTE,
}  # fmt: skip
_AGGREGATES: dict[str, type[exp.Expr]] = {
    "count": exp.Count, "sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max,
}  # fmt: skip


def render(plan: Plan, schema: Schema, spoken: Collection[tuple[str, str]] = ()) -> str | None:
    """The SQL of a plan; None when its tables cannot be joined."""
    tables = plan.tables
    path = join_path(schema, tables, spoken) if tables else None
    if path is None:
        return None
    edges = [whole_key(schema, edge) for edge in path]
    writer = _Writer(schema, several=bool(path), path=[one for several in edges for one in several])
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
        select = select.where(writer.condition(condition))
    if plan.groups:
        select = select.group_by(*dict.fromkeys(writer.place(place) for place in writer.grouped(plan)))
    for having in plan.having:
        select = select.having(writer.having(having))
    if plan.order_by is not None:
        ordered = writer.sortable(plan.order_by)
        if isinstance(plan.order_by, Place) and plan.descending and not plan.groups:
            select = select.where(exp.Not(this=exp.Is(this=ordered.copy(), expression=exp.Null())))
        select = select.order_by(exp.Ordered(this=ordered, desc=plan.descending, nulls_first=False))
    if plan.limit is not None:
        select = select.limit(plan.limit)
    if plan.distinct:
        select = select.distinct()
    if plan.count_groups:
        count = exp.alias_(exp.Count(this=exp.Star()), "count", quoted=False)
        select = exp.select(count).from_(select.subquery("counted"))
    return select.sql(dialect=schema.dialect)


class _Writer:
    """Writes the parts; columns carry their table only where several tables are joined."""

    def __init__(self, schema: Schema, *, several: bool, path: Sequence[Relation]) -> None:
        self._schema, self._several, self._path = schema, several, path

    def fits(self, measure: Measure) -> bool:
        """Whether it can be measured: rows that the join repeats are counted by their key, and never added."""
        if measure.aggregate in ("min", "max") or measure.distinct or not self._repeated(measure):
            return True
        rows = measure.column is None and measure.expression is None
        return rows and self._schema.table(measure.table).primary_key is not None

    def _repeated(self, measure: Measure) -> bool:
        return all(repeats(self._schema, self._path, table) for table in (measure.table, *measure.beside))

    def selected(self, plan: Plan) -> list[exp.Expr]:
        columns: list[exp.Expr] = [self._shown(place) for place in [*plan.groups, *plan.columns]]
        measures = list(plan.measures)
        if isinstance(plan.order_by, Measure) and plan.order_by not in measures:
            measures.append(plan.order_by)
        named = [exp.alias_(self.measure(measure), self._name(measure), quoted=False) for measure in measures]
        return list(dict.fromkeys([*columns, *named]))

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

    def condition(self, condition: Condition) -> exp.Expr:
        if condition.expression:
            tree = parse_expression(condition.expression, self._schema.dialect)
            if not self._several:
                for column in tree.find_all(exp.Column):
                    column.set("table", None)
            return tree
        if condition.place is None:
            raise ValueError("a condition needs a place or an expression")
        place = self.place(condition.place)
        if condition.other is not None:
            low, high = (self._literal(condition, text) for text in (condition.value or "", condition.other))
            return exp.Between(this=place, low=low, high=high)
        if condition.values:
            return exp.In(this=place, expressions=[self._literal(condition, text) for text in condition.values])
        if condition.value is None:
            return exp.Is(this=place, expression=exp.Null())
        return _COMPARISONS[condition.comparison](this=place, expression=self._literal(condition, condition.value))

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
