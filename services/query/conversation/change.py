"""What a fragment changes in the SQL of the answer before: what it looks for, groups by, measures, shows, how many."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from sqlglot import exp

from services.query.composer.compose import SURE, compose
from services.query.composer.language.periods import year
from services.query.composer.language.weekdays import Weekday
from services.query.composer.language.words import keys
from services.query.composer.linking.link import Linked, Mark
from services.query.conversation.bounds import rebounded
from services.query.conversation.fragment import Fragment
from services.query.conversation.rearrange import LIGHT, rearranged
from services.query.conversation.tree import (
    Change,
    DoesNotFit,
    changeable,
    column_of,
    conjuncts,
    holds_measure,
    is_aggregated,
    plain_select,
    tables,
)
from services.query.knowledge.schema import Scope

MEASURING = frozenset({"sum", "avg", "min", "max", "count"})
"""Instructions that measure rows."""
_ROWS_ASKED = re.compile(r"\b(?:which|who|whose|list|show)\b|哪些|哪几|列出|谁", re.IGNORECASE)
_ONE_ASKED = re.compile(r"\b(?:which|what|when)\b|哪", re.IGNORECASE)


@dataclass(frozen=True)
class Changed:
    """The SQL after a change; `replaced` when something of the answer before gave way to it.

    `score` is that of the composition that the change was taken from, 1 where none was needed; `items` are the verified
    pairs that taught its words.
    """

    sql: str
    replaced: bool
    score: float = 1.0
    items: tuple[str, ...] = ()


def changed(sql: str, fragment: Fragment, linked: Linked, known: Scope) -> Changed | None:
    """The SQL with what `fragment` says; None when not every word of it finds its place."""
    base = changeable(sql, known.schema.dialect)
    if base is None or linked.unexplained:
        return None
    try:
        bounded = rebounded(base, fragment, linked)
    except DoesNotFit:
        return None
    if bounded is not None:
        return Changed(bounded.tree.sql(dialect=known.schema.dialect), bounded.replaced)
    tree = rearranged(base, fragment, linked, known) or _swapped(base.copy(), fragment, linked)
    if tree is not None:
        replaced = not fragment.adds and not _only_narrows(base, tree)
        return Changed(tree.sql(dialect=known.schema.dialect), replaced, items=tuple(_taught(linked)))
    return _composed(base, fragment, linked, known)


def _only_narrows(base: exp.Select, tree: exp.Select) -> bool:
    """Whether rows got an order or a number, and lost none."""
    if is_aggregated(base) or base.args.get("limit") or tree.expressions != base.expressions:
        return False
    return base.args.get("order") in (None, tree.args.get("order"))


def _taught(linked: Linked) -> dict[str, None]:
    """The ids of the verified pairs that taught what its words mean, or that they mean nothing."""
    learned = (item for mark in linked.marks for meant in mark.meanings for item in meant.items)
    return dict.fromkeys((*learned, *linked.passed_over))


def _swapped(tree: exp.Select, fragment: Fragment, linked: Linked) -> exp.Select | None:
    """`what about Berlin?`, 只看上海的: another value in place of the one that a column was looked up by."""
    said = [mark for mark in linked.marks if mark.cue not in LIGHT]
    if len(said) != 1 or not said[0].meanings:
        return None
    names = tables(tree)
    for condition in conjuncts(tree):
        column = column_of(condition)
        if not isinstance(condition, exp.EQ) or column is None or not _is_text(condition.expression):
            continue
        for meant in said[0].meanings:
            same = meant.value is not None and (meant.column or "").lower() == column.name.lower()
            here = names.get(meant.table.lower(), "").lower()
            if same and here and column.table.lower() in ("", here):
                value = exp.Literal.string(str(meant.value))
                if fragment.adds:
                    condition.replace(exp.In(this=column.copy(), expressions=[condition.expression.copy(), value]))
                else:
                    condition.set("expression", value)
                return tree
    return None


def _composed(base: exp.Select, fragment: Fragment, linked: Linked, known: Scope) -> Changed | None:
    """Understood as a question about one of the tables of the answer, whose parts then go into that answer's SQL."""
    said_of = ["{} {}", *(["{} that are {}"] if fragment.restricts else [])]
    for table, form in product(_spoken_of(base, linked, known), said_of):
        if table not in known.schema.by_name:
            continue
        composition = compose(form.format(known.schema.table(table).name, dated(fragment.text)), known)
        if composition.sql is None or composition.score < SURE:
            continue
        said = plain_select(composition.sql, known.schema.dialect)
        if said is None or said.args.get("limit") or said.args.get("having"):
            continue
        if any(query is not said for query in said.find_all(exp.Query)):
            continue  # Rows of another table are asked for beside, which has no place in the answer before.
        try:
            taken = _taken(Change(base, said, known.schema), table, fragment, linked)
        except DoesNotFit:
            continue
        return replace(taken, score=composition.score, items=composition.items)
    return None


