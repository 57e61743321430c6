"""Composes SQL from the structure of a database, its terms and what its verified questions teach of words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.query.composer.linking.familiar import familiar
from services.query.composer.linking.link import link
from services.query.composer.linking.marks import Linked
from services.query.composer.queries.plan import Plan
from services.query.composer.queries.render import render
from services.query.composer.reading.interpret import interpret
from services.query.composer.reading.reading import LeftOpen
from services.query.composer.unplaced import unplaced
from services.query.knowledge.schema import Scope

SURE = 0.8
_MOST_CONDITIONS, _MOST_COLUMNS = 20, 40


@dataclass(frozen=True)
class Composition:
    """Composed SQL with its score (0 to 1), and what it rests on; `sql` is None when nothing fits."""

    sql: str | None
    score: float
    tables: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    """The ids of the verified pairs that taught what its words mean, or that they mean nothing."""
    linked: Linked | None = None
    left_open: Mapping[LeftOpen, tuple[str, ...]] = field(default_factory=dict)
    """What may be meant, the likeliest first: which date, measure, rows; over what its tables are joined."""
    unplaced: tuple[str, ...] = ()
    """Words of the question that its SQL does not speak of."""


def compose(question: str, known: Scope) -> Composition:
    """The SQL of a question, as far as its words are understood."""
    known = familiar(known)
    linked = link(question, known.schema, known.terms, known.taught)
    found = interpret(linked, known.schema)
    if found is None:
        return Composition(None, 0.0, linked=linked)
    sql = None if _is_too_long(found.plan) else render(found.plan, known.schema, found.spoken)
    lost = unplaced(found.reading, sql) if sql else ()
    sure = found.understood and not lost
    score = (found.share if sure else min(found.share, SURE / 2)) if sql else 0.0
    plan = found.plan
    terms, items = dict.fromkeys(plan.terms), dict.fromkeys((*found.items, *linked.passed_over))
    rests_on = tuple(plan.tables), tuple(terms), tuple(items)
    return Composition(sql, round(score, 3), *rests_on, linked, found.left_open, lost)


def _is_too_long(plan: Plan) -> bool:
    shown = len(plan.columns) + len(plan.groups) + len(plan.measures)
    return len(plan.conditions) > _MOST_CONDITIONS or shown > _MOST_COLUMNS
