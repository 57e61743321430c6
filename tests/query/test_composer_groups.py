"""For each of several things something is told, none of them is dropped; and a day is never what a thing is called."""

from dataclasses import replace

import pytest

from services.query.composer.compose import compose
from services.query.knowledge.schema import Term
from tests.query.flights import flights
from tests.query.hotels import HOTELS, hotels, said_of_hotels
from tests.query.shop import SHOP, answered, asked_back

_BY_BOTH = "SELECT h.name, channel, count(*) FROM bookings b JOIN hotels h USING (hotel_code) GROUP BY 1, 2"


@pytest.mark.parametrize(
    "question",
    [
        "Number of bookings by hotel and channel", "Number of bookings by hotel, channel",
        "How many bookings are there per hotel and channel?", "按酒店和渠道统计订单数", "按酒店、渠道统计订单数",
    ],
)  # fmt: skip
def test_by_two_things_is_by_both(question: str) -> None:
    assert sorted(said_of_hotels(question) or []) == sorted(hotels().execute(_BY_BOTH).fetchall())


def test_a_table_may_come_second() -> None:
    found = said_of_hotels("Number of bookings by channel and hotel")
    assert sorted((name, channel, count) for channel, name, count in found or []) == sorted(
        hotels().execute(_BY_BOTH).fetchall()
    )


@pytest.mark.parametrize("question", ["number of bookings by hotel, the channel", "bookings by hotel, 2 channels"])
def test_what_a_group_has_several_of_is_not_shown_beside_it(question: str) -> None:
    assert asked_back(question, HOTELS)


@pytest.mark.parametrize(
    "question", ["How many guests are there for each nationality today?", "How many bookings per channel yesterday?"]
)
def test_today_is_no_value(question: str) -> None:
    assert "'today'" not in (sql := compose(question, HOTELS).sql or "") and "'yesterday'" not in sql


@pytest.mark.parametrize("question", ["List all employees", "Which staff work in New York?", "列出所有员工"])
def test_nm_is_a_name(question: str) -> None:
    names = {name for (name,) in said_of_hotels(question) or []}
    assert names and names <= {"Eva", "Tom", "Liu", "Kay", "Ida"}


@pytest.mark.parametrize("question", ["VIP customers by city", "各城市的贵宾", "VIP customers per city"])
def test_what_a_term_calls_so_is_counted_for_each(question: str) -> None:
    known = replace(SHOP, terms=(*SHOP.terms, Term("VIP customers", "", ("贵宾",), "customers.level = 'gold'")))
    assert sorted(answered(question, known)) == [("Berlin", 1), ("Paris", 1), ("上海", 1)]


@pytest.mark.parametrize(
    "question",
    [
        "Number of payments by guest and month", "payments by month and guest", "按客人和月份统计付款数量",
        "每位客人每月的付款数量",
    ],
)  # fmt: skip
def test_a_month_beside_another_group_is_that_of_what_is_counted(question: str) -> None:
    sql = """SELECT full_name, strftime('%Y-%m', paid_on), count(*) FROM payments JOIN bookings USING (bk_no)
             JOIN guests USING (guest_id) GROUP BY 1, 2"""
    assert sorted(said_of_hotels(question) or []) == sorted(hotels().execute(sql).fetchall())


@pytest.mark.parametrize("way", ["origin", "dest"])
def test_what_a_key_points_at_is_told_over_that_key(way: str) -> None:
    sql = compose(f"number of flights by {way} tzone", flights()[1]).sql or ""
    assert f"flights.{way} = airports.faa" in sql and "GROUP BY airports.tzone" in sql
