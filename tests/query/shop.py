"""A small shop in SQLite with Chinese comments, as a newcomer brings it: what the composer's answers are proved on."""

import sqlite3
from functools import cache
from typing import Any

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term

_ROWS: dict[str, list[tuple[Any, ...]]] = {
    "customers": [
        (1, "Ann", "Berlin", "gold", "active"), (2, "Bob", "Berlin", "silver", "active"),
        (3, "Ann", "上海", "gold", "blocked"), (4, "Cai", "北京", "silver", "active"),
        (5, "Dan", "Paris", "gold", "active"),
    ],
    "products": [
        (1, "Lamp", "电子", 30.0, 7), (2, "手机", "电子", 3999.0, 3), (3, "键盘", "配件", 199.0, 12),
        (4, "Desk", "家具", 899.0, 2),
    ],
    "orders": [
        (number, 1 + number % 4, number * 10.0, "paid" if number % 3 else "open",
         f"{2023 + number % 2}-{1 + number % 12:02}-{1 + number % 28:02}")
        for number in range(1, 31)
    ],
    "order_lines": [
        (number, 1 + number % 30, 1 + number % 4, 1 + number % 3, 5.0 + number) for number in range(1, 61)
    ] + [(61, 2, 2, 1, 9.0), (62, 3, 3, 1, 9.0)],
}  # fmt: skip

_TABLES = (
    Table(
        "customers",
        (
            Column("id", "INTEGER", primary_key=True),
            Column("name", "TEXT", comment="姓名", values=("Ann", "Bob", "Cai", "Dan")),
            Column("city", "TEXT", comment="城市", values=("Berlin", "Paris", "上海", "北京")),
            Column("level", "TEXT", comment="等级", values=("gold", "silver")),
            Column("status", "TEXT", comment="账号状态", values=("active", "blocked")),
        ),
        comment="客户",
        row_estimate=5,
    ),
    Table(
        "orders",
        (
            Column("id", "INTEGER", primary_key=True),
            Column("customer_id", "INTEGER", foreign_key="customers.id"),
            Column("paid", "NUMERIC", comment="实付金额"),
            Column("status", "TEXT", comment="订单状态", values=("open", "paid")),
            Column("placed", "DATE", comment="下单日期"),
        ),
        comment="订单",
        row_estimate=30,
    ),
    Table(
        "order_lines",
        (
            Column("id", "INTEGER", primary_key=True),
            Column("order_id", "INTEGER", foreign_key="orders.id"),
            Column("product_id", "INTEGER", foreign_key="products.id"),
            Column("quantity", "INTEGER", comment="数量"),
            Column("unit_price", "NUMERIC", comment="成交价"),
        ),
        comment="订单明细",
        row_estimate=62,
    ),
    Table(
        "products",
        (
            Column("id", "INTEGER", primary_key=True),
            Column("name", "TEXT", comment="商品名称", values=("Desk", "Lamp", "手机", "键盘")),
            Column("category", "TEXT", comment="类别", values=("家具", "电子", "配件")),
            Column("price", "NUMERIC", comment="单价"),
            Column("stock", "INTEGER", comment="库存"),
        ),
        comment="商品",
        row_estimate=4,
    ),
)
_RELATIONS = (
    Relation("orders", "customer_id", "customers", "id"),
    Relation("order_lines", "order_id", "orders", "id"),
    Relation("order_lines", "product_id", "products", "id"),
)
TERMS = (
    Term("revenue", "what customers paid", (), "sum(orders.paid)"),
    Term("销售额", "客户支付的金额", ("营业额",), "sum(orders.paid)"),
    Term("doubled pay", "", (), "orders.paid * 2"),
    Term("settled orders", "", (), "orders.status = 'paid'"),
)
SHOP = Scope(Schema(_TABLES, _RELATIONS, "sqlite"), TERMS)


@cache
def shop() -> sqlite3.Connection:
    """The shop's rows."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    for table in _TABLES:
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        connection.execute(f"CREATE TABLE {table.name} ({columns})")
        marks = ", ".join("?" * len(table.columns))
        connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", _ROWS[table.name])
    return connection


def answered(question: str, known: Scope = SHOP) -> list[tuple[Any, ...]]:
    """The rows of a question that is answered for sure; fails where it is asked back."""
    composed = compose(question, known)
    assert composed.sql and composed.score >= SURE, (question, composed.score, composed.sql)
    return shop().execute(composed.sql).fetchall()


def asked_back(question: str, known: Scope = SHOP) -> bool:
    """Whether the composer does not answer."""
    composed = compose(question, known)
    return composed.sql is None or composed.score < SURE
