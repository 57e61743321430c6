"""Answers by a verified pair whose question differs in single places: another number, time or value, another column,
another comparison, aggregate or direction. What differs is changed in its SQL; where that is not plain, it is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlglot import exp

from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse
from services.query.composer.language.cues import CueName
from services.query.composer.language.periods import Period, year
from services.query.composer.linking.familiar import familiar
from services.query.composer.linking.lexicon import Meant
from services.query.composer.linking.link import Linked, Mark, link
from services.query.composer.opposite import other_way_round
from services.query.composer.queries.identifiers import identifier
from services.query.composer.queries.writer import name_of_figure
from services.query.composer.redate import redate
from services.query.composer.unsaid import has_unsaid_limit
from services.query.knowledge.schema import Pair, Scope

NEAR, SHARED = 0.8, 0.55
"""The least cosine of the two questions, and the least share of units that both have."""
_MOST_EDITS = 4
_QUIET: frozenset[CueName | None] = frozenset({"equal", "and", "having", "label", "from", "to", "order"})
_COMPARE: dict[CueName, type[exp.Expr]] = {
    "more": exp.GT, "less": exp.LT, "at_least": exp.GTE, "at_most": exp.LTE, "not_equal": exp.NEQ, "equal": exp.EQ,
}  # fmt: skip
_AGGREGATE: dict[CueName, type[exp.Expr]] = {
    "avg": exp.Avg, "sum": exp.Sum, "min": exp.Min, "max": exp.Max, "most": exp.Max, "least": exp.Min,
}  # fmt: skip
_ORDER: dict[CueName, bool] = {"most": True, "least": False, "top": True, "bottom": False, "ascending": False,
                               "descending": True}  # fmt: skip


@dataclass(frozen=True)
class Transferred:
    """The SQL of `pair`, changed in `edits` places; `items` are the pairs that taught what was said there."""

    pair: Pair
    sql: str
    edits: int
    items: tuple[str, ...]


@dataclass(frozen=True)
class _Unit:
    said: str
    mark: Mark | None = None
    quiet: bool = False


def transferred(question: str, known: Scope) -> Transferred | None:
    """The nearest verified pair that differs in single places, with fewest of them; None when there is none."""
    known = familiar(known)
    linked = link(question, known.schema, known.terms, known.taught)
    near = [one for one in known.pairs if one.similarity >= NEAR and not has_unsaid_limit(one, known.schema.dialect)]
    found = [one for pair in near if (one := _transfer(linked, pair, known)) is not None]
    return min(found, key=lambda one: (one.edits, -one.pair.similarity), default=None)


def _units(linked: Linked) -> list[_Unit]:
    marks = {mark.first: mark for mark in linked.marks}
    unknown = set(linked.unexplained)
    units, place = [], 0
    while place < len(linked.text.tokens):
        mark = marks.get(place)
        last = mark.last if mark else place + 1
        token = linked.text.tokens[place]
        quiet = mark.cue in _QUIET if mark else token.text not in unknown
        units.append(_Unit(linked.text.between(place, last).lower(), mark, quiet))
        place = last
    return units


def _transfer(linked: Linked, pair: Pair, known: Scope) -> Transferred | None:
    their_linked = link(pair.question, known.schema, known.terms, known.taught)
    if other_way_round(linked, their_linked):
        return None
    mine, theirs = _units(linked), _units(their_linked)
    matcher = SequenceMatcher(None, [unit.said for unit in theirs], [unit.said for unit in mine], autojunk=False)
    edits = _differences(matcher, theirs, mine)
    loud = max(1, sum(not unit.quiet for unit in theirs), sum(not unit.quiet for unit in mine))
    if edits is None or len(edits) > _MOST_EDITS or 1 - len(edits) / loud < SHARED:
        return None
    try:
        tree = parse(pair.sql, known.schema.dialect)
    except RefusedByGate:
        return None
    taught = tree.copy()
    if not all(_apply(tree, old, new, theirs) for old, new in edits):
        return None
    _name_anew(taught, tree)
    meant = [meant for edit in edits for unit in edit if unit.mark for meant in unit.mark.meanings]
    items = dict.fromkeys((*(item for one in meant for item in one.items), *linked.passed_over))
    return Transferred(pair, tree.sql(dialect=known.schema.dialect), len(edits), tuple(items))


def _differences(
    matcher: "SequenceMatcher[str]", theirs: Sequence[_Unit], mine: Sequence[_Unit]
) -> list[tuple[_Unit, _Unit]] | None:
    """Each unit with the one that stands in its place; None where they cannot be paired."""
    found: list[tuple[_Unit, _Unit]] = []
    for tag, their_first, their_last, my_first, my_last in matcher.get_opcodes():
        old = [unit for unit in theirs[their_first:their_last] if not unit.quiet]
        new = [unit for unit in mine[my_first:my_last] if not unit.quiet]
        if tag != "equal" and len(old) != len(new):
            return None
        found += zip(old, new, strict=True) if tag != "equal" else ()
    return found


def _apply(tree: exp.Expr, old: _Unit, new: _Unit, theirs: Sequence[_Unit]) -> bool:
    """Change in the SQL what `old` says to what `new` says; False where it is not plain how."""
    one, other = old.mark, new.mark
    if one is None or other is None:
        return False
    before, after = _time(one), _time(other)
    if before is not None and after is not None and redate(tree, before, after):
        return True
    if one.number is not None and other.number is not None:
        return _number(tree, one.number, other.number)
    if one.cue is not None and other.cue is not None:
        return one.cue == other.cue or _instruction(tree, one.cue, other.cue)
    if one.meanings and other.meanings:
        return _meaning(tree, one, other, sum(unit.said == old.said for unit in theirs))
    return False


def _time(mark: Mark) -> Period | None:
    return mark.period or year(mark.number)


def _number(tree: exp.Expr, old: str, new: str) -> bool:
    same = [one for one in tree.find_all(exp.Literal) if _equal(one.this, old)]
    if len({id(one.parent) for one in same}) != 1:
        return False
    same[0].set("this", new)
    return True


def _equal(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _instruction(tree: exp.Expr, old: CueName, new: CueName) -> bool:
    """Another comparison, aggregate or direction, where the SQL has the old one just once."""
    if old in _COMPARE and new in _COMPARE:
        return _replaced(tree, _COMPARE[old], _COMPARE[new], lambda node: isinstance(node.expression, exp.Literal))
    if old in _AGGREGATE and new in _AGGREGATE and _replaced(tree, _AGGREGATE[old], _AGGREGATE[new], lambda _: True):
        return True
    if old in _ORDER and new in _ORDER:
        ordered = [one for one in tree.find_all(exp.Ordered) if bool(one.args.get("desc")) == _ORDER[old]]
        if len(ordered) == 1:
            shown = {one.alias: one for one in tree.selects} if isinstance(tree, exp.Query) else {}
            by = shown.get(ordered[0].this.name, ordered[0])
            if not _ORDER[new] and tree.find(exp.Join) and by.find(exp.Count):
                return False  # The fewest are those that have none, and the join leaves them out.
            ordered[0].set("desc", _ORDER[new])
            return True
    return False


def _replaced(tree: exp.Expr, old: type[exp.Expr], new: type[exp.Expr], fits: Callable[[exp.Expr], bool]) -> bool:
    found = [node for node in tree.find_all(old) if type(node) is old and fits(node)]
    if len(found) != 1:
        return False
    found[0].replace(new(**{name: value for name, value in found[0].args.items() if name in ("this", "expression")}))
    return True


def _name_anew(taught: exp.Expr, tree: exp.Expr) -> None:
    """Call what is told of something else than before by what it is: a sum is no `average`."""
    if not isinstance(tree, exp.Query) or not isinstance(taught, exp.Query):
        return
    used = {column.name for column in tree.find_all(exp.Column) if not column.table}
    for old, new in zip(taught.selects, tree.selects, strict=True):
        if isinstance(new, exp.Alias) and new.this != old.unalias() and new.alias not in used:
            figure = new.this
            column = figure.this if isinstance(figure, exp.AggFunc) and isinstance(figure.this, exp.Column) else None
            name = name_of_figure(figure.key, column.name) if column else None
            new.replace(exp.alias_(figure.copy(), identifier(name)) if name else figure.copy())


def _meaning(tree: exp.Expr, old: Mark, new: Mark, times: int) -> bool:
    """Another column of the same table, or another value of the same column."""
    alike = ((one, other) for one in old.meanings for other in new.meanings if one.table == other.table)
    return any(_value(tree, *both) or (times == 1 and _column(tree, *both)) for both in alike)


def _value(tree: exp.Expr, old: Meant, new: Meant) -> bool:
    if old.kind != "value" or new.kind != "value" or old.column != new.column:
        return False
    same = [node for node in tree.find_all(exp.Literal) if node.is_string and node.this == old.value]
    if len(same) == 1:
        same[0].set("this", new.value)
    return len(same) == 1


def _column(tree: exp.Expr, old: Meant, new: Meant) -> bool:
    if old.kind != "column" or new.kind != "column":
        return False
    named = [node for node in tree.find_all(exp.Column) if node.name.lower() == (old.column or "").lower()]
    for node in named:
        node.this.set("this", new.column)
    return bool(named)
