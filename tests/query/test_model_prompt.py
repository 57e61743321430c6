"""What a model is told of a large database is what matters to the question, of each kind something."""

from dataclasses import replace

import pytest

from services.query.knowledge.schema import Column, Pair, Relation, Schema, Scope, Table, Term
from services.query.model.prompt import SYSTEM, prompt
from services.query.model.tokens import tokens_of

COLUMNS = tuple(Column(f"attribute_{number}", "text", comment="what it is about") for number in range(20))
TABLES = tuple(Table(f"t{number:03}", COLUMNS) for number in range(80))
RELATIONS = tuple(Relation(f"t{number:03}", "attribute_1", "t079", "attribute_2") for number in range(79))
TERMS = tuple(Term(f"term{number}", "a long definition of it " * 5) for number in range(100))
PAIRS = (
    Pair("Which is nearest?", "SELECT attribute_1 FROM t077", 0.9, "near"),
    Pair("Which is long?", f"SELECT {'x' * 40_000} FROM t001", 0.8, "long"),
    Pair("Which is short?", "SELECT attribute_1 FROM t078", 0.7, "short"),
)
KNOWN = Scope(
    Schema(TABLES, RELATIONS, "sqlite"), (*TERMS, Term("margin", "the last one", (), "t079.attribute_3")), PAIRS
)
QUESTION = "What is the margin of t079?"


def _tokens(told: str) -> int:
    return tokens_of(SYSTEM) + tokens_of(told)


def test_of_a_large_database_a_model_is_told_what_the_question_is_about() -> None:
    told = prompt(QUESTION, KNOWN)
    assert 6_000 < _tokens(told) <= 7_168
    assert told.index("\nt079(") < told.index("\nt077(") < told.index("\nt078(") < told.index("\nt000(")
    assert "t077.attribute_1 = t079.attribute_2" in told
    assert told.index("margin ()") < told.index("term0 ()")
    assert "Which is nearest?" in told and "Which is short?" in told and "Which is long?" not in told


def test_of_a_small_database_a_model_is_told_everything() -> None:
    small = replace(KNOWN, schema=Schema(TABLES[:2], RELATIONS[:1], "sqlite"), terms=TERMS[:2])
    many = tuple(Pair(f"Question {number}?", f"SELECT {'y' * 2_000}", 0.5) for number in range(9))
    told = prompt("What is t001?", replace(small, pairs=many), ("SELECT bad", "no such column"))
    assert all(pair.question in told for pair in many)
    assert told.shortened("en") is None and told.endswith("Write a corrected one.")
    assert all(part in told for part in ("t000(", "t001(", "Joins:", "term0", "term1", "Question: What is t001?"))


@pytest.mark.parametrize("window", [300, 600, 1_500, 4_000, 16_000])
def test_a_smaller_window_loses_what_is_less_relevant_and_says_how_much(window: int) -> None:
    told, more = prompt(QUESTION, KNOWN, tokens=window), prompt(QUESTION, KNOWN, tokens=window * 2)
    assert _tokens(told) <= window and told.endswith(f"Question: {QUESTION}")
    assert all(told.dropped[title] >= more.dropped[title] for title in told.dropped)
    assert told.dropped["Tables:"] == 80 - told.count("\nt0") + told.count("\nt0", told.find("Joins:"))
    assert f"tables {told.dropped['Tables:']}," in str(told.shortened("en"))
    assert f"{told.dropped['Verified examples:']} 个示例" in str(told.shortened("zh"))
    # What stays is the nearest: the table that is asked for, and the first pair before the third.
    assert ("\nt079(" in told) >= ("\nt000(" in told)
    assert ("Which is nearest?" in told) >= ("Which is short?" in told)


def test_a_table_too_wide_for_the_window_is_told_by_its_names() -> None:
    told = prompt(QUESTION, KNOWN, tokens=460)
    assert "t079(attribute_0 text; attribute_1 text" in told and "what it is about" not in told


def test_the_question_stays_whole_even_in_a_window_that_it_fills() -> None:
    question = "x" * 5_000
    told = prompt(question, KNOWN, tokens=512)
    assert told == f"Dialect: sqlite\n\nQuestion: {question}" and told.dropped["Tables:"] == 80


@pytest.mark.parametrize(
    ("said", "tokens"),
    [
        # What the tokenizers of Gemma 3 and o200k count at most.
        ("SELECT COUNT(DISTINCT flights.dest) FROM flights WHERE dep_delay > 15", 19),
        ("平均出发延误最高的五家航空公司是哪些？", 14),
        ("CREATE TABLE stadium (stadium_id INTEGER, name VARCHAR(40))", 16),
        ("", 0),
    ],
)
def test_tokens_are_estimated_rather_too_many_than_too_few(said: str, tokens: int) -> None:
    assert tokens <= tokens_of(said) <= tokens * 2
