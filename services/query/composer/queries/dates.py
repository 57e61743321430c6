"""Parts of dates in SQL, as texts that sort in time."""

from sqlglot import exp

from libs.datasources.dialect import Dialect
from services.query.composer.queries.plan import TimePart

_LENGTHS: dict[TimePart, int] = {"year": 4, "month": 7, "day": 10}
_POSTGRES: dict[TimePart, str] = {"year": "YYYY", "month": "YYYY-MM", "day": "YYYY-MM-DD"}
_OTHERS: dict[TimePart, str] = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}


def date_part(column: exp.Column, part: TimePart, dialect: Dialect, *, is_text: bool) -> exp.Expr:
    """The year, month or day of a date: `2024-03`; ISO dates in texts begin with it."""
    if is_text:
        return exp.Substring(this=column, start=exp.Literal.number(1), length=exp.Literal.number(_LENGTHS[part]))
    if dialect == "postgres":
        return exp.Anonymous(this="to_char", expressions=[column, exp.Literal.string(_POSTGRES[part])])
    form = exp.Literal.string(_OTHERS[part])
    if dialect == "sqlite":
        return exp.Anonymous(this="strftime", expressions=[form, column])
    return exp.Anonymous(this="date_format", expressions=[column, form])
