"""What a model is told of a large database is what matters to the question, of each kind something."""

from dataclasses import replace

from services.query.knowledge.schema import Column, Knowledge, Pair, Relation, Schema, Table, Term
from services.query.model.prompt import prompt

COLUMNS = tuple(Column(f"attribute_{number}", "text", comment="what it is about") for number in range(20))
TABLES = tuple(Table(f"t{number:03}", COLUMNS) for number in range(80))
RELATIONS = tuple(Relation(f"t{number:03}", "attribute_1", "t079", "attribute_2") for number in range(79))
TERMS = tuple(Term(f"term{number}", "a long definition of it " * 5) for number in range(100))
PAIRS = (
    Pair("Which is nearest?", "SELECT attribute_1 FROM t077", 0.9, "near"),
    Pair("Which is long?", f"SELECT {'x' * 30_000} FROM t001", 0.8, "long"),
    Pair("Which is short?", "SELECT attribute_1 FROM t078", 0.7, "short"),
)
KNOWN = Knowledge(
    Schema(TABLES, RELATIONS, "sqlite"), (*TERMS, Term("margin", "the last one", (), "t079.attribute_3")), PAIRS
)


def test_of_a_large_database_a_model_is_told_what_the_question_is_about() -> None:
    told = prompt("What is the margin of t079?", KNOWN)
    assert 20_000 < len(told) <= 24_000
    assert told.index("\nt079(") < told.index("\nt077(") < told.index("\nt078(") < told.index("\nt000(")
    assert "t077.attribute_1 = t079.attribute_2" in told
    assert told.index("margin ()") < told.index("term0 ()")
    assert "Which is nearest?" in told and "Which is short?" in told and "Which is long?" not in told


def test_of_a_small_database_a_model_is_told_everything() -> None:
    small = replace(KNOWN, schema=Schema(TABLES[:2], RELATIONS[:1], "sqlite"), terms=TERMS[:2])
    many = tuple(Pair(f"Question {number}?", f"SELECT {'y' * 2_000}", 0.5) for number in range(9))
    told = prompt("What is t001?", replace(small, pairs=many), ("SELECT bad", "no such column"))
    assert all(pair.question in told for pair in many)
    assert len(told) <= 24_000 and told.endswith("Write a corrected one.")
    assert all(part in told for part in ("t000(", "t001(", "Joins:", "term0", "term1", "Question: What is t001?"))
