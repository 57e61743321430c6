"""A date in a question is a range of days of a date column, and things are grouped by month and year."""

from dataclasses import replace
from typing import Any

import pytest

from libs.datasources.gate import admit
from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table
from services.query.reasoning.propose import proposed
from tests.query.shop import SHOP, answered, asked_back, shop


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("how many orders were placed in 2024", "placed LIKE '2024-%'"),
        ("2024年有多少订单", "placed LIKE '2024-%'"),
        ("how many orders in April 2024", "placed LIKE '2024-04-%'"),
        ("2024年4月有多少订单", "placed LIKE '2024-04-%'"),
        ("how many orders between 2024-01-01 and 2024-03-31", "placed BETWEEN '2024-01-01' AND '2024-03-31'"),
        ("2024年1月到2024年3月有多少订单", "placed BETWEEN '2024-01-01' AND '2024-03-31'"),
        ("how many orders from January 2024 until March 2024", "placed BETWEEN '2024-01-01' AND '2024-03-31'"),
        ("how many orders after 2024-06-06", "placed > '2024-06-06'"),
        ("how many orders before 2024", "placed < '2024-01-01'"),
        ("how many orders since 2024-06-06", "placed >= '2024-06-06'"),
        ("how many orders on 2024-12-24", "placed = '2024-12-24'"),
        ("2023年第二季度有多少订单", "placed BETWEEN '2023-04-01' AND '2023-06-30'"),
        ("2024年Q2的订单数", "placed BETWEEN '2024-04-01' AND '2024-06-30'"),
        ("how many orders in Q2 2023", "placed BETWEEN '2023-04-01' AND '2023-06-30'"),
        ("how many orders in the third quarter of 2023", "placed BETWEEN '2023-07-01' AND '2023-09-30'"),
        ("2024年上半年的订单数", "placed < '2024-07-01' AND placed >= '2024-01-01'"),
        ("how many orders between March and May 2023", "placed BETWEEN '2023-03-01' AND '2023-05-31'"),
        ("2024年3月到5月的订单数", "placed BETWEEN '2024-03-01' AND '2024-05-31'"),
        ("2024年3月1日到5月15日之间的订单数", "placed BETWEEN '2024-03-01' AND '2024-05-15'"),
        ("how many orders on 7.6.2023", "placed = '2023-06-07'"),
    ],
)
def test_a_date_is_a_range_of_days(question: str, condition: str) -> None:
    assert answered(question) == shop().execute(f"SELECT count(*) FROM orders WHERE {condition}").fetchall()


def test_a_time_that_rows_must_not_have_is_told_of_those_rows() -> None:
    sql = "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE placed >= '2024-10-01')"
    english = ("customers without orders since October 2024", "which customers did not order since October 2024")
    for question in (*english, "2024年10月以来没有订单的客户"):
        assert sorted(answered(question)) == sorted(shop().execute(sql).fetchall())


@pytest.mark.parametrize(
    ("question", "from_day", "to_day"),
    [
        ("how many orders last month", "'start of month', '-1 months'", "'start of month'"),
        ("orders since last month", "'start of month', '-1 months'", None),
        ("revenue from last month", "'start of month', '-1 months'", "'start of month'"),
        ("the last 30 days' orders", "'-29 days'", "'+1 days'"),
        ("how many orders in the last 7 days", "'-6 days'", "'+1 days'"),
        ("最近两周的订单", "'-13 days'", "'+1 days'"),
        ("最近三个月的销售额", "'-3 months'", "'+1 days'"),
        ("近半年的订单", "'-6 months'", "'+1 days'"),
    ],
)
def test_a_time_told_from_today_is_left_to_the_clock_of_the_database(
    question: str, from_day: str, to_day: str | None
) -> None:
    sql = compose(question, SHOP).sql or ""
    assert f"placed >= DATE('now', 'localtime', {from_day})" in sql
    assert (f"placed < DATE('now', 'localtime', {to_day})" in sql) if to_day else "placed <" not in sql
    answered(question)


@pytest.mark.parametrize(
    ("question", "form", "measure"),
    [
        ("orders per month", "%Y-%m", "count(*)"),
        ("每个月的订单数", "%Y-%m", "count(*)"),
        ("按月统计订单数", "%Y-%m", "count(*)"),
        ("number of orders by year", "%Y", "count(*)"),
        ("revenue per month", "%Y-%m", "sum(paid)"),
        ("每年的销售额", "%Y", "sum(paid)"),
        ("按月统计销售额", "%Y-%m", "sum(paid)"),
    ],
)
def test_things_are_grouped_by_month_and_year(question: str, form: str, measure: str) -> None:
    sql = f"SELECT strftime('{form}', placed), {measure} FROM orders GROUP BY 1 ORDER BY 1"
    assert answered(question) == shop().execute(sql).fetchall()


