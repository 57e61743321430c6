"""A join that repeats rows neither counts nor adds them twice."""

from dataclasses import replace
from itertools import pairwise
from string import ascii_lowercase

from services.query.composer.compose import compose
from services.query.composer.linking import assign
from services.query.composer.linking.familiar import familiar
from services.query.composer.queries.joins import join_path
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table
from tests.query.hotels import HOTELS
from tests.query.shop import answered, asked_back, shop


def test_rows_that_a_join_repeats_are_counted_once() -> None:
    sql = (
        "SELECT p.name, count(DISTINCT order_id) FROM order_lines JOIN products p ON p.id = product_id "
        "GROUP BY p.id, p.name"
    )
    assert sorted(answered("How many orders are there per product?")) == sorted(shop().execute(sql).fetchall())


def test_what_a_join_repeats_is_not_added() -> None:
    assert asked_back("revenue per product")
    assert asked_back("total paid for Lamp")


def test_tables_are_joined_along_the_whole_of_a_key() -> None:
    floors = Table(
        "blocks", (Column("floor", "INTEGER", primary_key=True), Column("code", "INTEGER", primary_key=True))
    )
    rooms = Table(
        "rooms",
        (Column("room", "INTEGER", primary_key=True), Column("in_floor", "INTEGER"), Column("in_code", "INTEGER")),
    )
    relations = (Relation("rooms", "in_floor", "blocks", "floor"), Relation("rooms", "in_code", "blocks", "code"))
    composed = compose("How many rooms per block code?", Scope(Schema((floors, rooms), relations, "sqlite")))
    assert composed.sql and "rooms.in_floor = blocks.floor AND rooms.in_code = blocks.code" in composed.sql
    assert "COUNT(*)" in composed.sql


def test_two_customers_of_one_name_are_two() -> None:
    sql = "SELECT name, count(*) FROM orders JOIN customers c ON c.id = customer_id GROUP BY c.id, name ORDER BY 2 DESC"
    assert sorted(answered("number of orders per customer")) == sorted(shop().execute(sql).fetchall())
    most = shop().execute(sql + " LIMIT 1").fetchone()
    assert answered("which customer has the most orders") == [most[:1]]


def test_how_many_have_more_than_some_is_one_number() -> None:
    sql = "SELECT count(*) FROM (SELECT 1 FROM orders GROUP BY customer_id HAVING count(*) > 7)"
    assert answered("how many customers have more than 7 orders") == shop().execute(sql).fetchall()


def test_those_that_have_none_are_not_mistaken() -> None:
    assert answered("how many customers have less than 3 orders") == [(1,)]


def test_each_of_those_that_have_some_is_told_once() -> None:
    sql = "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders)"
    assert sorted(answered("customers who have orders")) == sorted(shop().execute(sql).fetchall())


def _airport(name: str, *columns: str) -> Table:
    return Table(
        name,
        (Column(f"{name}_id", "INTEGER", primary_key=True), *(Column(column, "INTEGER") for column in columns)),
    )


_FLIGHTS = Schema(
    (
        Table("city", (Column("city_id", "INTEGER", primary_key=True), Column("name", "TEXT"))),
        _airport("flight", "destination", "city", "origin"),
        _airport("ticket", "flight", "home"),
        _airport("hotel", "city"),
        _airport("stay", "flight", "hotel"),
    ),
    (
        Relation("flight", "destination", "city", "city_id"),
        Relation("flight", "city", "city", "city_id"),
        Relation("ticket", "flight", "flight", "flight_id"),
        Relation("ticket", "home", "city", "city_id"),
        Relation("hotel", "city", "city", "city_id"),
        Relation("stay", "flight", "flight", "flight_id"),
        Relation("stay", "hotel", "hotel", "hotel_id"),
        Relation("flight", "origin", "city", "city_id"),
    ),
    "sqlite",
)


def _way(*tables: str, spoken: tuple[str, str] | None = None) -> list[str]:
    path = join_path(_FLIGHTS, tables, {spoken} if spoken else ())
    return [f"{edge.source}.{edge.source_col}" for edge in path or []]


def test_of_two_relations_the_one_named_like_what_it_points_at_joins() -> None:
    assert _way("flight", "city") == ["flight.city"]


def test_of_two_relations_the_one_that_is_spoken_of_joins() -> None:
    assert _way("flight", "city", spoken=("flight", "origin")) == ["flight.origin"]


def test_two_things_are_not_joined_over_what_they_only_share() -> None:
    assert _way("flight", "hotel") == ["stay.flight", "stay.hotel"]
    assert _way("ticket", "flight", "city") == ["ticket.flight", "flight.city"]


def test_a_database_read_anew_is_the_one_that_was_read_before() -> None:
    anew = replace(_FLIGHTS)
    assert anew is not _FLIGHTS
    assert familiar(Scope(anew)).schema is familiar(Scope(replace(_FLIGHTS))).schema


def test_in_a_wide_database_joins_are_only_sought_for_meanings_that_may_be_best() -> None:
    names = [letter * 4 for letter in ascii_lowercase]
    measures = ("xenon", "yeast", "zinc", "umber")
    tables = tuple(
        Table(name, (Column(f"{name}_id", "INTEGER", primary_key=True), *(Column(c, "REAL") for c in measures)))
        for name in names
    )
    relations = tuple(Relation(one, "xenon", other, f"{other}_id") for one, other in pairwise(names))
    before = assign._joins.cache_info().misses
    known = Scope(Schema(tables, relations, "sqlite"))
    assert compose(f"Show {', '.join(measures)} of the pppp", known).tables == ("pppp",)
    assert assign._joins.cache_info().misses - before < 10


def test_rows_that_point_at_all_the_others_tell_what_belongs_together() -> None:
    key = Column("id", "INTEGER", primary_key=True)
    schools = Table("schools", (key, Column("name", "TEXT", values=("North", "South")), Column("head", "INTEGER")))
    people = Table("people", (key, Column("full_name", "TEXT")))
    teachers = Table("teachers", (key, Column("person_id", "INTEGER"), Column("school_id", "INTEGER")))
    relations = (
        Relation("schools", "head", "people", "id"),
        Relation("teachers", "person_id", "people", "id"),
        Relation("teachers", "school_id", "schools", "id"),
    )
    for order in ((schools, people, teachers), (teachers, people, schools)):
        known = Scope(Schema(order, relations, "sqlite"))
        for question in ("full names of the teachers of school North", "For school North, full names of teachers"):
            composed = compose(question, known)
            assert composed.sql and "head" not in composed.sql and "person_id" in composed.sql


def test_a_declared_relation_beside_a_drawn_one_is_as_good() -> None:
    hotels, staff = HOTELS.schema.table("hotels"), HOTELS.schema.table("staff")
    second = replace(staff, columns=(*staff.columns, Column("home_code", "TEXT", foreign_key="hotels.hotel_code")))
    drawn = Relation("staff", "home_code", "hotels", "hotel_code", drawn=True)
    edges = (drawn, Relation("staff", "hotel_code", "hotels", "hotel_code"))
    known = replace(HOTELS, schema=Schema((hotels, second), edges, "sqlite"))
    assert set(compose("How many staff per hotel?", known).left_open["way"]) == {"hotel_code", "home_code"}
