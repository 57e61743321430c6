"""An instruction finds its place in the SQL, or it keeps the composer from answering."""

from typing import Any

import pytest

from services.query.composer.compose import SURE, Composition, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table

_COLOURS = ("black", "red", "white")
_SHOP = Schema(
    (
        Table(
            "shops",
            (
                Column("shop_id", "INTEGER", primary_key=True), Column("shop_name", "TEXT"), Column("city", "TEXT"),
                Column("phone", "TEXT"),
            ),
        ),
        Table(
            "bikes",
            (
                Column("bike_id", "INTEGER", primary_key=True),
                Column("name", "TEXT", values=("Arrow", "Comet")),
                Column("colour", "TEXT", values=_COLOURS),
                Column("price", "REAL"),
                Column("weight", "REAL"),
                Column("shop_id", "INTEGER", foreign_key="shops.shop_id"),
            ),
        ),
    ),
    (Relation("bikes", "shop_id", "shops", "shop_id"),),
    "sqlite",
)  # fmt: skip


def _composed(question: str) -> Composition:
    return compose(question, Scope(_SHOP))


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What are the names of the red or black bikes?", "SELECT name FROM bikes WHERE colour IN ('red', 'black')"),
        ("What is the price of the bike named Comet?", "SELECT price FROM bikes WHERE name = 'Comet'"),
        ("How many different cities are there?", "SELECT COUNT(DISTINCT city) AS count_city FROM shops"),
        ("What is the name of the heaviest bike?",
         "SELECT name FROM bikes WHERE NOT weight IS NULL ORDER BY weight DESC LIMIT 1"),
        ("List the names of the bikes sorted by price", "SELECT name FROM bikes ORDER BY price ASC NULLS LAST"),
        ("What is the average price and weight of the bikes?",
         "SELECT AVG(price) AS avg_price, AVG(weight) AS avg_weight FROM bikes"),
        ("What is the minimum, maximum and average price of the bikes?",
         "SELECT MIN(price) AS min_price, MAX(price) AS max_price, AVG(price) AS avg_price FROM bikes"),
        ("For each colour, what is the highest price?",
         "SELECT colour, MAX(price) AS max_price FROM bikes GROUP BY colour"),
        ("What are the names of the shops with a missing phone?", "SELECT shop_name FROM shops WHERE phone IS NULL"),
        ("What are the names of the bikes with a higher price than any of the red bikes?",
         "SELECT name FROM bikes WHERE price > (SELECT MAX(price) AS max_price FROM bikes WHERE colour = 'red')"),
        ("Show the names and cities of the shops", "SELECT shop_name, city FROM shops"),
    ],
)  # fmt: skip
def test_an_instruction_finds_its_place(question: str, sql: str) -> None:
    composed = _composed(question)
    assert (composed.sql, composed.score >= SURE) == (sql, True)


@pytest.mark.parametrize(
    "question",
    [
        "What are the names of the bikes that are not sold in any city?",
        "Which bikes are both red and black?",
        "What is the average shop id of the bikes?",
        "What are the names of the bikes named Comet?",
        "Which colours have a price longer than the average price of all bikes?",
    ],
)
def test_an_instruction_without_a_place_is_no_answer(question: str) -> None:
    composed = _composed(question)
    assert composed.sql is None or composed.score < SURE, composed.sql


def test_a_name_belongs_to_the_table_that_follows() -> None:
    def selected(question: str) -> Any:
        return (_composed(question).sql or "").split(" FROM ")[0]

    assert "shop_name" in selected("What is the name of the shop with the Comet bike?")
    assert selected("What are the names of all bikes?") == "SELECT name"