@pytest.mark.parametrize(
    "question",
    [
        "orders per hour",
        "orders in 2022 and 2024",
        "how many products in 2024",
        "orders in May and July",
        "5月和7月的订单",
    ],
)
def test_a_time_without_a_place_is_asked_back(question: str) -> None:
    assert asked_back(question)


@pytest.mark.parametrize(
    ("dialect", "month"),
    [("sqlite", "STRFTIME('%Y-%m', placed)"), ("postgres", "TO_CHAR(placed, 'YYYY-MM')"),
     ("mariadb", "DATE_FORMAT(placed, '%Y-%m')")],
)  # fmt: skip
def test_a_month_is_written_as_each_database_wants_it(dialect: Any, month: str) -> None:
    composed = compose("revenue per month in 2024", replace(SHOP, schema=replace(SHOP.schema, dialect=dialect)))
    assert composed.sql and composed.score >= SURE
    assert month.lower() in composed.sql.lower()
    assert "placed >= '2024-01-01' AND placed < '2025-01-01'" in composed.sql
    assert "group by" in admit(composed.sql, dialect, tables={"orders": ("id", "placed", "paid")}).sql.lower()


@pytest.mark.parametrize(
    "column", [Column("born", "DATE"), Column("born", "TEXT", values=("2011-05-06", "2012-02-29"))]
)
def test_dates_that_are_kept_as_text_are_dates_too(column: Column) -> None:
    table = Table("students", (Column("id", "INTEGER", primary_key=True), Column("name", "TEXT"), column))
    composed = compose("students born in 2012", Scope(Schema((table,), (), "sqlite")))
    assert composed.score >= SURE
    assert composed.sql == "SELECT name FROM students WHERE born >= '2012-01-01' AND born < '2013-01-01'"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("orders in May", "No year was said: “May” is the newest one that has begun."),
        ("orders since September", "No year was said: “September” is the newest one that has begun."),
        ("5月的订单", "没有说是哪一年的“5月”，这里取最近一个已经开始的。"),
        ("orders two weeks ago", "“two weeks ago” is all of that week, month, quarter or year."),
        ("orders in May and June", "No year was said: “May and June” is the newest one that has begun."),
        ("五月和六月的订单", "没有说是哪一年的“五月和六月”，这里取最近一个已经开始的。"),
        ("orders on Monday", "“Monday” is that day of every week."),
        ("orders on Mondays", ""),
        ("orders on weekends", ""),
        ("周一的订单", "“周一”在这里是每一个周一，不只是某一周的。"),
        ("orders last week", ""),
    ],
)
def test_a_time_that_may_be_meant_otherwise_is_told(question: str, told: str) -> None:
    draft = proposed(question, "en" if question.isascii() else "zh", SHOP)
    assert draft.kind == "sql" and draft.text == told


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("orders in 2023 and 2024", "placed >= '2023-01-01' AND placed < '2025-01-01'"),
        ("2023年5月和2023年6月的订单", "placed >= '2023-05-01' AND placed < '2023-07-01'"),
        ("周末的订单", "BETWEEN 6 AND 7"),
        ("orders on Monday", "+ 6) % 7 + 1 = 1"),
    ],
)
def test_times_that_follow_each_other_are_one(question: str, where: str) -> None:
    assert (compose(question, SHOP).sql or "").endswith(where)


def test_the_date_of_what_happened_is_that_of_what_is_counted() -> None:
    key = Column("id", "INTEGER", primary_key=True)
    shops = Table("shops", (key, Column("name", "TEXT"), Column("opened_on", "DATE")))
    calls = Table("calls", (key, Column("shop_id", "INTEGER", foreign_key="shops.id"), Column("opened_at", "TIMESTAMP"),
                            Column("closed_at", "TIMESTAMP")))  # fmt: skip
    known = Scope(Schema((shops, calls), (Relation("calls", "shop_id", "shops", "id"),), "sqlite"))
    sql = compose("How many calls were opened on 2024-05-06?", known).sql or ""
    assert "opened_at >= '2024-05-06'" in sql and "shops" not in sql


@pytest.mark.parametrize("question", ["orders this morning", "orders since two weeks ago", "which orders may be open"])
def test_what_is_no_time_that_is_known_is_taken_for_none(question: str) -> None:
    assert "now" not in (compose(question, SHOP).sql or "")


def test_a_name_or_a_month_that_is_kept_by_itself_is_no_time() -> None:
    months = Column("month", "TEXT", values=("May", "June"))
    sales = Table("sales", (Column("id", "INTEGER", primary_key=True), months, Column("entered", "DATE")))
    composed = compose("how many sales in May", Scope(Schema((sales,), (), "sqlite")))
    assert composed.sql == "SELECT COUNT(*) AS count FROM sales WHERE month = 'May'"
