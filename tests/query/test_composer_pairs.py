"""Verified pairs are used again with other values; a model is used when there is one, whatever it wraps its SQL in."""

from dataclasses import replace

import httpx
import pytest

from services.query.composer.adapt import adapt
from services.query.knowledge.schema import Column, Pair, Relation, Schema, Scope, Table, Term
from services.query.model.clean import sql_of
from services.query.model.client import Model
from services.query.model.prompt import prompt
from services.query.reasoning.propose import proposed

SCHEMA = Schema((Table("people", (Column("city", "text", values=("Berlin", "New York", "上海")),)),), (), "sqlite")
PAIRS = (
    Pair("How many people live in Berlin?", "SELECT COUNT(*) FROM people WHERE city = 'Berlin'", 0.95, "a"),
    Pair("Who are the 5 oldest people?", "SELECT name FROM people ORDER BY age DESC LIMIT 5", 0.9, "b"),
)
KNOWN = Scope(SCHEMA, (), PAIRS)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("how many people live in berlin", PAIRS[0].sql),
        ("How many people live in new york?", "SELECT COUNT(*) FROM people WHERE city = 'New York'"),
        ("Who are the 12 oldest people?", "SELECT name FROM people ORDER BY age DESC LIMIT 12"),
    ],
)
def test_values_are_replaced(question: str, sql: str) -> None:
    adapted = adapt(question, KNOWN)
    assert adapted is not None and adapted.sql == sql


@pytest.mark.parametrize(
    "question", ["How many people live in Atlantis?", "How many dogs live in Berlin?", "Who are the 5 youngest people?"]
)
def test_other_words_are_not_values(question: str) -> None:
    assert adapt(question, KNOWN) is None


def test_a_limit_is_not_found_inside_a_year() -> None:
    sql = "SELECT name FROM people WHERE born >= '2015-01-01' ORDER BY age DESC LIMIT 5"
    known = Scope(SCHEMA, (), (Pair("Since 2015, who are the 5 oldest people?", sql, 0.99, "c"),))
    since = adapt("Since 2013, who are the 5 oldest people?", known)
    assert since is not None and since.sql == sql.replace("2015", "2013")
    adapted = adapt("Since 2015, who are the 3 oldest people?", known)
    assert adapted is not None and adapted.sql == sql.replace("LIMIT 5", "LIMIT 3")


def test_values_between_chinese_characters_are_replaced() -> None:
    sql = "SELECT name FROM people WHERE city = '上海' ORDER BY age DESC LIMIT 5"
    known = Scope(SCHEMA, (), (Pair("上海最年长的5个人是谁？", sql, 0.99, "d"),))
    adapted = adapt("Berlin最年长的8个人是谁？", known)
    assert adapted is not None and adapted.sql == sql.replace("上海", "Berlin").replace("LIMIT 5", "LIMIT 8")


@pytest.mark.parametrize(
    "said",
    [
        "SELECT city FROM people",
        "```sql\nSELECT city FROM people;\n```",
        "<think>SELECT nothing</think>\nHere it is:\n```\nSELECT city FROM people\n```\nHope it helps",
        "The query is SELECT city FROM people\n\nIt lists cities.",
    ],
)
def test_sql_is_found_in_whatever_a_model_writes(said: str) -> None:
    assert sql_of(said) == "SELECT city FROM people"


def test_a_model_that_asks_back_wrote_no_sql() -> None:
    assert sql_of("Which year do you mean? Then I can SELECT it.") is None
    assert sql_of("SELECT 1") is None


def _model(*answers: httpx.Response) -> Model:
    queue = list(answers)
    transport = httpx.MockTransport(lambda _request: queue.pop(0) if len(queue) > 1 else queue[0])
    return Model("http://model.invalid/v1", "small", "key", httpx.AsyncClient(transport=transport))


def _said(text: str) -> httpx.Response:
    return httpx.Response(200, json={"choices": [{"message": {"content": text}}]})


async def test_a_model_is_asked_again_when_it_is_busy() -> None:
    assert await _model(httpx.Response(429), _said("SELECT 1")).ask("", "") == "SELECT 1"


def test_the_models_key_is_never_shown() -> None:
    assert "key" not in repr(_model(_said(""))).replace("key=", "")


def test_a_pair_of_many_values_costs_no_more_than_its_places_and_values() -> None:
    letters = "abcdefgh"
    words = " ".join(f"w{letter}" for letter in letters)
    values = tuple(f"w{letter}" for letter in letters)
    schema = Schema((Table("people", (Column("city", "text", values=values),)),), (), "sqlite")
    sql = f"SELECT * FROM people WHERE city IN ({', '.join(repr(value) for value in values)})"
    known = Scope(schema, (), (Pair(words, sql, 0.99, "e"),))
    assert adapt(" ".join(["z"] * 200), known) is None
    adapted = adapt(" ".join(reversed(values)), known)
    assert adapted is not None and adapted.sql.index("'wh'") < adapted.sql.index("'wa'")


@pytest.mark.parametrize("expression", ["decimal(" * 40 + "1" + ")" * 40, "(" * 1_900 + "1" + ")" * 1_900, "1; 2", ")"])
async def test_a_term_whose_expression_cannot_be_read_is_no_more_than_a_name(expression: str) -> None:
    term = Term("inhabitants", sql_expression=expression)
    draft = proposed("How many people?", "en", replace(KNOWN, terms=(term,), pairs=()))
    assert draft.strategy == "composed"


def test_a_model_is_told_the_tables_in_question_and_terms_and_examples_however_many_tables_there_are() -> None:
    columns = tuple(Column(f"measure_{number}", "numeric", comment="as measured by the device") for number in range(20))
    tables = tuple(Table(f"t{number:03}", columns) for number in range(80))
    wide = Schema(tables, (Relation("t079", "measure_1", "t000", "measure_2"),), "sqlite")
    pair = Pair("What is the mean of t070?", "SELECT avg(measure_1) FROM t070", 0.9, "f")
    known = Scope(wide, (Term("mean", "the average"),), (pair,))
    told = prompt("How many t079 are there?", known)
    assert len(told) < 25_000
    for needed in ("\nt079(", "\nt070(", "t079.measure_1 = t000.measure_2", "the average", pair.sql):
        assert needed in told
