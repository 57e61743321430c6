"""Whatever the composer is sure of runs on PostgreSQL, which is stricter than SQLite: all shapes of questions."""

from dataclasses import replace
from itertools import product

import asyncpg

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Scope, Term
from tests.query.shop import SHOP

_TERMS = (
    Term("revenue", "", ("收入",), "sum(orders.paid) FILTER (WHERE orders.status <> 'open')"),
    Term("settled order", "", ("settled",), "orders.status = 'paid'"),
    Term("net pay", "", (), "orders.paid - 1"),
)
_KNOWN: Scope = replace(SHOP, schema=replace(SHOP.schema, dialect="postgres"), terms=_TERMS)
_ASKED = (
    "customers", "How many orders", "settled orders", "average paid of orders", "revenue", "the highest net pay",
    "distinct city of customers", "customers and their number of orders", "customers without orders",
    "the name and city of customers", "products with the highest price", "top 3 customers by revenue",
    "cities with more than 2 customers", "all information of orders", "Which city has the most settled orders",
)  # fmt: skip
_FURTHER = (
    "", "by city", "per month", "for each customer", "ordered by name", "ordered by price", "in Berlin",
    "not in Berlin", "with more than 3 orders", "with net pay above 50",
    "that have no placed date", "in descending order of paid",
    "that are not settled", "placed in 2024", "for each city ordered by paid", "of gold customers",
)  # fmt: skip


async def test_all_that_is_sure_runs(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        for table in SHOP.schema.tables:
            columns = ", ".join(f"{c.name} {c.type}{' PRIMARY KEY' * c.primary_key}" for c in table.columns)
            await connection.execute(f"CREATE TEMP TABLE {table.name} ({columns})")
        found = {f"{asked} {more}": compose(f"{asked} {more}", _KNOWN) for asked, more in product(_ASKED, _FURTHER)}
        sure = {question: one.sql for question, one in found.items() if one.sql and one.score >= SURE}
        refused = {}
        for question, sql in sure.items():
            try:
                await connection.execute(f"EXPLAIN {sql}")
            except asyncpg.PostgresError as error:
                refused[question] = f"{error}: {sql}"
        assert refused == {}
        assert len(sure) > len(found) / 4
    finally:
        await connection.close()
