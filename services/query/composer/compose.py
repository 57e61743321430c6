"""Composes SQL from the structure of a database, its terms and what its verified questions teach of words."""

from dataclasses import dataclass

from services.query.composer.linking.familiar import familiar
from services.query.composer.linking.link import Linked, link
from services.query.composer.queries.render import render
from services.query.composer.reading.interpret import Interpretation, interpret
from services.query.knowledge.schema import Knowledge

SURE = 0.8
_MOST_CONDITIONS, _MOST_COLUMNS = 20, 40


@dataclass(frozen=True)
class Composition:
    """Composed SQL with its score (0 to 1), the tables and terms it rests on; `sql` is None when nothing fits."""

    sql: str | None
    score: float
    tables: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    linked: Linked | None = None
    found: Interpretation | None = None


def compose(question: str, known: Knowledge) -> Composition:
    """The SQL of a question, as far as its words are understood."""
    known = familiar(known)
    linked = link(question, known.schema, known.terms, known.taught)
    found = interpret(linked, known.schema)
    if found is None:
        return Composition(None, 0.0, linked=linked)
    sql = _rendered(found, known)
    score = found.share if sql else 0.0
    if found.unknown or found.dropped or found.unheard or found.unclear:
        score = min(score, SURE / 2)
    return Composition(
        sql, round(score, 3), tuple(found.plan.tables), tuple(dict.fromkeys(found.plan.terms)), linked, found
    )


def _rendered(found: Interpretation, known: Knowledge) -> str | None:
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
