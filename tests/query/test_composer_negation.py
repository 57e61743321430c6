"""Of what a `not` speaks where more than one thing is said behind it, in both languages."""

import pytest

from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table
from tests.query.shop import answered, asked_back, shop

_NOT_FURNITURE = "SELECT name FROM products WHERE price > 50 AND category <> '家具'"
_FROM = "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("products not in 家具 with price over 50", _NOT_FURNITURE),
        ("products not in category 家具 with price over 50", _NOT_FURNITURE),
        ("不是家具且单价超过50的商品", _NOT_FURNITURE),
        ("orders from customers not in Berlin with paid above 100", f"{_FROM} o.paid > 100 AND c.city <> 'Berlin'"),
    ],
)  # fmt: skip
def test_a_not_is_of_what_stands_next_to_it_and_never_of_a_number_behind_that(question: str, sql: str) -> None:
    assert sorted(row[:1] for row in answered(question)) == sorted(shop().execute(sql).fetchall())


@pytest.mark.parametrize("question", ["orders with Lamp not Desk", "有Lamp没有Desk的订单"])
def test_what_stands_before_a_not_is_not_excluded_with_its_like(question: str) -> None:
    ordered = "SELECT order_id FROM order_lines l JOIN products p ON p.id = l.product_id WHERE p.name ="
    expected = f"SELECT id FROM orders WHERE id IN ({ordered} 'Lamp') AND id NOT IN ({ordered} 'Desk')"
    assert sorted(row[:1] for row in answered(question)) == sorted(shop().execute(expected).fetchall())


def test_a_year_behind_the_value_that_is_excluded_is_not_turned_round() -> None:
    key = Column("id", "INTEGER", primary_key=True)
    term, year = Column("term", "TEXT", values=("autumn", "spring")), Column("year", "INTEGER")
    held = Table("sections", (key, Column("course_id", "INTEGER", foreign_key="courses.id"), term, year))
    courses = Table("courses", (key, Column("title", "TEXT")))
    known = Scope(Schema((courses, held), (Relation("sections", "course_id", "courses", "id"),), "sqlite"))
    assert asked_back("ids of courses held in autumn of 2009 but not in spring of 2010", known)
