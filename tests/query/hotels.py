"""A few hotels in SQLite, countries of hotels and of guests, identifiers of letters and digits, two columns of money:
what is and is not to be joined is proved on it."""

import sqlite3
from functools import cache
from typing import Any

from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term
from tests.query.filled import filled, told_by

_SCHEMA = Schema(
    (
        Table(
            "hotels",
            (
                Column("hotel_code", "TEXT", primary_key=True, values=("BE1", "NY1", "SH1")),
                Column("name", "TEXT", values=("Hudson Corner", "Riverside", "Spree Palace")),
                Column("city", "TEXT", values=("Berlin", "New York", "上海")),
                Column("country_cd", "TEXT", values=("CN", "DE", "US")),
            ),
            row_estimate=3,
        ),
        Table(
            "rooms",
            (
                Column("room_id", "INTEGER", primary_key=True),
                Column("hotel_code", "TEXT", foreign_key="hotels.hotel_code"),
                Column("kind", "TEXT", values=("double", "suite")),
            ),
            row_estimate=4,
        ),
        Table(
            "guests",
            (
                Column("guest_id", "INTEGER", primary_key=True),
                Column("full_name", "TEXT"),
                Column("nationality", "TEXT", values=("China", "France", "Germany")),
                Column("email", "TEXT"),
                Column("born_on", "DATE"),
            ),
            row_estimate=4,
        ),
        Table(
            "bookings",
            (
                Column("bk_no", "TEXT", primary_key=True),
                Column("guest_id", "INTEGER", foreign_key="guests.guest_id"),
                Column("hotel_code", "TEXT", foreign_key="hotels.hotel_code"),
                Column("room_id", "INTEGER", foreign_key="rooms.room_id"),
                Column("channel", "TEXT", values=("phone", "web")),
                Column("total_amt", "NUMERIC"),
            ),
            row_estimate=6,
        ),
        Table(
            "payments",
            (
                Column("pay_id", "INTEGER", primary_key=True),
                Column("bk_no", "TEXT", foreign_key="bookings.bk_no"),
                Column("method", "TEXT", values=("card", "cash")),
                Column("amt", "NUMERIC"),
                Column("paid_on", "DATE"),
            ),
            row_estimate=5,
        ),
        Table(
            "repairs",
            (
                Column("repair_no", "TEXT", primary_key=True),
                Column("room_id", "INTEGER", foreign_key="rooms.room_id"),
                Column("cost", "NUMERIC"),
            ),
            row_estimate=2,
        ),
        Table(
            "staff",
            (
                Column("staff_id", "INTEGER", primary_key=True),
                Column("nm", "TEXT"),
                Column("hotel_code", "TEXT", foreign_key="hotels.hotel_code"),
                Column("salary", "NUMERIC"),
            ),
            row_estimate=5,
        ),
    ),
    (
        Relation("rooms", "hotel_code", "hotels", "hotel_code"),
        Relation("bookings", "guest_id", "guests", "guest_id"),
        Relation("bookings", "hotel_code", "hotels", "hotel_code"),
        Relation("bookings", "room_id", "rooms", "room_id"),
        Relation("payments", "bk_no", "bookings", "bk_no"),
        Relation("repairs", "room_id", "rooms", "room_id"),
        Relation("staff", "hotel_code", "hotels", "hotel_code"),
    ),
    "sqlite",
)
_ROWS: dict[str, list[tuple[Any, ...]]] = {
    "hotels": [
        ("BE1", "Spree Palace", "Berlin", "DE"), ("SH1", "Riverside", "上海", "CN"),
        ("NY1", "Hudson Corner", "New York", "US"),
    ],
    "rooms": [(1, "BE1", "suite"), (2, "BE1", "double"), (3, "SH1", "double"), (4, "NY1", "suite")],
    "guests": [
        (1, "Ann Weber", "Germany", "ann@mail", "1990-01-01"), (2, "Bo Li", "China", None, "1980-05-01"),
        (3, "Zoe Petit", "France", "zoe@mail", None), (4, "Max Braun", "Germany", None, None),
    ],
    "bookings": [
        ("BK2401", 1, "SH1", 3, "web", 300), ("BK2402", 2, "BE1", 1, "phone", 1200),
        ("BK2403", 3, "BE1", 2, "web", 90), ("BK2404", 1, "BE1", 1, "web", 700),
        ("BK2405", 2, "NY1", 4, "web", 2000), ("BK2406", 3, "SH1", 3, "phone", 400),
    ],
    "payments": [
        (1, "BK2401", "card", 300, "2026-01-03"), (2, "BK2402", "cash", 600, "2026-02-03"),
        (3, "BK2402", "card", 600, "2026-02-04"), (4, "BK2404", "card", 700, "2026-03-01"),
        (5, "BK2405", "cash", 2000, "2026-03-09"),
    ],
    "repairs": [("R-01", 1, 55), ("R-02", 3, 1300)],
    "staff": [(1, "Eva", "BE1", 3000), (2, "Tom", "BE1", 2000), (3, "Liu", "SH1", 2500), (4, "Kay", "NY1", 2600),
              (5, "Ida", "SH1", 2700)],
}  # fmt: skip
HOTELS = Scope(
    _SCHEMA,
    (
        Term("hotels", "hotels", ("酒店",)), Term("guests", "guests", ("客人",)), Term("bookings", "", ("订单",)),
        Term("payments", "payments", ("付款",)), Term("staff", "", ("员工", "employees")),
        Term("rooms", "", ("房间",)), Term("channel", "", ("渠道",), "bookings.channel"),
        Term("email", "", ("邮箱",), "guests.email"), Term("repairs", "", ("维修",)),
    ),
)  # fmt: skip


@cache
def hotels() -> sqlite3.Connection:
    """The rows of the hotels."""
    return filled(_SCHEMA, _ROWS)


def said_of_hotels(question: str, known: Scope = HOTELS) -> list[tuple[Any, ...]] | None:
    """The rows of a question, in their order; None where it is asked back."""
    return told_by(hotels(), question, known)
