"""Rows that sum up others, and aggregates of different values, are not told as what they are not."""

import pytest

from libs.datasources.dialect import Dialect
from services.query.answers.insight import insight_of
from services.query.answers.keeping import keeps_to
from services.query.answers.origin import origin_of
from services.query.answers.shape import Shape, shape_of

CITIES = [("Berlin", 3), ("Paris", 5), ("Rome", 2)]


def shape(sql: str, columns: list[str], rows: list[tuple[object, ...]], dialect: Dialect = "postgres") -> Shape:
    return shape_of(columns, rows, origin_of(sql, dialect, len(rows)))


@pytest.mark.parametrize(
    ("groups", "dialect"),
    [
        ("ROLLUP(city)", "postgres"),
        ("CUBE(city)", "postgres"),
        ("GROUPING SETS ((city), ())", "postgres"),
        ("city WITH ROLLUP", "mariadb"),
    ],
)
def test_a_total_among_the_rows_is_neither_compared_with_them_nor_added_to_them(groups: str, dialect: Dialect) -> None:
    sql = f"SELECT city, COUNT(*) AS n FROM customers GROUP BY {groups} LIMIT 1000"
    told = shape(sql, ["city", "n"], [*CITIES, (None, 10)], dialect)
    assert (told.type, insight_of(told, "en")) == ("table", "")
    assert not keeps_to(told, "Paris has 25% of 20.") and keeps_to(told, "Paris has 5.")
    plain = shape("SELECT city, COUNT(*) AS n FROM customers GROUP BY city LIMIT 1000", ["city", "n"], list(CITIES))
    assert (plain.type, insight_of(plain, "en")) == ("pie", "Paris has the highest n: 5, 50% of the total of 10.")


@pytest.mark.parametrize(
    ("aggregate", "value", "said"),
    [
        ("COUNT(DISTINCT paid)", 12, "number of different paid: 12"),
        ("SUM(DISTINCT paid)", 1234.5, "value: 1,234.5"),
        ("AVG(DISTINCT paid)", 12.57, "average paid: 12.57"),
        ("MAX(DISTINCT paid)", 99.5, "maximum paid: 99.5"),
    ],
)
def test_an_aggregate_of_different_values_is_told_as_what_it_is(aggregate: str, value: float, said: str) -> None:
    assert insight_of(shape(f"SELECT {aggregate} FROM orders LIMIT 1000", [aggregate], [(value,)]), "en") == said


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT COUNT(*) FROM pet_owners AS t1", "number of pet owners: 45"),
        ("SELECT COUNT(*) AS count FROM vets WHERE city = 'Berlin'", "number of vets: 45"),
        ("SELECT COUNT(DISTINCT v.id) FROM visits JOIN vets AS v ON v.id = visits.vet_id", "number of vets: 45"),
        ("SELECT COUNT(*) FROM visits JOIN vets AS v ON v.id = visits.vet_id", "count: 45"),
        ("SELECT COUNT(phone) FROM vets", "count: 45"),
        ("SELECT COUNT(*) AS patients FROM vets", "patients: 45"),
    ],
)
def test_what_is_counted_is_named_where_it_is_certain(sql: str, said: str) -> None:
    name = "patients" if "patients" in sql else "count"
    assert insight_of(shape(sql, [name], [(45,)]), "en") == said


def test_sums_of_different_values_are_no_parts_of_a_total() -> None:
    sql = "SELECT city, SUM(DISTINCT paid) AS paid FROM orders GROUP BY city LIMIT 1000"
    assert "total" not in insight_of(shape(sql, ["city", "paid"], list(CITIES)), "en")
