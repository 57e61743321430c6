"""A bare bound (`and more than 100?`, 超过100的呢) takes the place of the one that the answer was chosen by."""

import re
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from services.query.composer.language.cues import CueName
from services.query.composer.linking.marks import Linked, Mark
from services.query.conversation.fragment import Fragment
from services.query.conversation.rearrange import LIGHT
from services.query.conversation.tree import DoesNotFit, conjuncts, holds_measure, tables

_ABOVE, _BELOW = (exp.GT, exp.GTE), (exp.LT, exp.LTE)
_COMPARED = (*_ABOVE, *_BELOW, exp.EQ, exp.Between)
_BOUNDS: dict[CueName | None, type[exp.Binary]] = {
    "more": exp.GT, "at_least": exp.GTE, "less": exp.LT, "at_most": exp.LTE,
}  # fmt: skip
_OF_TIME = re.compile(r"after|before|since|until|till|later|earlier|[之以][前后]|自|起|[早晚]于|截", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Rebounded:
    """The changed tree; `replaced` where an old bound gave way, and did not stay as the other end of a range."""

    tree: exp.Select
    replaced: bool


def rebounded(tree: exp.Select, fragment: Fragment, linked: Linked) -> Rebounded | None:
    """The answer with a new bound; None where none is said alone, or nothing there is compared or measured.

    Raises `DoesNotFit` where it is not sure what of the answer it bounds.
    """
    said = _said(linked, tree)
    if not said or fragment.adds:
        return None
    counted = any(_names(mark, tree) for mark in linked.marks)
    chosen = [one for one in (*conjuncts(tree), *conjuncts(tree, "having")) if _is_bound(one, said[0][1])]
    chosen = [one for one in chosen if not counted or isinstance(one.this, exp.Count)]
    of_time = bool(_OF_TIME.search(linked.text.text))
    if of_time:
        chosen = [one for one in chosen if _is_year(one)]
    measures = [one for one in _measures(tree) if not of_time and (not counted or isinstance(one, exp.Count))]
    bounded = dict.fromkeys(one.this for one in chosen) or dict.fromkeys(measures)
    if len(bounded) > 1:
        raise DoesNotFit("not sure what is bounded")
    if not bounded:
        return None
    what = next(iter(bounded))
    new = [bound(this=what.copy(), expression=exp.Literal.number(number)) for bound, number in said]
    kept = [one for one in chosen if len(new) == 1 and not fragment.replaces and _stays(one, new[0])]
    part: Literal["where", "having"] = "having" if holds_measure(what) else "where"
    others = [one for one in conjuncts(tree, part) if one not in chosen]
    tree = tree.copy()
    tree.set(part, None)
    return Rebounded(
        (tree.having if part == "having" else tree.where)(*(one.copy() for one in (*others, *kept, *new))),
        len(kept) < len(chosen),
    )


def _said(linked: Linked, tree: exp.Select) -> list[tuple[type[exp.Binary], str]]:
    """The bounds that are said, where nothing else is; `more than 7 orders` names what is counted."""
    marks = [mark for mark in linked.marks if mark.number or mark.cue not in LIGHT - {"to"}]
    if len(marks) > 1 and marks[-2].number and tree.find(exp.Count) and _names(marks[-1], tree):
        marks.pop()
    numbers, cues = [mark.number for mark in marks if mark.number], [mark.cue for mark in marks if not mark.number]
    if any(mark.meanings or mark.period or mark.unit or mark.quoted for mark in marks) or linked.unexplained:
        return []
    number = _YEAR if _OF_TIME.search(linked.text.text) else re.compile(r"\d+(?:\.\d+)?")
    if not all(map(number.fullmatch, numbers)):
        return []
    if len(numbers) == 1 and len(cues) == 1 and cues[0] in _BOUNDS:
        return [(_BOUNDS[cues[0]], numbers[0])]
    if len(numbers) == 2 and cues in (["between"], ["to"], ["between", "to"]):
        return [(exp.GTE, numbers[0]), (exp.LTE, numbers[1])]
    return []


def _names(mark: Mark, tree: exp.Select) -> bool:
    return any(meant.kind == "table" and meant.table.lower() in tables(tree) for meant in mark.meanings)


def _is_bound(condition: exp.Expr, number: str) -> bool:
    """Whether something is compared with a number, such as `number` is; one that is just looked up is not."""
    if not isinstance(condition, _COMPARED) or (isinstance(condition, exp.EQ) and not holds_measure(condition)):
        return False
    old = condition.args["low" if isinstance(condition, exp.Between) else "expression"]
    if not isinstance(old, exp.Literal) or old.is_string:
        return False
    return not _is_year(condition) or bool(_YEAR.fullmatch(number))


def _is_year(bound: exp.Expr) -> bool:
    return bool(_YEAR.fullmatch(bound.args["low" if isinstance(bound, exp.Between) else "expression"].name))


def _measures(tree: exp.Select) -> list[exp.Expr]:
    """What groups are measured by: shown, or ranked by."""
    order = tree.args.get("order")
    ranked = [one.this for one in order.expressions] if order else []
    shown = [one.unalias() for one in tree.expressions]
    return [one for one in (*shown, *ranked) if holds_measure(one)] if tree.args.get("group") else []


def _stays(old: exp.Expr, new: exp.Binary) -> bool:
    """Whether an old bound is the other end of a range that a new one leaves something of."""
    above, below = (old, new) if isinstance(new, _BELOW) else (new, old)
    if not (isinstance(above, _ABOVE) and isinstance(below, _BELOW)):
        return False
    step = 1.0 if isinstance(new.this, exp.Count) else 0.0
    least = float(above.expression.name) + step * isinstance(above, exp.GT)
    most = float(below.expression.name) - step * isinstance(below, exp.LT)
    return least < most or (bool(step) and least == most)
