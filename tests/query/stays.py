"""The structure of a guest house whose bookings have four dates and whose guests have two."""

from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term

_BOOKINGS = Table(
    "bookings",
    (
        Column("id", "INTEGER", primary_key=True),
        Column("guest_id", "INTEGER", foreign_key="guests.id"),
        Column("booked_at", "TIMESTAMP"),
        Column("checkin_dt", "DATE"),
        Column("leaves", "DATE", comment="退房日期"),
        Column("cancelled_at", "TIMESTAMP"),
    ),
)
_GUESTS = Table(
    "guests",
    (
        Column("id", "INTEGER", primary_key=True),
        Column("name", "TEXT"),
        Column("birth_dt", "DATE"),
        Column("signup_dt", "DATE"),
    ),
)
_PAYMENTS = Table("payments", (Column("id", "INTEGER", primary_key=True), Column("paid_on", "DATE")))
STAYS = Scope(
    Schema((_BOOKINGS, _GUESTS, _PAYMENTS), (Relation("bookings", "guest_id", "guests", "id"),), "sqlite"),
    (Term("bookings", "", ("预订",)), Term("guests", "", ("客人",)), Term("payments", "", ("付款记录",))),
)
