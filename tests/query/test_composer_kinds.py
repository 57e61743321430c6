"""What is counted are things, and not the table that says of what kinds they are."""

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table
from tests.query.clinic import told


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many rabbits are there?", 3),
        ("How many cat?", 2),
        ("How many rabbits does Ben Braun have?", 2),
        ("How many species are there?", 3),
    ],
)
def test_a_kind_is_counted_by_what_is_of_it(question: str, number: int) -> None:
    assert told(question) == [(number,)]


def of_kinds(*told: Column) -> Scope:
    """Rooms of several types, with a name of each type in two languages."""
    key = Column("id", "INTEGER", primary_key=True)
    names = Column("label", "TEXT", values=("Suite", "Twin")), Column("label_zh", "TEXT", values=("套房", "双床房"))
    types = Table("room_types", (key, *names, *told))
    rooms = Table("rooms", (key, Column("type_id", "INTEGER", foreign_key="room_types.id")), comment="房间")
    return Scope(Schema((types, rooms), (Relation("rooms", "type_id", "room_types", "id"),), "sqlite"))


@pytest.mark.parametrize("question", ["How many suites are there?", "套房有多少间？", "双床房有几间"])
def test_what_is_counted_is_the_same_in_both_languages(question: str) -> None:
    composed = compose(question, of_kinds())
    assert composed.score >= SURE and composed.sql
    assert composed.sql.startswith("SELECT COUNT(*) AS count FROM rooms JOIN room_types")
    assert compose(question, of_kinds(Column("price", "NUMERIC"))).score < SURE


def test_a_name_of_somebody_is_no_kind() -> None:
    assert told("How many Lang are there?") is None


@pytest.mark.parametrize(
    "question", ["How many invoices are above the average amount?", "金额高于平均值的账单有多少？"]
)
def test_those_above_the_average_are_counted_in_both_languages(question: str) -> None:
    assert told(question) == [(1,)]


@pytest.mark.parametrize(
    ("question", "number"),
    [("How many owners have more than one animal?", 2), ("total amount of invoices", 150), ("total amount", 150)],
)
def test_one_is_a_number_and_an_amount_a_column_of_that_name(question: str, number: int) -> None:
    assert told(question) == [(number,)]
