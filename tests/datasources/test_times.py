"""What a question tells from today, and groups of weeks and quarters, mean the same on every kind of database."""

from datetime import date, timedelta

import pytest

from libs.datasources.gate import admit
from libs.datasources.open import Connections
from libs.datasources.run import run
from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Schema, Scope, Table
from tests.datasources.conftest import UserDatabase

_TABLES = (
    Table("visits", (Column("id", "INTEGER", primary_key=True), Column("day", "DATE"))),
    Table("notes", (Column("id", "INTEGER", primary_key=True), Column("written", "TEXT", values=("2024-02-29",)))),
)


def _month(day: date, moved: int) -> date:
    months = day.year * 12 + day.month - 1 + moved
    return date(months // 12, months % 12 + 1, 1)


def _newest(today: date, month: int) -> date:
    """The first day of the newest such month that has begun."""
    return date(today.year - (month > today.month), month, 1)


def _spans(today: date) -> dict[str, tuple[date, date]]:
    days, monday = timedelta, today - timedelta(days=today.weekday())
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return {
        "How many {} today?": (today, today + days(1)),
        "昨天有多少{}？": (today - days(1), today),
        "How many {} this week?": (monday, monday + days(7)),
        "上周有多少{}？": (monday - days(7), monday),
        "How many {} in the past 10 days?": (today - days(10), today + days(1)),
        "How many {} last month?": (_month(today, -1), _month(today, 0)),
        "本月有多少{}？": (_month(today, 0), _month(today, 1)),
        "How many {} last quarter?": (_month(quarter, -3), quarter),
        "本季度有多少{}？": (quarter, _month(quarter, 3)),
        "How many {} this year?": (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
        "去年有多少{}？": (date(today.year - 1, 1, 1), date(today.year, 1, 1)),
        "How many {} since March?": (_newest(today, 3), date.max),
        "9月有多少{}？": (_newest(today, 9), _month(_newest(today, 9), 1)),
        "去年12月有多少{}？": (date(today.year - 1, 12, 1), date(today.year, 1, 1)),
        "How many {} between March 1 and March 15?": (_newest(today, 3), _newest(today, 3) + days(15)),
        "How many {} the day before yesterday?": (today - days(2), today - days(1)),
        "How many {} two weeks ago?": (monday - days(14), monday - days(7)),
        "上周一有多少{}？": (monday - days(7), monday - days(6)),
        "How many {} year to date?": (date(today.year, 1, 1), today + days(1)),
        "2024年第一季度有多少{}？": (date(2024, 1, 1), date(2024, 4, 1)),
    }


async def _asked(database: UserDatabase, connections: Connections, question: str) -> list[list[object]]:
    composed = compose(question, Scope(Schema(_TABLES, (), database.dialect)))
    assert composed.sql and composed.score >= SURE, question
    tables = {table.name: tuple(column.name for column in table.columns) for table in _TABLES}
    admitted = admit(composed.sql, database.dialect, tables=tables)
    engine = await connections.engine("d", 1, database.settings)
    return [list(row) for row in (await run(engine, admitted)).rows]


@pytest.mark.parametrize("table", ["visits", "notes"])
async def test_a_time_told_from_today_is_a_range_of_days(
    database: UserDatabase, connections: Connections, table: str
) -> None:
    began = today = date.today()
    days = [today + timedelta(days=number) for number in range(-800, 400, 3)] + [today, date(2024, 2, 29)]
    rows = ", ".join(f"({number}, '{day}')" for number, day in enumerate(days))
    column, kind = ("day", "DATE") if table == "visits" else ("written", "VARCHAR(20)")
    await database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {column} {kind});")
    await database.execute(f"INSERT INTO {table} VALUES {rows};")
    for question, (first, after) in _spans(today).items():
        found = await _asked(database, connections, question.format(table))
        if date.today() != began:
            return  # At midnight today was another day for the database than for us.
        assert found == [[sum(first <= day < after for day in days)]], question


@pytest.mark.parametrize("table", ["visits", "notes"])
async def test_days_of_the_week_are_those_of_every_week(
    database: UserDatabase, connections: Connections, table: str
) -> None:
    days = [date(2024, 2, 1) + timedelta(days=number) for number in range(30)]
    rows = ", ".join(f"({number}, '{day}')" for number, day in enumerate(days))
    column, kind = ("day", "DATE") if table == "visits" else ("written", "VARCHAR(20)")
    await database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {column} {kind});")
    await database.execute(f"INSERT INTO {table} VALUES {rows};")
    asked = {"How many {} on Mondays?": {1}, "周日有多少{}？": {7}, "每周一到周五有多少{}？": {1, 2, 3, 4, 5}}
    for question, wanted in asked.items():
        expected = [[sum(day.isoweekday() in wanted for day in days)]]
        assert await _asked(database, connections, question.format(table)) == expected, question


async def test_weeks_and_quarters_are_those_of_the_calendar(database: UserDatabase, connections: Connections) -> None:
    days = [date(2020, 12, 25) + timedelta(days=number) for number in range(0, 1500, 5)]
    rows = ", ".join(f"({number}, '{day}')" for number, day in enumerate(days))
    await database.execute("CREATE TABLE visits (id INTEGER PRIMARY KEY, day DATE);")
    await database.execute(f"INSERT INTO visits VALUES {rows};")
    weeks, quarters = dict[str, int](), dict[str, int]()
    for day in days:
        year, week, _ = day.isocalendar()
        for count, name in ((weeks, f"{year}-W{week:02}"), (quarters, f"{day.year}-Q{(day.month + 2) // 3}")):
            count[name] = count.get(name, 0) + 1
    for question, expected in (("visits per week", weeks), ("每个季度的visits数量", quarters)):
        assert dict(map(tuple, await _asked(database, connections, question))) == expected  # type: ignore[arg-type]
