"""Makes a plan into SQL: a sqlglot tree, rendered in the dialect of the database."""

from functools import partial

from sqlglot import exp

from services.query.composer.queries.identifiers import column, identifier, table
from services.query.composer.queries.joins import join_path, whole_key
from services.query.composer.queries.plan import Condition, Place, Plan
from services.query.composer.queries.where import condition, without
from services.query.composer.queries.writer import Writer
from services.query.knowledge.schema import Relation, Schema

Spoken = frozenset[tuple[str, str]]
"""The (table, column) that a question names."""


def render(plan: Plan, schema: Schema, spoken: Spoken = frozenset()) -> str | None:
    """The SQL of a plan; None when its tables cannot be joined."""
    tree = _query(plan, schema, spoken)
    return tree.sql(dialect=schema.dialect) if tree is not None else None


def _query(plan: Plan, schema: Schema, spoken: Spoken) -> exp.Query | None:
    if plan.apart:
        return _each_measure(plan, schema, spoken)
    if plan.both is None:
        return _select(_each_once(plan, schema), schema, spoken)
    one, other = (
        _query(
            plan.copy(conditions=[*plan.conditions, side], both=None, order_by=[], limit=None, passed=0), schema, spoken
        )
        for side in plan.both
    )
    return exp.intersect(one, other) if one is not None and other is not None else None


def _each_measure(plan: Plan, schema: Schema, spoken: Spoken) -> exp.Query | None:
    """`SELECT (SELECT COUNT(*) FROM staff) AS staff, ...`: nothing is joined."""
    asked = [(one.table, _query(Plan(measures=[one]), schema, spoken)) for one in plan.measures]
    numbers = [exp.alias_(query.subquery(), identifier(name)) for name, query in asked if query is not None]
    return exp.select(*numbers) if len(numbers) == len(asked) else None


def _each_once(plan: Plan, schema: Schema) -> Plan:
    """The rows of one table of which the plan finds each once: `WHERE id IN (...)`."""
    key = schema.table(plan.once).primary_key if plan.once else None
    if plan.once is None or key is None:
        return plan
    one = Place(plan.once, key.name)
    inside = plan.copy(columns=[one], once=None, order_by=[], limit=None, passed=0, distinct=False)
    found = Condition(plan.once, one, "in", query=inside)
    return Plan(
        columns=plan.columns,
        conditions=[found],
        order_by=plan.order_by,
        descending=plan.descending,
        limit=plan.limit,
        passed=plan.passed,
    )


def _select(plan: Plan, schema: Schema, spoken: Spoken) -> exp.Select | None:
    tables = list(dict.fromkeys([plan.groups[0].table, *plan.tables])) if plan.with_none else plan.tables
    path = join_path(schema, tables, spoken) if tables else None
    if path is None:
        return None
    edges = [whole_key(schema, edge) for edge in path]
    writer = Writer(schema, [one for several in edges for one in several], with_none=plan.with_none)
    where = _where(plan, writer, spoken)
    if where is None or not all(writer.fits(measure) for measure in plan.measured):
        return None
    select = exp.select(*writer.selected(plan)).from_(table(tables[0]))
    select = _joined(select, tables[0], edges, "left" if plan.with_none or _has_whole(plan) else "")
    select = select.where(*where) if where else select
    if plan.groups:
        select = select.group_by(*writer.grouped(plan))
    for having in plan.having:
        figure = _query(having.query, schema, spoken) if having.query is not None else None
        select = select.having(writer.having(having, figure))
    return _counted(_ordered(select, plan, writer), plan)


def _has_whole(plan: Plan) -> bool:
    """Whether a share of all rows of a table is asked for: those that belong to nothing are of the whole too."""
    return not plan.groups and any(measure.aggregate == "percentage" for measure in plan.measures)


def _joined(select: exp.Select, first: str, edges: list[list[Relation]], side: str) -> exp.Select:
    joined = {first}
    for several in edges:
        new = several[0].target if several[0].source in joined else several[0].source
        pairs = [(column(e.source, e.source_col), column(e.target, e.target_col)) for e in several]
        on = exp.and_(*(exp.EQ(this=source, expression=target) for source, target in pairs))
        select = select.join(table(new), on=on, join_type=side)
        joined.add(new)
    return select


def _where(plan: Plan, writer: Writer, spoken: Spoken) -> list[exp.Expr] | None:
    ask = partial(_query, schema=writer.schema, spoken=spoken)
    ranked = [by for by in plan.order_by if isinstance(by, Place)] if plan.limit is not None and not plan.groups else []
    written = [
        *(condition(one, writer, ask) for one in plan.conditions),
        *(without(one, writer, ask, spoken) for one in plan.without),
        # What has no such value is neither the first nor the last.
        *(exp.Not(this=exp.Is(this=writer.place(by), expression=exp.Null())) for by in ranked),
    ]
    found = [one for one in written if one is not None]
    return found if len(found) == len(written) else None


def _ordered(select: exp.Select, plan: Plan, writer: Writer) -> exp.Select:
    for by in plan.order_by:
        select = select.order_by(exp.Ordered(this=writer.sortable(by), desc=plan.descending, nulls_first=False))
    select = select.limit(plan.limit) if plan.limit is not None else select
    return select.offset(plan.passed) if plan.passed else select


def _counted(select: exp.Select, plan: Plan) -> exp.Select:
    select = select.distinct() if plan.distinct else select
    if plan.average_groups:
        figure = select.expressions[-1]
        average = exp.alias_(exp.Avg(this=exp.column(figure.args["alias"].copy())), "average", quoted=False)
        return exp.select(average).from_(select.select(figure, append=False).subquery("counted"))
    if not plan.count_groups:
        return select
    count = exp.alias_(exp.Count(this=exp.Star()), "count", quoted=False)
    return exp.select(count).from_(select.subquery("counted"))
