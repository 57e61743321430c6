"""Parts of dates in SQL, as texts that sort in time: 2024, 2024-Q1, 2024-03, 2024-W09, 2024-03-31 (ISO 8601 weeks)."""

from functools import cache

import sqlglot
from sqlglot import exp

from libs.datasources.dialect import Dialect
from services.query.composer.queries.plan import TimePart

_LENGTHS: dict[TimePart, int] = {"year": 4, "month": 7, "day": 10}
_POSTGRES: dict[TimePart, str] = {
    "year": "to_char(x, 'YYYY')",
    "quarter": "to_char(x, 'YYYY-\"Q\"Q')",
    "month": "to_char(x, 'YYYY-MM')",
    "week": "to_char(x, 'IYYY-\"W\"IW')",
    "day": "to_char(x, 'YYYY-MM-DD')",
    "weekday": "CAST(EXTRACT(ISODOW FROM x) AS INTEGER)",
}
_THURSDAY = "date(x, '-3 days', 'weekday 4')"
"""Of the same week: its year is the week's, and its day of the year tells the week."""
_SQLITE: dict[TimePart, str] = {
    "year": "strftime('%Y', x)",
    "quarter": "strftime('%Y', x) || '-Q' || ((CAST(strftime('%m', x) AS INTEGER) + 2) / 3)",
    "month": "strftime('%Y-%m', x)",
    "week": f"strftime('%Y-W', {_THURSDAY}) || printf('%02d', (CAST(strftime('%j', {_THURSDAY}) AS INTEGER) + 6) / 7)",
    "day": "strftime('%Y-%m-%d', x)",
    "weekday": "(CAST(strftime('%w', x) AS INTEGER) + 6) % 7 + 1",
}
_MARIADB: dict[TimePart, str] = {
    "year": "date_format(x, '%Y')",
    "quarter": "CONCAT(YEAR(x), '-Q', QUARTER(x))",
    "month": "date_format(x, '%Y-%m')",
    "week": "date_format(x, '%x-W%v')",
    "day": "date_format(x, '%Y-%m-%d')",
    "weekday": "WEEKDAY(x) + 1",
}
_WRITTEN: dict[Dialect, dict[TimePart, str]] = {"postgres": _POSTGRES, "sqlite": _SQLITE, "mariadb": _MARIADB}


def date_part(column: exp.Column, part: TimePart, dialect: Dialect, *, is_text: bool) -> exp.Expr:
    """A part of a date: `2024-03`; ISO dates in texts begin with year, month and day."""
    if is_text and part in _LENGTHS:
        return exp.Substring(this=column, start=exp.Literal.number(1), length=exp.Literal.number(_LENGTHS[part]))
    time = exp.cast(column, "date") if is_text and dialect == "postgres" else column
    return _parsed(part, dialect).transform(lambda node: time.copy() if isinstance(node, exp.Column) else node)


@cache
def _parsed(part: TimePart, dialect: Dialect) -> exp.Expr:
    """With a column `x` in the place of the date."""
    return sqlglot.parse_one(_WRITTEN[dialect][part], dialect=dialect)
