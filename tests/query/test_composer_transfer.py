"""A verified pair lends its SQL to a question that differs in single places, and to no other."""

from dataclasses import replace

import pytest

from services.query.composer.adapt import adapt
from services.query.composer.transfer import NEAR, transferred
from services.query.knowledge.schema import Pair, Scope
from tests.query.shop import SHOP

DEAR = ("Show the names of products with a price above 100", "SELECT name FROM products WHERE price > 100")
LAMPS = (
    "How many lines have a quantity of 2 for the product Lamp?",
    "SELECT count(*) FROM order_lines JOIN products p ON p.id = product_id WHERE quantity = 2 AND p.name = 'Lamp'",
)
MEAN = ("What is the average price of the products?", "SELECT avg(price) FROM products")
LARGEST = ("Show the products with the highest stock", "SELECT name FROM products ORDER BY stock DESC LIMIT 1")
BERLIN = (
    "Which gold customers live in Berlin?",
    "SELECT name FROM customers WHERE level = 'gold' AND city = 'Berlin'",
)
BEIJING = ("列出等级为gold的北京的客户", "SELECT name FROM customers WHERE level = 'gold' AND city = '北京'")
BUSIEST = (
    "Which customers have the most orders?",
    "SELECT c.name FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id, c.name ORDER BY count(*) DESC",
)
BERLIN_ORDERS = (
    "How many orders went to Berlin?",
    "SELECT count(*) FROM orders JOIN customers c ON c.id = customer_id WHERE city = 'Berlin'",
)


def moved(question: str, taught: tuple[str, str], similarity: float = 0.93) -> str | None:
    found = transferred(question, Scope(SHOP.schema, SHOP.terms, (Pair(*taught, similarity),)))
    return found.sql.lower() if found else None


@pytest.mark.parametrize(
    ("question", "taught", "old", "new"),
    [
        ("Show the names of products with a price above 250", DEAR, "100", "250"),
        ("Show the names of products with a price below 100", DEAR, ">", "<"),
        ("Show the names of products with a price of at least 100", DEAR, ">", ">="),
        ("Show the names of products with a stock above 100", DEAR, "price", "stock"),
        ("What is the total price of the products?", MEAN, "avg", "sum"),
        ("What is the maximum price of the products?", MEAN, "avg", "max"),
        ("Show the products with the lowest stock", LARGEST, "desc", "asc nulls last"),
        ("Which gold customers live in Paris?", BERLIN, "berlin", "paris"),
        ("列出等级为gold的上海的客户", BEIJING, "北京", "上海"),
        ("Show the names of products with a price below 7", DEAR, "> 100", "< 7"),
    ],
)
def test_what_differs_is_changed(question: str, taught: tuple[str, str], old: str, new: str) -> None:
    assert moved(question, taught) == taught[1].lower().replace(old, new)


@pytest.mark.parametrize(("asked", "name"), [("total", "sum_price"), ("maximum", "max_price"), ("average", "average")])
def test_a_figure_is_called_what_it_is(asked: str, name: str) -> None:
    taught = ("What is the average price of the products?", "SELECT avg(price) AS average FROM products")
    found = moved(f"What is the {asked} price of all the products?", taught)
    assert found is not None and found.endswith(f" as {name} from products")


@pytest.mark.parametrize(
    ("question", "taught"),
    [
        ("Which customers have the fewest orders?", BUSIEST),  # those that have none
        (
            "Which customers have the fewest orders?",
            (
                BUSIEST[0],
                BUSIEST[1]
                .replace("ORDER BY count(*)", "ORDER BY n")
                .replace("c.name FROM", "c.name, count(*) AS n FROM"),
            ),
        ),
        ("How many orders went from Berlin?", BERLIN_ORDERS),
        ("How many orders went from Paris?", BERLIN_ORDERS),
        ("Show the names of customers with a price above 100", DEAR),  # another table
        ("Show the names of products with a price above 100 in Berlin", DEAR),  # something more
        ("How many lines have a quantity of 2 for the product Berlin?", LAMPS),  # a value of another column
        ("Which gold customers live in silver?", BERLIN),
        ("Which gold customers live in Atlantis?", BERLIN),  # nothing that is known
        ("How many customers?", BERLIN),
        ("Show the names of products with a price without 100", DEAR),
        ("Show the names of products with a stock below 7", DEAR),  # too much
    ],
)
def test_where_it_is_not_plain_what_changes_nothing_is_lent(question: str, taught: tuple[str, str]) -> None:
    assert moved(question, taught) is None


def test_a_number_that_the_sql_has_twice_is_not_changed() -> None:
    twice = (DEAR[0], "SELECT name FROM products WHERE price > 100 AND stock < 100")
    assert moved("Show the names of products with a price above 250", twice) is None


def test_only_a_near_question_lends_its_sql_and_of_several_the_one_with_fewest_changes() -> None:
    question = "Show the names of products with a price above 250"
    assert moved(question, DEAR, NEAR - 0.01) is None
    nearer = Pair("Show the names of products with a price below 7", "SELECT name FROM products WHERE price < 7", 0.99)
    found = transferred(question, Scope(SHOP.schema, SHOP.terms, (nearer, Pair(*DEAR, 0.85))))
    assert found is not None and (found.edits, found.pair.sql) == (1, DEAR[1])


@pytest.mark.parametrize(
    ("taught", "asked", "where"),
    [
        ("BETWEEN '2025-01-01' AND '2025-12-31'", "2024", "BETWEEN '2024-01-01' AND '2024-12-31'"),
        (">= '2025-01-01' AND placed < '2026-01-01'", "2024", ">= '2024-01-01' AND placed < '2025-01-01'"),
        (">= '2025-01-01' AND placed < '2026-01-01'", "March 2024", ">= '2024-03-01' AND placed < '2024-04-01'"),
        (">= '2025-01-01 00:00:00' AND placed <= '2025-12-31 23:59:59'", "February 2024",
         ">= '2024-02-01 00:00:00' AND placed <= '2024-02-29 23:59:59'"),
        ("LIKE '2025%'", "2024", "LIKE '2024%'"),
        ("LIKE '2025%'", "March 2024", None),
        (">= '2025-01-01' AND placed < '2025-10-01'", "2024", None),
        (">= '2025-01-01' AND placed < '2026-01-01'", "the fair", None),
    ],
)  # fmt: skip
def test_the_days_of_a_time_that_was_taught_are_moved_to_another_all_or_none(
    taught: str, asked: str, where: str | None
) -> None:
    pair = Pair("What was the revenue in 2025?", f"SELECT SUM(paid) FROM orders WHERE placed {taught}", 0.95, "a")
    found = adapt(f"What was the revenue in {asked}?", replace(SHOP, pairs=(pair,)))
    assert (found.sql.partition("placed ")[2] if found else None) == where


def test_a_time_is_moved_beside_another_value() -> None:
    within = "placed >= '2025-01-01' AND placed < '2026-01-01'"
    sql = f"SELECT customer_id FROM orders WHERE {within} ORDER BY paid DESC LIMIT 5"
    known = replace(SHOP, pairs=(Pair("2025年实付金额最高的5个客户", sql, 0.95, "a"),))
    found = adapt("2024年3月实付金额最高的3个客户", known)
    assert found is not None and "'2024-03-01' AND placed < '2024-04-01'" in found.sql and "LIMIT 3" in found.sql
    turned = transferred("2024年实付金额最低的5个客户", known)
    assert turned is not None and "'2024-01-01' AND placed < '2025-01-01' ORDER BY paid ASC" in turned.sql
