"""Which columns are looked at as references to the key of another table."""

import pytest

from libs.datasources.relations import candidates
from libs.events.catalog import ColumnDescription, TableDescription


def _table(name: str, *columns: str) -> TableDescription:
    described = (ColumnDescription(name=column, type="INTEGER", primary_key=column == "id") for column in columns)
    return TableDescription(name=name, columns=tuple(described))


@pytest.mark.parametrize(
    ("target", "column"),
    [
        ("customers", "customer_id"), ("customers", "customer"), ("categories", "category_id"), ("classes", "class_id"),
        ("people", "person_id"), ("salespeople", "salesperson_id"), ("boxes", "box_id"), ("addresses", "address_id"),
        ("series", "series_id"), ("children", "child_id"), ("Movies", "movieId"), ("houses", "house_id"),
        ("depots", "dest_depot_id"), ("depots", "destDepotId"),
    ],
)  # fmt: skip
def test_a_column_named_for_one_of_them_may_refer_to_the_table_of_many(target: str, column: str) -> None:
    found = candidates([_table("visits", "id", column), _table(target, "id", "name")])
    assert [(source.name, one.name, to.name) for source, one, to, _ in found] == [("visits", column, target)]


def test_other_names_are_no_hint() -> None:
    assert not list(candidates([_table("visits", "id", "amount", "cat_id", "is_category"), _table("categories", "id")]))
