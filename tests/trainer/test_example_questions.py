"""Example questions about a database are answered by SQL that keeps its rows apart."""

from libs.events.catalog import ColumnDescription, Relation, TableDescription
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


def test_a_key_that_is_the_name_stands_once() -> None:
    assert "GROUP BY customers.id ORDER" in _ranking(_table("customers", id="INTEGER", age="INTEGER"))
