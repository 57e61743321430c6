"""A ranking gives what is asked for, and with it the way to its figures: a choice, a clause, or a word that follows."""

import pytest

from libs.datasources.dialect import Dialect
from libs.events.catalog import Language
from libs.language.catalogue import language_of
from services.query.conversation.turns import Turn
from services.query.conversation.whole import made_whole
from services.query.figures.asked import offered
from services.query.figures.shown import with_figures
from services.query.reasoning.propose import proposed
from tests.query.shop import SHOP, shop

LEAST = "Which customer has the fewest orders?"
BY_REVENUE = "Top 2 cities by revenue"
MORE = "Which customers have more than 7 orders?"
DEAREST = "Top 2 products by price"
SECOND = "Which product has the second highest price?"
BUSIEST = "客户最多的城市"
RIGHT = {
    LEAST: "SELECT c.name, count(o.id) FROM customers c LEFT JOIN orders o ON c.id = o.customer_id GROUP BY c.id "
           "ORDER BY 2 LIMIT 1",
    MORE: "SELECT c.name, count(*) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.id "
          "HAVING count(*) > 7",
    BUSIEST: "SELECT city, count(*) FROM customers GROUP BY city ORDER BY 2 DESC LIMIT 1",
    SECOND: "SELECT name, price FROM products ORDER BY price DESC LIMIT 1 OFFSET 1",
    DEAREST: "SELECT name, price FROM products ORDER BY price DESC LIMIT 2",
    BY_REVENUE: "SELECT c.city, sum(o.paid) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY 1 "
                "ORDER BY 2 DESC LIMIT 2",
}  # fmt: skip


def rows(sql: str | None) -> list[tuple[object, ...]]:
    assert sql
    return shop().execute(sql).fetchall()


def sql_of(question: str) -> str:
    draft = proposed(question, language_of(question), SHOP)
    assert draft.sql, (question, draft.text)
    return draft.sql


@pytest.mark.parametrize("question", RIGHT)
def test_an_answer_without_its_figures_offers_them_and_what_it_offers_is_answered(question: str) -> None:
    language: Language = language_of(question)
    before = sql_of(question)
    assert [row[:1] for row in rows(RIGHT[question])] == rows(before)
    (choice,) = offered(question, language, before, "sqlite")
    assert rows(sql_of(choice)) == rows(RIGHT[question])
    assert offered(choice, language, sql_of(choice), "sqlite") == (), "there is no more to show"
    for said in (choice, "1", "the first one", "第一个"):
        chosen = made_whole(said, [Turn(question, question, "answered", before, choices=(choice,))], SHOP)
        assert (chosen.question, chosen.goes_on_from, rows(chosen.sql)) == (choice, question, rows(RIGHT[question]))


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        (LEAST, ", and how many?"), (LEAST, ", with the number of orders"), (LEAST, "? Show their number of orders"),
        (MORE, " and how many?"), (MORE, ", with their number of orders"), (MORE, ", and how many orders"),
        (BY_REVENUE, " and their revenue"), (BY_REVENUE, " with the revenue"), (DEAREST, " with their price"),
        (DEAREST, ", with the figures"), (BUSIEST, "，并显示客户数"), (BUSIEST, "及其客户数"),
        (BUSIEST, "，各有多少？"), (BUSIEST, "以及客户数"),
    ],
)  # fmt: skip
def test_the_figure_is_asked_for_with_the_ranking_or_after_it(question: str, clause: str) -> None:
    asked = question.rstrip("?") + clause
    assert rows(sql_of(asked)) == rows(RIGHT[question])
    whole = made_whole(clause.lstrip(" ,?，"), [Turn(question, question, "answered", sql_of(question))], SHOP)
    assert rows(whole.sql) == rows(RIGHT[question])


@pytest.mark.parametrize("clause", ["how many?", "show the figures", "the numbers?", "有多少？", "分别是多少"])
def test_after_a_ranking_a_word_is_enough(clause: str) -> None:
    whole = made_whole(clause, [Turn(LEAST, LEAST, "answered", sql_of(LEAST))], SHOP)
    assert (whole.question, rows(whole.sql)) == (f"{LEAST[:-1]}, with the figures", rows(RIGHT[LEAST]))


@pytest.mark.parametrize(
    "asked",
    [f"{LEAST[:-1]}, with the number of products", f"{LEAST[:-1]} and their orders", f"{BUSIEST}及其等级",
     f"{BY_REVENUE} with their average revenue", "How many orders are there, with the figures"],
)  # fmt: skip
def test_another_figure_is_not_the_one_that_ranks(asked: str) -> None:
    draft = proposed(asked, language_of(asked), SHOP)
    assert draft.sql is None or "count(*)" not in draft.sql.lower().split(" from ")[0]


def test_how_many_of_them_there_are_is_no_figure_of_each() -> None:
    whole = made_whole("how many of them are there?", [Turn(MORE, MORE, "answered", sql_of(MORE))], SHOP)
    assert whole.sql is None or rows(whole.sql) != rows(RIGHT[MORE])


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [
        ("SELECT name, count(*) AS n FROM orders GROUP BY name ORDER BY n DESC LIMIT 3", "sqlite"),
        ("SELECT name, price FROM products AS p ORDER BY p.price DESC LIMIT 3", "postgres"),
        ("SELECT * FROM products ORDER BY price DESC LIMIT 3", "mariadb"),
        ("SELECT name FROM products ORDER BY price LIMIT 1000", "sqlite"),
        ("SELECT DISTINCT name FROM products ORDER BY price LIMIT 3", "sqlite"),
        ("SELECT count(*) FROM products WHERE price > 3", "sqlite"),
        ("SELECT max(price) FROM products ORDER BY price LIMIT 1", "sqlite"),
    ],
)
def test_what_shows_its_figures_or_has_none_offers_none(sql: str, dialect: Dialect) -> None:
    assert with_figures(sql, dialect) is None
