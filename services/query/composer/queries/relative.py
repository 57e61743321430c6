"""Writes days that are told from today, the first of this month or a week ago, by the database's own clock.

So SQL that is kept, cached or learned means the same tomorrow.
"""

import sqlglot
from sqlglot import exp

from libs.datasources.dialect import Dialect
from services.query.composer.queries.plan import Relative, TimePart

_MONTHS_GONE = "(CAST(strftime('%m', 'now', 'localtime') AS INTEGER) - 1) % 3"
"""Of the running quarter."""
_SQLITE: dict[TimePart, str] = {
    "day": "",
    "week": ", 'weekday 0', '-6 days'",
    "month": ", 'start of month'",
    "quarter": f", 'start of month', '-' || ({_MONTHS_GONE}) || ' months'",
    "year": ", 'start of year'",
}
_MARIADB: dict[TimePart, str] = {
    "day": "CURRENT_DATE",
    "week": "CURRENT_DATE - INTERVAL WEEKDAY(CURRENT_DATE) DAY",
    "month": "CURRENT_DATE - INTERVAL (DAYOFMONTH(CURRENT_DATE) - 1) DAY",
    "quarter": "MAKEDATE(YEAR(CURRENT_DATE), 1) + INTERVAL (QUARTER(CURRENT_DATE) - 1) QUARTER",
    "year": "MAKEDATE(YEAR(CURRENT_DATE), 1)",
}
_LONGER: dict[TimePart, tuple[int, TimePart]] = {"week": (7, "day"), "quarter": (3, "month")}


def relative_day(day: Relative, dialect: Dialect, *, as_text: bool) -> exp.Expr:
    """The day as a date; `as_text` as an ISO date in a text, where dates are kept so."""
    times, step = _LONGER.get(day.step, (1, day.step))
    sql = {"sqlite": _sqlite, "postgres": _postgres}.get(dialect, _mariadb)(day.unit, day.count * times, step)
    if as_text and dialect == "postgres":
        sql = f"to_char({sql}, 'YYYY-MM-DD')"
    return sqlglot.parse_one(sql, dialect=dialect)


def _sqlite(unit: TimePart, count: int, step: TimePart) -> str:
    moved = f", '{count:+d} {step}s'" if count else ""
    return f"date('now', 'localtime'{_SQLITE[unit]}{moved})"


def _postgres(unit: TimePart, count: int, step: TimePart) -> str:
    first = "CURRENT_DATE" if unit == "day" else f"CAST(date_trunc('{unit}', CURRENT_DATE) AS DATE)"
    return f"CAST({first} + INTERVAL '{count} {step}' AS DATE)" if count else first


def _mariadb(unit: TimePart, count: int, step: TimePart) -> str:
    return f"{_MARIADB[unit]} + INTERVAL {count} {step}" if count else _MARIADB[unit]
