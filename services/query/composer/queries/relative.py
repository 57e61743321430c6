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
    "day": "{today}",
    "week": "{today} - INTERVAL WEEKDAY({today}) DAY",
    "month": "{today} - INTERVAL (DAYOFMONTH({today}) - 1) DAY",
    "quarter": "MAKEDATE(YEAR({today}), 1) + INTERVAL (QUARTER({today}) - 1) QUARTER",
    "year": "MAKEDATE(YEAR({today}), 1)",
}
_LONGER: dict[TimePart, tuple[int, TimePart]] = {"week": (7, "day"), "quarter": (3, "month")}
_Moves = list[tuple[int, TimePart]]


def relative_day(day: Relative, dialect: Dialect, *, as_text: bool) -> exp.Expr:
    """The day as a date; `as_text` as an ISO date in a text, where dates are kept so."""
    times, step = _LONGER.get(day.step, (1, day.step))
    moves: _Moves = [(count, by) for count, by in ((day.count * times, step), (day.days, "day")) if count]
    sql = {"sqlite": _sqlite, "postgres": _postgres}.get(dialect, _mariadb)(day.unit, day.ago, moves)
    if as_text and dialect == "postgres":
        sql = f"to_char({sql}, 'YYYY-MM-DD')"
    return sqlglot.parse_one(sql, dialect=dialect)


def relative_year(day: Relative, dialect: Dialect) -> exp.Expr:
    """The year of the day, as a number."""
    written = relative_day(day, dialect, as_text=False).sql(dialect=dialect)
    forms = {"sqlite": f"CAST(strftime('%Y', {written}) AS INTEGER)", "mariadb": f"YEAR({written})"}
    return sqlglot.parse_one(forms.get(dialect, f"CAST(EXTRACT(YEAR FROM {written}) AS INTEGER)"), dialect=dialect)


def _sqlite(unit: TimePart, ago: int, moves: _Moves) -> str:
    before = f", '-{ago} months'" if ago else ""
    moved = "".join(f", '{count:+d} {step}s'" for count, step in moves)
    return f"date('now', 'localtime'{before}{_SQLITE[unit]}{moved})"


def _postgres(unit: TimePart, ago: int, moves: _Moves) -> str:
    today = f"CURRENT_DATE - INTERVAL '{ago} month'" if ago else "CURRENT_DATE"
    first = today if unit == "day" else f"CAST(date_trunc('{unit}', {today}) AS DATE)"
    moved = "".join(f" + INTERVAL '{count} {step}'" for count, step in moves)
    return f"CAST({first}{moved} AS DATE)" if moved else first


def _mariadb(unit: TimePart, ago: int, moves: _Moves) -> str:
    today = f"(CURRENT_DATE - INTERVAL {ago} MONTH)" if ago else "CURRENT_DATE"
    return _MARIADB[unit].format(today=today) + "".join(f" + INTERVAL {count} {step}" for count, step in moves)
