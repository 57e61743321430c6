"""What something is told for each of is found, or asked for: it is never left out."""

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table
from tests.query.shop import SHOP, answered, asked_back, shop

_ID = Column("id", "INTEGER", primary_key=True)
STAFF = Scope(
    Schema(
        (
            Table("sites", (_ID, Column("name", "TEXT"))),
            Table(
                "staff",
                (
                    _ID, Column("site_id", "INTEGER", foreign_key="sites.id"), Column("dept", "TEXT"),
                    Column("salary", "NUMERIC", comment="工资"), Column("shift", "TEXT"),
                ),
                comment="员工",
            ),
        ),
        (Relation("staff", "site_id", "sites", "id"),),
        "sqlite",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    "question", ["average salary per department", "各部门的平均工资", "按部门统计平均工资", "每个部门的平均工资"]
)
def test_an_abbreviated_name_is_known_by_its_words(question: str) -> None:
    composed = compose(question, STAFF)
    assert composed.score >= SURE
    assert composed.sql == "SELECT dept, AVG(salary) AS avg_salary FROM staff GROUP BY dept"


@pytest.mark.parametrize(
    "question",
    [
        "average salary per building",
        "number of staff by opening",
        "各楼层的平均工资",
        "按场所统计平均工资",
        "每个部位有多少员工",
        "按部统计员工",
    ],
)
def test_without_what_each_is_of_it_asks_back(question: str) -> None:
    assert compose(question, STAFF).score < SURE


def test_a_second_group_is_one_too() -> None:
    composed = compose("number of staff by site and shift", STAFF)
    assert composed.score >= SURE and composed.sql
    assert composed.sql.endswith("GROUP BY sites.id, sites.name, staff.shift")


@pytest.mark.parametrize("question", ["每个城市的实付金额", "paid amount per city"])
def test_an_amount_for_each_is_added_up(question: str) -> None:
    assert "SUM(orders.paid)" in (compose(question, SHOP).sql or "")


@pytest.mark.parametrize("question", ["各类别的库存", "stock by category", "price per category"])
def test_of_several_for_each_it_is_asked_what_is_told(question: str) -> None:
    assert asked_back(question)


def test_of_each_thing_its_amounts_are_told() -> None:
    assert answered("每个商品的单价和库存") == shop().execute("SELECT name, price, stock FROM products").fetchall()
    told = shop().execute("SELECT name, city, level FROM customers").fetchall()
    assert answered("Show customers with their city and level") == told


@pytest.mark.parametrize("question", ["settled orders by city", "各城市的settled orders"])
def test_what_a_term_says_is_counted_for_each(question: str) -> None:
    sql = (
        "SELECT city, count(*) FROM orders o JOIN customers c ON c.id = customer_id WHERE o.status = 'paid' GROUP BY 1"
    )
    assert sorted(answered(question)) == sorted(shop().execute(sql).fetchall())
