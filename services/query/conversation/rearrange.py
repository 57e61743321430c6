"""Rearranges the answer before: so many of its rows, its other end, another order or aggregate, the rows counted."""

import re

from sqlglot import exp

from services.query.composer.language.cues import CueName
from services.query.composer.linking.marks import Linked, Mark
from services.query.composer.linking.names import name_column
from services.query.composer.queries.writer import in_percent
from services.query.conversation.fragment import Fragment
from services.query.conversation.tree import conjuncts, holds_measure, joins, tables
from services.query.knowledge.schema import Scope

LIGHT = frozenset({"and", "order", "equal", "from", "to", "each"})
"""Instructions that say nothing of their own in a fragment."""
_UPWARD, _DOWNWARD = frozenset({"least", "bottom", "ascending"}), frozenset({"most", "top", "descending"})
_LIST_THEM = re.compile(
    r"(?:list|show|name)(?: me)?(?: (?:them|these|those))?(?: all)?|(?:全部|都)?列出(?:[它他她]们|这些)", re.IGNORECASE
)
_AGGREGATES: dict[CueName | None, type[exp.Expr]] = {"sum": exp.Sum, "avg": exp.Avg, "min": exp.Min, "max": exp.Max}


def rearranged(tree: exp.Select, fragment: Fragment, linked: Linked, known: Scope) -> exp.Select | None:
    """What a fragment makes of the answer before without a word about its data; None where it says something else."""
    for way in (_counted_out, _turned, _ordered, _sorted, _aggregated, _as_share):
        if (found := way(tree.copy(), linked)) is not None:
            picks = way is _turned and fragment.restricts and not found.args.get("limit")
            return found.limit(1) if picks else found
    return _listed(tree.copy(), fragment, known)


def _counted_out(tree: exp.Select, linked: Linked) -> exp.Select | None:
    """`only the top 5`, 前3个: so many of what is ranked, or can be."""
    numbers = [mark.number for mark in linked.marks if mark.number]
    ranks = [mark.cue for mark in linked.marks if mark.cue in ("top", "bottom")]
    rest = [m for m in linked.marks if not m.number and m.cue not in {"top", "bottom", *LIGHT}]
    if rest or len(numbers) != 1 or not ranks or not (numbers[0] or "").isdecimal() or int(numbers[0] or 0) < 1:
        return None
    if (
        _says_first_or_last(linked)
        and (order := tree.args.get("order"))
        and not any(map(holds_measure, order.expressions))
    ):
        for one in order.expressions:
            one.set("desc", bool(one.args.get("desc")) == (ranks[0] == "top"))
        return None if tree.args.get("limit") else tree.limit(int(numbers[0] or 1))
    ranked = _by_measure(tree, descending=ranks[0] == "top")
    return ranked.limit(int(numbers[0] or 1)) if ranked is not None else None


def _says_first_or_last(linked: Linked) -> bool:
    """Not by how much, but in the order that is there."""
    return bool(re.search(r"\b(?:first|last)\b|最后", linked.text.text, re.IGNORECASE))


def _turned(tree: exp.Select, linked: Linked) -> exp.Select | None:
    """`and the lowest?`, 从低到高: the other end of what is ranked."""
    cues = {mark.cue for mark in linked.marks if mark.cue not in LIGHT and not _names_group(mark, tree)}
    cues -= {"having"} if cues & (_UPWARD | _DOWNWARD) else set()
    if not cues or None in cues or not (cues <= _UPWARD or cues <= _DOWNWARD):
        return None
    descending = cues <= _DOWNWARD
    extremes = [found for one in tree.expressions for found in one.find_all(exp.Max, exp.Min)]
    if not tree.args.get("group") and len(extremes) == 1:
        other = exp.Max if descending else exp.Min
        extremes[0].replace(other(this=extremes[0].this))
        shown = tree.expressions
        if len(shown) == 1 and isinstance(shown[0], exp.Alias):
            shown[0].replace(shown[0].this)
        return tree
    return _by_measure(tree, descending=descending)


def _by_measure(tree: exp.Select, *, descending: bool) -> exp.Select | None:
    """Ranked by what ranks it already, else by the measure of its groups; None when neither is there."""
    order = tree.args.get("order")
    if not descending and _leaves_out_none(tree):
        return None
    shown = [one for one in tree.expressions if holds_measure(one)]
    grouped = tree.args.get("group") is not None
    names = {one.alias for one in shown}
    if order is not None and (
        not grouped or any(holds_measure(one) or one.this.name in names for one in order.expressions)
    ):
        order.expressions[0].set("desc", descending)
        order.expressions[0].set("nulls_first", False)
        return tree
    if not grouped or len(shown) != 1:
        return None
    by = exp.Ordered(this=shown[0].unalias().copy(), desc=descending, nulls_first=False)
    return tree.order_by(by, append=False)


def _leaves_out_none(tree: exp.Select) -> bool:
    """Whether the fewest are not among the ranked, because those that have none are not joined."""
    order, inner = tree.args.get("order"), [one for one in joins(tree) if not one.side]
    if order is None or not inner or tree.args.get("limit") is None or tree.args.get("group") is None:
        return False
    if any(map(holds_measure, tree.expressions)):
        return False  # Those that are shown with their figure are all that were spoken of.
    return order.expressions[0].find(exp.Count) is not None


