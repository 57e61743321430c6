"""Writes the columns and measures of a plan."""

from collections.abc import Sequence

from sqlglot import exp

from libs.datasources.gate import parse_expression
from services.query.composer.queries.dates import date_part
from services.query.composer.queries.grain import repeats
from services.query.composer.queries.identifiers import column, identifier
from services.query.composer.queries.plan import Having, Measure, Place, Plan
from services.query.knowledge.schema import Relation, Schema

COMPARISONS: dict[str, type[exp.Expr]] = {
    "=": exp.EQ, "<>": exp.NEQ, ">": exp.GT, "<": exp.LT, ">=": exp.GTE, "<=": exp.LTE,
}  # fmt: skip
_AGGREGATES: dict[str, type[exp.Expr]] = {
    "count": exp.Count, "sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max,
    "percentage": exp.Avg,
}  # fmt: skip


def name_of_figure(aggregate: str, column: str) -> str:
    """What the measure of a column is called: `avg_price`."""
    return f"{aggregate}_{column}".lower().replace(" ", "_")


def in_percent(part: exp.Expr, total: exp.Expr) -> exp.Expr:
    """What share of a total a part is; of nothing there is no share."""
    none = exp.Nullif(this=total, expression=exp.Literal.number("0"))
    return exp.Div(this=exp.Mul(this=exp.Literal.number("100.0"), expression=part), expression=none)


class Writer:
    """Writes the parts of one SELECT; columns carry their table only where several tables are joined."""

    def __init__(self, schema: Schema, path: Sequence[Relation], *, with_none: bool = False) -> None:
        self.schema, self.several, self._path, self._with_none = schema, bool(path), path, with_none

    def fits(self, measure: Measure) -> bool:
        """Whether it can be measured: rows that the join repeats are counted by their key, and never added."""
        if measure.aggregate in ("min", "max") or measure.distinct or not self._repeated(measure):
            return True
        rows = measure.column is None and measure.expression is None
        return rows and self.schema.table(measure.table).primary_key is not None

    def _repeated(self, measure: Measure) -> bool:
        return all(repeats(self.schema, self._path, table) for table in (measure.table, *measure.beside))

    def selected(self, plan: Plan) -> list[exp.Expr]:
        """What is shown: all columns of a table; or columns, else groups, and then measures."""
        if plan.everything:
            owner = identifier(plan.everything) if self.several else None
            return [exp.Column(this=exp.Star(), table=owner) if owner else exp.Star()]
        columns = [self._shown(place) for place in dict.fromkeys(plan.columns or plan.groups)]
        measures = [exp.alias_(self.measure(one), self._name(one), quoted=bool(one.name)) for one in plan.measures]
        return list(dict.fromkeys([*columns, *measures])) or [exp.Literal.number(1)]

    def grouped(self, plan: Plan) -> list[exp.Expr]:
        """What rows are grouped by: the key of a table whose names are shown comes first."""
        found = ((table, self.schema.table(table).primary_key) for table in plan.keyed)
        places = [*(Place(table, key.name) for table, key in found if key), *plan.groups]
        return list(dict.fromkeys(self.place(place) for place in places))

    def _shown(self, place: Place) -> exp.Expr:
        found = self.place(place)
        return exp.alias_(found, place.part, quoted=False) if place.part else found

    def place(self, place: Place) -> exp.Expr:
        """A column, or the part of a date."""
        written = column(place.table if self.several else None, place.column)
        if place.part is None:
            return written
        return date_part(written, place.part, self.schema.dialect, is_text=self.is_text(place))

    def is_text(self, place: Place) -> bool:
        """Whether the dates of a column are kept as texts."""
        known = self.schema.table(place.table).column(place.column)
        return known is not None and not known.is_date

    def is_number(self, place: Place) -> bool:
        """Whether a column holds numbers: of times, years."""
        known = self.schema.table(place.table).column(place.column)
        return known is not None and known.is_number

    def measure(self, measure: Measure) -> exp.Expr:
        """An aggregate, or what share of that of all groups it is."""
        found = self._aggregate(measure)
        if not measure.of_all:
            return found
        return in_percent(found, exp.Window(this=exp.Sum(this=found.copy())))

    def _aggregate(self, measure: Measure) -> exp.Expr:
        if measure.expression is None and measure.column is None:
            return self._count_of_rows(measure)
        inner = (
            parse_expression(measure.expression, self.schema.dialect)
            if measure.expression
            else self.place(Place(measure.table, measure.column or ""))
        )
        if measure.whole:
            return inner
        return _AGGREGATES[measure.aggregate](this=exp.Distinct(expressions=[inner]) if measure.distinct else inner)

    def _count_of_rows(self, measure: Measure) -> exp.Expr:
        key = self.schema.table(measure.table).primary_key
        repeated = key is not None and self._repeated(measure)
        if not repeated and not self._with_none:
            return exp.Count(this=exp.Star())
        told = self.place(Place(measure.table, key.name if key else self._joined_by(measure.table)))
        return exp.Count(this=exp.Distinct(expressions=[told]) if repeated else told)

    def _joined_by(self, table: str) -> str:
        """A column of `table` that no row of the join lacks."""
        edge = next(edge for edge in self._path if table in (edge.source, edge.target))
        return edge.source_col if edge.source == table else edge.target_col

    def having(self, having: Having, figure: exp.Query | None = None) -> exp.Expr:
        """A condition on groups; `figure` is what is compared with, in place of the value."""
        number = figure.subquery() if figure is not None else exp.Literal.number(having.value)
        return COMPARISONS[having.comparison](this=self.measure(having.measure), expression=number)

    def sortable(self, by: Measure | Place) -> exp.Expr:
        """What rows are ordered by."""
        return self.measure(by) if isinstance(by, Measure) else self.place(by)

    def _name(self, measure: Measure) -> str:
        if measure.of_all:
            return "percentage"
        if measure.column is not None:
            return name_of_figure(measure.aggregate, measure.column)
        if measure.expression is None:
            return "count"
        # An alias that is called like a column would be taken for it in HAVING and ORDER BY.
        is_column = any(table.column(measure.name) for table in self.schema.tables)
        if measure.whole:
            return f"{measure.name}_value" if is_column else measure.name
        return f"{measure.aggregate}_{measure.name}" if measure.name else measure.aggregate
