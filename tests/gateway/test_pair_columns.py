"""A pair that names a column that no table has is refused with its name; whatever may be right is taken."""

import pytest

from libs.datasources.dialect import Dialect
from libs.datasources.gate import admit
from services.gateway.knowledge.columns import unknown_columns

_TABLES = {
    "orders": ["id", "customer_id", "paid", "Placed At", "data"],
    "customers": ["id", "name", "city"],
    "Loud": ["Id", "NAME"],
}

_ANY: tuple[Dialect, ...] = ("sqlite", "postgres", "mariadb")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT o.paid, c.name FROM orders AS o JOIN customers c ON o.customer_id = c.id WHERE city = 'x'",
        "SELECT PAID, Orders.ID FROM orders",
        "SELECT sum(paid) AS total FROM orders GROUP BY customer_id HAVING sum(paid) > 1 ORDER BY total DESC",
        "SELECT customer_id AS who, count(*) FROM orders GROUP BY who ORDER BY who",
        "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE paid > customers.id)",
        "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id AND city = 'x')",
        "SELECT t.a, b FROM (SELECT id AS a, paid AS b FROM orders) AS t",
        "SELECT o.id FROM orders o JOIN (SELECT id FROM customers WHERE city = 'x') c ON EXISTS (SELECT o.paid)",
        "SELECT (WITH c AS (SELECT id FROM orders WHERE customer_id = city) SELECT id FROM c) FROM customers",
        "WITH big AS (SELECT customer_id, sum(paid) AS s FROM orders GROUP BY customer_id) "
        "SELECT name, s, big.s FROM big JOIN customers ON customers.id = big.customer_id",
        "WITH RECURSIVE days(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM days WHERE n < 5) SELECT n FROM days",
        "WITH orders AS (SELECT id AS x FROM customers) SELECT x FROM orders",
        "SELECT id AS x FROM orders UNION SELECT id FROM customers ORDER BY x",
        "SELECT id FROM orders JOIN customers USING (id)",
        "SELECT o.id, name FROM (orders o JOIN customers c ON o.customer_id = c.id)",
        "SELECT o.id, current_date, current_timestamp FROM orders o",
        "SELECT sum(paid) OVER w, rank() OVER (PARTITION BY customer_id ORDER BY paid) FROM orders WINDOW w AS "
        "(ORDER BY id)",
        "SELECT CASE WHEN paid > 1 THEN 'a' ELSE 'b' END AS size, count(*) FROM orders GROUP BY size",
        "SELECT count(*) FROM orders, customers",
        "SELECT (SELECT max(paid) FROM orders WHERE customer_id = customers.id) AS top FROM customers ORDER BY top",
        "SELECT orders.*, name FROM orders CROSS JOIN customers",
    ],
)
@pytest.mark.parametrize("dialect", _ANY)
def test_sql_whose_columns_may_be_there_is_taken(dialect: Dialect, sql: str) -> None:
    admit(sql, dialect, tables=_TABLES)
    assert unknown_columns(sql, dialect, _TABLES) == []


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("postgres", 'SELECT "Placed At", ctid, xmin FROM orders'),
        ("postgres", 'SELECT "NAME" FROM "Loud" ORDER BY "Id"'),
        ("postgres", "SELECT localtimestamp, extract(year FROM paid), date_trunc('month', paid) FROM orders"),
        ("postgres", "SELECT count(o), data->>'x', paid::date, paid AT TIME ZONE 'utc' FROM orders o"),
        ("postgres", "SELECT id, n FROM orders, LATERAL (SELECT paid AS n) AS l"),
        ("postgres", "SELECT count FROM (SELECT count(*) FROM orders) AS counted"),
        ("postgres", "SELECT a, whatever FROM (SELECT * FROM orders) AS t(a, b)"),
        ("postgres", "SELECT column1 FROM (VALUES (1)) AS v"),
        ("sqlite", "SELECT rowid, orders.rowid FROM orders WHERE data = \"a text\" ORDER BY data COLLATE NOCASE"),
        ("sqlite", "SELECT [Placed At], `paid` FROM orders"),
        ("mariadb", "SELECT `Placed At`, utc_date, \"a text\" FROM orders"),
        ("mariadb", "SELECT timestampdiff(MONTH, paid, paid), date_add(paid, INTERVAL 1 DAY) FROM orders"),
        ("mariadb", "SELECT NAME, loud.id FROM Loud AS loud"),
    ],
)  # fmt: skip
def test_what_only_one_database_reads_is_taken_too(dialect: Dialect, sql: str) -> None:
    assert unknown_columns(sql, dialect, _TABLES) == []


@pytest.mark.parametrize(
    ("sql", "unknown"),
    [
        ("SELECT payed FROM orders", ["payed"]),
        ("SELECT o.payed, name FROM orders o", ["o.payed", "name"]),
        ("SELECT count(*) FROM orders JOIN customers c ON c.id = custmer_id", ["custmer_id"]),
        ("SELECT name FROM customers WHERE id IN (SELECT buyer FROM orders)", ["buyer"]),
        ("WITH big AS (SELECT payed FROM orders) SELECT * FROM big", ["payed"]),
        ("SELECT x FROM (SELECT payed AS x FROM orders) t JOIN (SELECT no AS y FROM customers) u ON x = y",
         ["payed", "no"]),
        ("SELECT id AS x FROM orders WHERE total > 1 ORDER BY x, y", ["total", "y"]),
        ("SELECT id FROM orders UNION SELECT no FROM customers", ["no"]),
        ("SELECT orders.name FROM orders JOIN customers ON true", ["orders.name"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", _ANY)
def test_a_column_that_no_table_has_is_named(dialect: Dialect, sql: str, unknown: list[str]) -> None:
    assert unknown_columns(sql, dialect, _TABLES) == unknown