def _spoken_of(base: exp.Select, linked: Linked, known: Scope) -> list[str]:
    """The tables that a fragment may speak of; a time is of the rows that are shown or measured, if they have dates."""
    read = list(tables(base))
    if not any(mark.unit or says_time(mark) for mark in linked.marks):
        return read
    by_alias = {alias.lower(): name for name, alias in tables(base).items()}
    measured = [
        column.table.lower() for one in base.expressions if holds_measure(one) for column in one.find_all(exp.Column)
    ]
    subject = by_alias.get(measured[0], read[0]) if measured else read[0]
    dated_by_itself = subject in known.schema.by_name and any(c.is_date for c in known.schema.table(subject).columns)
    return [subject] if dated_by_itself else read


def _taken(change: Change, table: str, fragment: Fragment, linked: Linked) -> Changed:
    """Everything that the fragment says; raises `DoesNotFit` when it says nothing that has a place."""
    change.take_joins()
    if is_aggregated(change.base) and _ROWS_ASKED.search(fragment.text):
        raise DoesNotFit("rows are asked for, of which a measure was shown")
    conditions, groups = bool(change.said.args.get("where")), change.said.args.get("group") is not None
    measured = is_aggregated(change.said) and _measures_something(linked) and not _counts_already(change, linked)
    shown = [] if groups or measured else _named(linked, conjuncts(change.said))
    if shown and fragment.restricts:
        raise DoesNotFit("more is shown, not less")
    if not (conditions or groups or measured or shown):
        raise DoesNotFit("nothing that has a place")
    if conditions:
        if any(map(says_time, linked.marks)) and any(one.find(exp.Query) for one in conjuncts(change.base)):
            raise DoesNotFit("not sure whether these rows, or those that they were chosen by, are of that time")
        change.take_conditions(adds=fragment.adds)
        if fragment.replaces and not change.replaced:
            raise DoesNotFit("nothing to be replaced")
    if groups and _ONE_ASKED.search(fragment.text):
        raise DoesNotFit("one is asked for, not a figure of each")
    if groups:
        change.take_groups(adds=fragment.adds)
    if measured:
        change.take_measures(table)
    if shown:
        change.take_columns(shown)
    return Changed(change.base.sql(dialect=change.schema.dialect), change.replaced)


def _measures_something(linked: Linked) -> bool:
    return any(
        mark.cue in MEASURING or any(meant.kind == "measure" for meant in mark.meanings) for mark in linked.marks
    )


def _counts_already(change: Change, linked: Linked) -> bool:
    """`how many of them are paid?` of what was counted: it is counted as before."""
    measuring = {mark.cue for mark in linked.marks if mark.cue in MEASURING}
    counts = any(one.find(exp.Count) for one in change.base.expressions)
    return (
        counts and measuring == {"count"} and all(m.kind != "measure" for mark in linked.marks for m in mark.meanings)
    )


def _named(linked: Linked, conditions: Sequence[exp.Expr]) -> list[str]:
    """The columns that a fragment names to be shown, and not to look something up by."""
    looked_up = {column.name.lower() for one in conditions if (column := column_of(one)) is not None}
    marks = [m for m in linked.marks if not conditions or all(meant.value is None for meant in m.meanings)]
    named = [meant.column for mark in marks for meant in mark.meanings if meant.kind == "column"]
    return [name for name in named if name and name.lower() not in looked_up]


def dated(text: str) -> str:
    """A fragment; a year on its own is a time, not a number."""
    return f"in {text}" if year(keys(text)[0] if len(keys(text)) == 1 else None) else text


def says_time(mark: Mark) -> bool:
    """Whether a phrase is a time or a year; the days of the week are none."""
    if mark.period is not None and isinstance(mark.period[0], Weekday):
        return False
    return mark.period is not None or bool(re.fullmatch(r"(?:19|20)\d{2}", mark.number or ""))


def _is_text(value: exp.Expr) -> bool:
    return isinstance(value, exp.Literal) and value.is_string
