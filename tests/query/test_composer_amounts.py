"""Amounts are found by what they are, whatever their names are short for; those of all rows are added up."""

import pytest

from services.query.composer.compose import SURE, compose
from services.query.knowledge.schema import Column, Relation, Schema, Scope, Table, Term

_IN_2025 = "paid_on >= '2025-01-01' AND paid_on < '2026-01-01'"
_KNOWN = Scope(
    Schema(
        (
            Table(
                "bookings",
                (
                    Column("bk_no", "TEXT", primary_key=True), Column("channel", "TEXT", values=("phone", "web")),
                    Column("total_amt", "NUMERIC"), Column("guest_qty", "INTEGER"),
                ),
                None,
                9,
            ),
            Table(
                "payments",
                (
                    Column("id", "INTEGER", primary_key=True), Column("bk_no", "TEXT", foreign_key="bookings.bk_no"),
                    Column("method", "TEXT", values=("cash", "支付宝")), Column("amt", "NUMERIC"),
                    Column("paid_on", "DATE"),
                ),
                None,
                9,
            ),
            Table(
                "taxes",
                (Column("id", "INTEGER", primary_key=True), Column("net_amt", "REAL"), Column("gross_amt", "REAL")),
                None,
                9,
            ),
        ),
        (Relation("payments", "bk_no", "bookings", "bk_no"),),
        "sqlite",
    ),
    (Term("bookings", "", ("订单",), None), Term("payments", "", ("付款",), None)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many bookings have an amount above 1000?", "COUNT(*) AS count FROM bookings WHERE total_amt > 1000"),
        ("金额超过1000的订单有多少", "COUNT(*) AS count FROM bookings WHERE total_amt > 1000"),
        ("平均订单金额", "AVG(total_amt) AS avg_total_amt FROM bookings"),
        ("average guest quantity of bookings", "AVG(guest_qty) AS avg_guest_qty FROM bookings"),
        ("What is the total amount of bookings?", "SUM(total_amt) AS sum_total_amt FROM bookings"),
        ("What is the total amount of payments?", "SUM(amt) AS sum_amt FROM payments"),
        ("Total amount paid in cash", "SUM(amt) AS sum_amt FROM payments WHERE method = 'cash'"),
        ("支付宝付款总额", "SUM(amt) AS sum_amt FROM payments WHERE method = '支付宝'"),
        ("Total amount per channel", "channel, SUM(total_amt) AS sum_total_amt FROM bookings GROUP BY channel"),
        ("支付宝付款的金额是多少", "SUM(amt) AS sum_amt FROM payments WHERE method = '支付宝'"),
        ("payment amt in 2025", f"SUM(amt) AS sum_amt FROM payments WHERE {_IN_2025}"),
        ("2025年的付款金额", f"SUM(amt) AS sum_amt FROM payments WHERE {_IN_2025}"),
        ("List the payment amt in 2025", f"amt FROM payments WHERE {_IN_2025}"),
        ("List the total amount of bookings", "total_amt FROM bookings"),
    ],
)
def test_the_amount_of_what_is_spoken_of_is_meant(question: str, sql: str) -> None:
    composed = compose(question, _KNOWN)
    assert (composed.sql, composed.score >= SURE) == (f"SELECT {sql}", True)


def test_a_month_has_the_sum_of_its_amounts() -> None:
    composed = compose("2026年每个月的付款金额", _KNOWN)
    assert composed.score >= SURE and "SUM(amt)" in (composed.sql or "") and "GROUP BY" in (composed.sql or "")


@pytest.mark.parametrize("question", ["most expensive booking", "largest payment"])
def test_the_amount_is_what_superlatives_of_money_look_at(question: str) -> None:
    composed = compose(question, _KNOWN)
    assert composed.score >= SURE and "amt DESC LIMIT 1" in (composed.sql or "").replace(" NULLS LAST", "")


@pytest.mark.parametrize("question", ["What is the average amount of taxes?", "taxes with an amount above 5"])
def test_of_several_amounts_none_is_taken_for_sure(question: str) -> None:
    assert compose(question, _KNOWN).score < SURE


def test_what_ends_like_a_verb_is_not_passed_over() -> None:
    assert compose("payment spending in 2025", _KNOWN).score < SURE
