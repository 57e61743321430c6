"""Shares are of all that is spoken of: of rows, of a sum, of each group; a time is of the whole."""

from dataclasses import replace
from typing import Any

import pytest

from libs.datasources.gate import admit
from services.query.composer.compose import SURE, compose
from tests.query.shop import SHOP, answered, asked_back, shop

_JOINED = "FROM orders o JOIN customers c ON c.id = customer_id"
_OF_REVENUE = f"SELECT 100.0 * (SELECT sum(paid) {_JOINED} WHERE {{}}) / sum(paid) FROM orders"
_BY_CITY = f"SELECT city, 100.0 * sum(paid) / (SELECT sum(paid) FROM orders) {_JOINED} GROUP BY city"
_BY_STATUS = "SELECT status, 100.0 * count(*) / (SELECT count(*) FROM orders{0}) FROM orders{0} GROUP BY status"
_IN_2024 = " WHERE placed LIKE '2024%'"
_PAID = "SELECT 100.0 * avg(status = 'paid') FROM orders{}"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What share of revenue comes from Berlin?", _OF_REVENUE.format("city = 'Berlin'")),
        ("上海的销售额占比", _OF_REVENUE.format("city = '上海'")),
        ("share of revenue by city", _BY_CITY),
        ("各城市的销售额占比", _BY_CITY),
        ("percentage of orders by status", _BY_STATUS.format("")),
        ("orders by status as a percentage", _BY_STATUS.format("")),
        ("percentage of orders by status in 2024", _BY_STATUS.format(_IN_2024)),
        ("What percentage of orders in 2024 are paid?", _PAID.format(_IN_2024)),
        ("What % of orders are paid?", _PAID.format("")),
        ("paid orders as a percentage", _PAID.format("")),
    ],
)
def test_a_share_is_that_of_all_that_is_spoken_of(question: str, sql: str) -> None:
    told, right = sorted(answered(question), key=str), sorted(shop().execute(sql).fetchall(), key=str)
    assert [row[:-1] for row in told] == [row[:-1] for row in right]
    assert [row[-1] for row in told] == pytest.approx([row[-1] for row in right])


@pytest.mark.parametrize(
    "question", ["percentage of gold customers in Berlin", "share of the average price by category"]
)
def test_of_what_it_is_a_share_is_asked_back(question: str) -> None:
    assert asked_back(question)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mariadb"])
def test_the_share_of_each_group_passes_the_gate(dialect: Any) -> None:
    composed = compose("percentage of orders by status", replace(SHOP, schema=replace(SHOP.schema, dialect=dialect)))
    assert composed.sql and composed.score >= SURE
    assert "over ()" in admit(composed.sql, dialect, tables={"orders": ("id", "status")}).sql.lower()
