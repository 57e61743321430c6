"""Answers what is asked of the rows before: to what they belong (`which customers?`), or what belongs to them."""

from sqlglot import exp

from services.query.composer.compose import SURE, Composition, compose
from services.query.composer.linking.names import name_column
from services.query.composer.queries.grain import repeats
from services.query.conversation.tree import (
    Change,
    DoesNotFit,
    called,
    changeable,
    conjuncts,
    is_aggregated,
    joins,
    plain_select,
    tables,
)
from services.query.knowledge.schema import Scope


def of_rows_before(base: exp.Select, alone: Composition, known: Scope) -> exp.Select | None:
    """What `alone` asks of everything, asked of the rows of `base`; None where it is not sure which rows are meant."""
    said = plain_select(alone.sql, known.schema.dialect) if alone.sql and alone.score >= SURE else None
    if said is None or any(said.args.get(part) for part in ("group", "having", "limit")):
        return None
    change = Change(_picked(base), said, known.schema)
    rows, asked = _rows_of(change, known), next(iter(tables(said)))
    if asked not in known.schema.by_name:
        return None
    listing = not (is_aggregated(said) or conjuncts(said) or joins(said))
    if rows is None:
        return _beside_groups(change, asked, known) if listing else None
    try:
        if rows == asked:
            return _named(change, asked, known) if listing else None
        found = _belonged_to(change.base, said, rows, asked, known) if listing else None
        if found is not None or (listing and not _names_table(alone)):
            return found
        return _belonging(change.base, said, rows, asked, known)
    except DoesNotFit:
        return None


def picks_others(before: str, after: str, known: Scope) -> bool:
    """Whether the few rows of an answer, spoken of again, would be picked by something else."""
    old, new = (plain_select(sql, known.schema.dialect) for sql in (before, after))
    few = changeable(before, known.schema.dialect)
    if old is None or new is None or few is None or not few.args.get("limit"):
        return False
    return Change(old, new, known.schema).base.args.get("order") != Change(old, new, known.schema).said.args.get(
        "order"
    )


def _names_table(alone: Composition) -> bool:
    marks = alone.linked.marks if alone.linked is not None else ()
    return any(meant.kind == "table" for mark in marks for meant in mark.meanings)


def _rows_of(change: Change, known: Scope) -> str | None:
    """The table whose rows are shown, counted or added up, each once; None of groups, or where that is not plain."""
    base = change.base
    if any(base.args.get(part) for part in ("group", "having", "distinct")) or base.find(exp.Distinct):
        return None
    first = next(iter(tables(base)))
    path = [edge for edge, _ in change.relations(base)]
    if first not in known.schema.by_name or repeats(known.schema, path, known.schema.table(first).name):
        return None
    if {name.lower() for edge in path for name in (edge.source, edge.target)} | {first} != set(tables(base)):
        return None
    shown = {column.table.lower() for one in base.expressions for column in one.find_all(exp.Column)}
    return first if is_aggregated(base) or shown <= {tables(base)[first].lower()} else None


def _picked(base: exp.Select) -> exp.Select:
    """The row that the highest or lowest figure is of, where that is shown; all others as they are."""
    shown = base.expressions[0].unalias()
    if base.args.get("group") or len(base.expressions) > 1 or not isinstance(shown, exp.Max | exp.Min):
        return base
    figure, descending = shown.this, isinstance(shown, exp.Max)
    there = exp.Not(this=exp.Is(this=figure.copy(), expression=exp.Null()))
    by = exp.Ordered(this=figure.copy(), desc=descending, nulls_first=False)
    return base.select(figure.copy(), append=False).where(there).order_by(by).limit(1)


def _named(change: Change, asked: str, known: Scope) -> exp.Select | None:
    """`which ones?` of rows that were counted, `which city?` of rows that are shown."""
    shown = [change.moved(one) for one in change.said.expressions]
    if not is_aggregated(change.base):
        more = [one for one in shown if one not in change.base.expressions]
        return change.base.select(*more) if more else None
    if not isinstance(change.base.expressions[0].unalias(), exp.Count) and not conjuncts(change.base):
        return None
    if change.said.args.get("distinct"):
        return change.base.select(*shown, append=False).distinct()
    label = name_column(known.schema.table(asked))
    if label is not None and label.name.lower() not in {one.name.lower() for one in shown}:
        shown.insert(0, exp.column(exp.to_identifier(label.name, quoted=True), table=called(change.base, asked)))
    return change.base.select(*shown, append=False)


def _beside_groups(change: Change, asked: str, known: Scope) -> exp.Select | None:
    """`which city?` of rows that are ranked or chosen by what belongs to each of them."""
    key, group = known.schema.table(asked).primary_key, change.base.args.get("group")
    if key is None or group is None or asked not in tables(change.base):
        return None
    its_key = exp.column(key.name, table=called(change.base, asked)).sql().lower()
    more = [one for one in map(change.moved, change.said.expressions) if one not in change.base.expressions]
    if not more or its_key not in {one.sql().replace('"', "").lower() for one in group.expressions}:
        return None
    tree = change.base.select(*more)
    return tree if tree.args.get("limit") else tree.group_by(*more)  # Of equal ones, the same few are to be picked.


def _belonged_to(base: exp.Select, said: exp.Select, rows: str, asked: str, known: Scope) -> exp.Select | None:
    """What the rows belong to: beside each of a few that were picked, else each once."""
    there = len(joins(base))
    try:
        joined = Change(base, _joined(rows, asked, known), known.schema)
        joined.take_joins()
    except DoesNotFit:
        return None
    change = Change(joined.base, said, known.schema)
    tree, shown = change.base, [change.moved(one) for one in change.said.expressions]
    if base.args.get("limit"):
        for join in joins(tree)[there:]:
            join.set("side", "LEFT")
        return None if is_aggregated(base) else tree.select(*shown)
    key = known.schema.table(asked).primary_key
    if key is None:
        return None
    outer, inner = (
        exp.column(exp.to_identifier(key.name, quoted=True), table=called(one, asked)) for one in (change.said, tree)
    )
    tree = tree.select(inner, append=False)
    tree.set("order", None)
    return change.said.where(exp.In(this=outer, query=tree.subquery()))


def _belonging(base: exp.Select, said: exp.Select, rows: str, asked: str, known: Scope) -> exp.Select | None:
    """What belongs to the rows: listed or measured, under the conditions that chose them."""
    if base.args.get("limit"):
        return None
    joined = Change(said, said if rows in tables(said) else _joined(asked, rows, known), known.schema)
    joined.take_joins()
    both = Change(joined.base, base, known.schema)
    both.take_joins()
    return both.base.where(*(both.moved(condition) for condition in conjuncts(both.said)))


def _joined(first: str, second: str, known: Scope) -> exp.Select:
    """A SELECT that joins two tables as a question about both would; raises `DoesNotFit` where there is no one way."""
    composition = compose(f"{first} {second}", known)
    tree = plain_select(composition.sql, known.schema.dialect) if composition.sql else None
    if tree is None or not {first, second} <= set(tables(tree)) or composition.score < SURE or composition.left_open:
        raise DoesNotFit(f"no one way from {first} to {second}")
    return tree
