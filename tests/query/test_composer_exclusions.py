"""What rows must not have, in both languages; whoever has none of it at all has not what is excluded either."""

from dataclasses import replace

import pytest

from services.query.composer.compose import compose
from services.query.knowledge.schema import Table
from tests.query.shop import SHOP, answered, asked_back, shop

_BOUGHT = (
    "SELECT customer_id FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id"
)
_NEVER = "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("customers who never ordered products in category 家具",
         f"SELECT name FROM customers WHERE id NOT IN ({_BOUGHT} WHERE p.category = '家具')"),
        ("customers who have paid orders but no open orders",
         "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'paid') "
         "AND id NOT IN (SELECT customer_id FROM orders WHERE status = 'open')"),
        ("customers who ordered Lamp but not Desk",
         f"SELECT name FROM customers WHERE id IN ({_BOUGHT} WHERE p.name = 'Lamp') "
         f"AND id NOT IN ({_BOUGHT} WHERE p.name = 'Desk')"),
        ("customers that do not have any order", _NEVER),
        ("没有订单的客户", _NEVER),
        ("哪些客户没有订单", _NEVER),
        ("哪个客户一个订单都没有", _NEVER),
        ("没有下过订单的客户有哪些", _NEVER),
    ],
)  # fmt: skip
def test_those_that_have_none_of_it_are_found(question: str, sql: str) -> None:
    assert sorted(answered(question)) == sorted(shop().execute(sql).fetchall())


def test_groups_that_are_not_shown_are_asked_back() -> None:
    assert asked_back("paid and open orders per customer")


@pytest.mark.parametrize(
    "question",
    [
        "products not in 电子 with a price above 500",
        "products that are not 电子 with price over 500",
        "不是电子且单价超过500的商品",
    ],
)
def test_what_is_not_so_is_what_stands_next_to_it(question: str) -> None:
    assert answered(question) == [("Desk",)]


@pytest.mark.parametrize("question", ["unretired gold customers", "Which customers have the same name?"])
def test_what_says_which_of_them_is_asked(question: str) -> None:
    assert asked_back(question)


def test_what_is_excluded_is_of_the_kind_of_what_is_not() -> None:
    """Where two columns have the word: of the goods, and not of the customers."""
    known = replace(SHOP, schema=replace(SHOP.schema, tables=tuple(map(_with_level, SHOP.schema.tables))))
    sql = compose("customers who ordered 电子 but not 配件", known).sql or ""
    assert "NOT customers.id IN" in sql and "level" not in sql


def _with_level(table: Table) -> Table:
    columns = (replace(one, values=("gold", "silver", "配件")) if one.name == "level" else one for one in table.columns)
    return replace(table, columns=tuple(columns))
