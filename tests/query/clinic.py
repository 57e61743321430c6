"""A veterinary clinic in SQLite: a table of kinds, flags, people of one name, and those that have nothing."""

import sqlite3
from functools import cache
from typing import Any

from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term
from tests.query.filled import filled, told_by

_ID = Column("id", "INTEGER", primary_key=True)
_SCHEMA = Schema(
    (
        Table("species", (_ID, Column("name", "TEXT", values=("cat", "dog", "rabbit"))), row_estimate=3),
        Table(
            "owners",
            (
                _ID,
                Column("first_name", "TEXT", values=("Ann", "Ben", "Clara")),
                Column("last_name", "TEXT", values=("Braun", "Weber")),
            ),
            row_estimate=4,
        ),
        Table(
            "vets",
            (
                _ID,
                Column("name", "TEXT", values=("Adler", "Jung", "Lang")),
                Column("salary", "REAL"),
                Column("hired_on", "DATE"),
            ),
            row_estimate=3,
        ),
        Table(
            "animals",
            (
                _ID,
                Column("species_id", "INTEGER", foreign_key="species.id"),
                Column("owner_id", "INTEGER", foreign_key="owners.id"),
                Column("weight_kg", "REAL"),
                Column("neutered", "INTEGER"),
            ),
            row_estimate=7,
        ),
        Table(
            "appointments",
            (
                _ID,
                Column("animal_id", "INTEGER", foreign_key="animals.id"),
                Column("vet_id", "INTEGER", foreign_key="vets.id"),
                Column("status", "TEXT", values=("booked", "cancelled")),
            ),
            row_estimate=4,
        ),
        Table(
            "invoices",
            (
                _ID,
                Column("appointment_id", "INTEGER", foreign_key="appointments.id"),
                Column("amount", "REAL"),
                Column("issued_on", "DATE"),
                Column("paid_on", "DATE"),
            ),
            row_estimate=3,
        ),
    ),
    (
        Relation("animals", "species_id", "species", "id"),
        Relation("animals", "owner_id", "owners", "id"),
        Relation("appointments", "animal_id", "animals", "id"),
        Relation("appointments", "vet_id", "vets", "id"),
        Relation("invoices", "appointment_id", "appointments", "id"),
    ),
    "sqlite",
)
_ROWS: dict[str, list[tuple[Any, ...]]] = {
    "species": [(1, "dog"), (2, "cat"), (3, "rabbit")],
    "owners": [(1, "Ann", "Weber"), (2, "Ann", "Weber"), (3, "Ben", "Braun"), (4, "Clara", "Weber")],
    "vets": [
        (1, "Adler", 70000, "2024-02-01"), (2, "Jung", 90000, "2025-02-01"), (3, "Lang", 80000, "2026-02-01"),
    ],
    # One Ann Weber has a cat, the other a rabbit; Ben has both.
    "animals": [
        (1, 2, 1, 4.0, 1), (2, 3, 2, 2.0, 0), (3, 2, 3, 5.0, 1), (4, 3, 3, 2.5, None), (5, 3, 3, 2.0, 1),
        (6, 1, 4, 30.0, 0), (7, 1, 4, 25.0, 1),
    ],
    "appointments": [(1, 1, 1, "booked"), (2, 2, 1, "cancelled"), (3, 3, 2, "booked"), (4, 6, 1, "booked")],
    "invoices": [(1, 1, 50.0, "2026-01-05", None), (2, 3, 80.0, "2026-02-05", "2026-03-01"),
                 (3, 4, 20.0, "2026-02-07", "2026-02-07")],
}  # fmt: skip
CLINIC = Scope(
    _SCHEMA,
    (
        Term("salary", "pay of a vet", ("工资",), "vets.salary"), Term("vets", "vets", ("兽医",)),
        Term("invoices", "invoices", ("账单",)), Term("amount", "amount of an invoice", ("金额",), "invoices.amount"),
        Term("revenue", "money invoiced", ("收入",), "sum(invoices.amount)"),
    ),
)  # fmt: skip


@cache
def _clinic() -> sqlite3.Connection:
    return filled(_SCHEMA, _ROWS)


def told(question: str, known: Scope = CLINIC) -> list[tuple[Any, ...]] | None:
    """The rows of a question, in their order; None where it is asked back."""
    return told_by(_clinic(), question, known)
