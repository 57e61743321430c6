"""Example questions are those that people would ask, and their SQL answers just that, and keeps rows apart."""

import pytest

from libs.events.catalog import ColumnDescription, Relation, TableDescription
from libs.knowledge.terms import Term
from services.trainer.datasets.questions import examples


def _table(table: str, /, **columns: str) -> TableDescription:
    described = (ColumnDescription(name=key, type=kind, primary_key=key == "id") for key, kind in columns.items())
    return TableDescription(name=table, columns=tuple(described))


def _ranking(customers: TableDescription) -> str:
    orders = _table("orders", id="INTEGER", customer="INTEGER")
    edge = Relation(source="orders", source_col="customer", target="customers", target_col="id", confidence=1.0)
    return next(one.sql for one in examples((customers, orders), (edge,), str) if "JOIN" in one.sql)


def test_two_customers_of_one_name_are_ranked_as_two() -> None:
    assert "GROUP BY customers.id, customers.name ORDER" in _ranking(_table("customers", id="INTEGER", name="TEXT"))


def test_a_table_without_a_key_is_grouped_by_its_names() -> None:
    assert "GROUP BY customers.name ORDER" in _ranking(_table("customers", number="INTEGER", name="TEXT"))


def test_rows_without_names_are_not_ranked_nor_those_of_one_table_by_themselves() -> None:
    staff = _table("staff", id="INTEGER", nm="TEXT", boss="INTEGER")
    rooms, bookings = _table("rooms", id="INTEGER", floor="INTEGER"), _table("bookings", room="INTEGER")
    edges = (_edge("staff", "boss", "staff"), _edge("bookings", "room", "rooms"))
    assert not [one for one in examples((staff, rooms, bookings), edges, str) if "JOIN" in one.sql]


def test_only_what_says_of_what_kind_rows_are_is_a_group_and_all_groups_are_told() -> None:
    hotels = _with_values("hotels", "hotel_code", "room_no", "remark", "status_cd", "城市")
    [status, city] = (one for one in examples((hotels,), (_edge("hotels", "hotel_code", "hotels"),), str)
                      if "GROUP" in one.sql)  # fmt: skip
    assert status.questions == ("How many hotels are there for each status?", "每个status各有多少hotels？")
    assert "LIMIT" not in status.sql and city.questions[1] == "每个城市各有多少hotels？"


def test_of_what_only_names_or_orders_rows_there_is_no_average() -> None:
    numbers = dict.fromkeys(("priority", "floor", "year", "country_cd", "cost"), "INTEGER")
    asked = [one for one in examples((_table("tickets", **numbers),), (), str) if "avg" in one.sql]
    assert [one.questions[0] for one in asked] == ["What is the average cost of tickets?"]


@pytest.mark.parametrize(
    ("table", "many"), [("lecturer", "lecturers"), ("room_key", "room keys"), ("city", "cities"), ("staff", "staff")]
)
def test_english_names_are_said_of_many(table: str, many: str) -> None:
    assert examples((_table(table),), (), str)[0].questions[0] == f"How many {many} are there?"


def test_things_are_called_by_the_terms_that_people_wrote() -> None:
    terms = [Term("1", "hotels", "", ("inns", "酒店"), None), Term("2", "状态", "", (), "hotels.status_cd")]
    asked = [one.questions[1] for one in examples((_with_values("hotels", "status_cd"),), (), str, terms)]
    assert asked == ["一共有多少酒店？", "每个状态各有多少酒店？"]


def _edge(source: str, column: str, target: str) -> Relation:
    return Relation(source=source, source_col=column, target=target, target_col="id", confidence=1.0)


def _with_values(table: str, *columns: str) -> TableDescription:
    described = (ColumnDescription(name=name, type="TEXT", values=("a", "b")) for name in columns)
    return TableDescription(name=table, columns=tuple(described))
