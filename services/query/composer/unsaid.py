"""What the SQL of a verified pair does that its question does not say in so many words."""

from functools import lru_cache

from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse
from services.query.composer.language.words import WRITTEN, keys
from services.query.knowledge.schema import Pair


@lru_cache(maxsize=1_000)
def looks_for_unsaid(pair: Pair, dialect: Dialect) -> bool:
    """Whether it looks for what only words say: `closed_on IS NULL` for `open`, `amount > 1000` for `large`."""
    clauses = list(_tree(pair, dialect).find_all(exp.Where, exp.Having))
    literals = (one for clause in clauses for one in clause.find_all(exp.Literal) if not _limits(one))
    flags = (one.this.this if isinstance(one.this, exp.Not) else one.this for one in clauses)
    return (
        not all(_said(pair) >= set(keys(one.this)) for one in literals)
        or any(clause.find(exp.Null, exp.Boolean) for clause in clauses)
        or any(isinstance(flag.unnest(), exp.Column) for flag in flags)
    )


@lru_cache(maxsize=1_000)
def has_unsaid_limit(pair: Pair, dialect: Dialect) -> bool:
    """Whether it shows the first ten, say, of what the question wants all of."""
    limits = (one.expression for one in _tree(pair, dialect).find_all(exp.Limit))
    return any(isinstance(one, exp.Literal) and one.this not in {"1", *_said(pair)} for one in limits)


def _limits(literal: exp.Literal) -> bool:
    return isinstance(literal.parent, exp.Limit | exp.Offset)


def _said(pair: Pair) -> set[str]:
    words = set(keys(pair.question))
    return words | {WRITTEN[word] for word in words if word in WRITTEN}


def _tree(pair: Pair, dialect: Dialect) -> exp.Expr:
    try:
        return parse(pair.sql, dialect)
    except RefusedByGate:
        return exp.Select()