def _ordered(tree: exp.Select, linked: Linked) -> exp.Select | None:
    """`sort by count ascending`, 按数量降序: by the one measure that is shown."""
    cues = [mark.cue for mark in linked.marks if mark.cue not in LIGHT - {"order"}]
    ways = [cue for cue in cues if cue in ("ascending", "descending")]
    shown = [one.unalias() for one in tree.expressions if holds_measure(one)]
    counted = "count" not in cues or all(isinstance(one, exp.Count) for one in shown)
    if not set(cues) <= {"order", "count", "ascending", "descending"} or len(ways) != 1 or not counted:
        return None
    return _by_measure(tree, descending=ways[0] == "descending")


def _names_group(mark: Mark, tree: exp.Select) -> bool:
    """`which month` is the highest, where groups are months."""
    group = tree.args.get("group")
    keys = group.expressions if group is not None else []
    if mark.unit is not None:
        return any(not isinstance(one, exp.Column) for one in keys)
    named = {(meant.column or "").lower() for meant in mark.meanings if meant.kind == "column"}
    return any(isinstance(one, exp.Column) and one.name.lower() in named for one in keys)


def _sorted(tree: exp.Select, linked: Linked) -> exp.Select | None:
    """`sort them by price`, 按单价降序: rows, by a column."""
    cues = {mark.cue for mark in linked.marks if mark.cue is not None}
    named = [mark for mark in linked.marks if mark.cue is None]
    ways = cues & {"ascending", "descending"}
    if not cues & {"order", "ascending", "descending"} or cues - {"order", "ascending", "descending", *LIGHT}:
        return None
    if len(named) != 1 or len(ways) > 1 or tree.args.get("group") or tree.args.get("limit"):
        return None
    here, columns = tables(tree), [meant for meant in named[0].meanings if meant.kind == "column"]
    found = {(here[meant.table.lower()], meant.column or "") for meant in columns if meant.table.lower() in here}
    if len(found) != 1 or any(map(holds_measure, tree.expressions)):
        return None
    by = exp.column(*(exp.to_identifier(name, quoted=True) for name in reversed(found.pop())))
    return tree.order_by(exp.Ordered(this=by, desc="descending" in ways, nulls_first=False), append=False)


def _aggregated(tree: exp.Select, linked: Linked) -> exp.Select | None:
    """`and the maximum?` after an average: of the same column."""
    cues = [mark.cue for mark in linked.marks if mark.cue not in LIGHT]
    wanted = _AGGREGATES.get(cues[0]) if len(cues) == 1 else None
    measured = [one for one in tree.expressions if holds_measure(one)]
    ranked = tree.args.get("having") or tree.args.get("order")
    if wanted is None or ranked or len(measured) != 1 or type(measured[0].unalias()) not in _AGGREGATES.values():
        return None
    measured[0].replace(wanted(this=measured[0].unalias().this.copy()))
    return tree


def _as_share(tree: exp.Select, linked: Linked) -> exp.Select | None:
    """`and as a percentage?`: of each group its share of all, of what was counted its share of all rows."""
    cues = [mark.cue for mark in linked.marks if mark.cue not in LIGHT]
    measured = [one for one in tree.expressions if holds_measure(one)]
    cut = any(tree.args.get(part) for part in ("having", "limit", "distinct"))
    if cues != ["share"] or cut or len(measured) != 1 or not isinstance(measured[0].unalias(), exp.Count | exp.Sum):
        return None
    figure = measured[0].unalias()
    if tree.args.get("group"):
        order = tree.args.get("order")
        if order is not None and any(one.this.name == measured[0].alias for one in order.expressions):
            tree.set("order", None)
        measured[0].replace(_percentage(in_percent(figure.copy(), exp.Window(this=exp.Sum(this=figure.copy())))))
        return tree
    held = conjuncts(tree)
    if len(held) != 1 or len(tables(tree)) > 1 or not isinstance(figure, exp.Count) or not figure.this.is_star:
        return None
    hundred = exp.If(this=held[0].copy(), true=exp.Literal.number("100.0"))
    share = exp.Avg(this=exp.Case(ifs=[hundred], default=exp.Literal.number("0")))
    tree.set("where", None)
    return tree.select(_percentage(share), append=False)


def _percentage(share: exp.Expr) -> exp.Expr:
    return exp.alias_(share, "percentage", quoted=False)


def _listed(tree: exp.Select, fragment: Fragment, known: Scope) -> exp.Select | None:
    """`list them`, 列出他们: the rows that were counted, by their names."""
    shown, read = tree.expressions[0].unalias(), list(tables(tree))
    counted = len(tree.expressions) == 1 and isinstance(shown, exp.Count) and shown.this.is_star
    grouped = tree.args.get("group") or tree.args.get("having")
    if not counted or grouped or len(read) > 1 or not _LIST_THEM.fullmatch(fragment.text):
        return None
    label = name_column(known.schema.table(read[0])) if read[0] in known.schema.by_name else None
    return tree.select(exp.column(exp.to_identifier(label.name, quoted=True)) if label else exp.Star(), append=False)
