"""Composes simple SQL from the structure of a database and its terms, and knows when it does not know."""

from dataclasses import dataclass

from services.query.composer.interpret import Interpretation, interpret
from services.query.composer.link import Linked, link
from services.query.composer.render import render
from services.query.knowledge.schema import Knowledge

SURE = 0.8
"""A score below this is no answer: being wrong is worse than asking back."""
_MOST_CONDITIONS, _MOST_COLUMNS = 20, 40
"""What one question asks for stays below; a text that repeats itself does not."""


@dataclass(frozen=True)
class Composition:
    """Composed SQL with its score (0 to 1), the tables and terms it rests on; `sql` is None when nothing fits."""

    sql: str | None
    score: float
    tables: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    linked: Linked | None = None


def compose(question: str, known: Knowledge) -> Composition:
    """The SQL of a question, as far as its words are understood."""
    linked = link(question, known.schema, known.terms)
    found = interpret(linked, known.schema)
    if found is None:
        return Composition(None, 0.0, linked=linked)
    sql = _rendered(found, known)
    score = linked.coverage * found.used if sql else 0.0
    if linked.unexplained or found.dropped:
        score = min(score, SURE / 2)
    return Composition(sql, round(score, 3), tuple(found.plan.tables), tuple(dict.fromkeys(found.plan.terms)), linked)


def _rendered(found: Interpretation, known: Knowledge) -> str | None:
    """The SQL; None too for what is so large or so deep that no question means it."""
    plan = found.plan
    if (
        len(plan.conditions) > _MOST_CONDITIONS
        or len(plan.columns) + len(plan.groups) + len(plan.measures) > _MOST_COLUMNS
    ):
        return None
    try:
        return render(plan, known.schema, found.spoken)
    except RecursionError:
        return None
