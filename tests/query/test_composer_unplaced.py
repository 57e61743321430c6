"""What a question names surely has a place in its SQL, or it is asked what it does there, in both languages."""

import pytest

from libs.events.catalog import Language
from services.query.composer.linking.link import link
from services.query.composer.reading.interpret import interpret
from services.query.composer.unplaced import unplaced
from services.query.reasoning.propose import proposed
from tests.query.shop import SHOP


@pytest.mark.parametrize(
    ("question", "sql", "lost"),
    [
        ("gold customers in Berlin", "SELECT name FROM customers WHERE city = 'Berlin'", ("gold",)),
        ("level of the customers in Berlin", "SELECT name FROM customers WHERE city = 'Berlin'", ("level",)),
        ("customers with orders", "SELECT name FROM customers", ("orders",)),
        ("products with price over 50", "SELECT name FROM products WHERE price > 5", ("50",)),
        ("orders placed in 2024", "SELECT id, placed FROM orders", ("2024",)),
        ("orders placed last month", "SELECT id, placed FROM orders", ("last month",)),
        ("customers not in Berlin", "SELECT name FROM customers WHERE city = 'Berlin'", ("not in",)),
        ("price of products per category", "SELECT price, category FROM products LIMIT 1", ("per",)),
        ("Berlin的客户的等级", "SELECT name FROM customers WHERE city = 'Berlin'", ("等级",)),
        ("不在Berlin的客户", "SELECT name FROM customers WHERE city = 'Berlin'", ("不",)),
        ("每个类别的单价", "SELECT price, category FROM products LIMIT 1", ("每个",)),
        ("上个月的订单", "SELECT id, placed FROM orders", ("上个月",)),
        ("gold customers in Berlin", "SELECT name FROM customers WHERE city = 'Berlin' AND level = 'gold'", ()),
        ("orders placed after 2024", "SELECT id FROM orders WHERE placed >= '2025-01-01'", ()),
        ("top 3 products by price", "SELECT name FROM products ORDER BY price DESC LIMIT 3", ()),
    ],
)  # fmt: skip
def test_a_word_that_the_sql_does_not_speak_of_is_found(question: str, sql: str, lost: tuple[str, ...]) -> None:
    read = interpret(link(question, SHOP.schema, SHOP.terms), SHOP.schema)
    assert read is not None
    assert unplaced(read.reading, sql) == lost


@pytest.mark.parametrize(
    ("question", "language", "said"),
    [
        ("the most expensive product in each category", "en", "I do not see what “in each” does here"),
        ("which customers have the same name", "en", "I do not know what is meant by: same"),
        ("customers in the same city as Ann", "en", "I do not know what is meant by: same"),
        ("每个类别里最贵的商品", "zh", "我不知道“每个”在这里要怎样改变答案"),
    ],
)
def test_it_is_asked_back_by_name(question: str, language: Language, said: str) -> None:
    draft = proposed(question, language, SHOP)
    assert draft.kind == "clarification"
    assert draft.text.startswith(said)
