"""Where rows have several dates, the word that says what happened tells which one is meant; else it is asked."""

import pytest

from services.query.composer.compose import SURE, compose
from services.query.composer.language.happenings import CREATION, joined, told_by
from services.query.composer.linking.dated import spoken_date
from services.query.conversation.turns import Turn
from services.query.conversation.whole import made_whole
from services.query.knowledge.schema import Column, Table
from services.query.reasoning.propose import proposed
from tests.query.stays import STAYS


@pytest.mark.parametrize(
    ("question", "column"),
    [
        ("How many bookings were made last month?", "booked_at"),
        ("Last month, how many bookings were made?", "booked_at"),
        ("How many bookings checked out yesterday?", "leaves"),
        ("How many bookings in 2026 (check-in date)?", "checkin_dt"),
        ("bookings with an arrival date in October 2026", "checkin_dt"),
        ("How many guests have signed up since 2024?", "signup_dt"),
        ("How many guests were born in 1990?", "birth_dt"),
        ("Bookings per year by check-in", "checkin_dt"),
        ("Bookings per year by booking date", "booked_at"),
        ("今天退房的预订有多少？", "leaves"),
        ("2026年10月入住的预订有多少？", "checkin_dt"),
        ("2026年10月以后入住的预订有多少？", "checkin_dt"),
        ("入住日期在2026年10月的预订有多少？", "checkin_dt"),
        ("去年注册的客人有多少？", "signup_dt"),
        ("按预订时间统计每年的预订数", "booked_at"),
        ("每月入住的预订有多少？", "checkin_dt"),
        ("How many payments were made in 2025?", "paid_on"),
    ],
)
def test_what_happened_tells_which_date_is_meant(question: str, column: str) -> None:
    composed = compose(question, STAYS)
    assert composed.score >= SURE and composed.sql
    dates = {"booked_at", "checkin_dt", "leaves", "cancelled_at", "birth_dt", "signup_dt", "paid_on"}
    clauses = composed.sql.split(" FROM ")[-1]
    assert {date for date in dates if date in clauses} == {column}


@pytest.mark.parametrize(
    ("question", "dates"),
    [
        ("How many bookings last month?", "booking date, check-in date, check-out date, cancellation date"),
        ("上个月的预订有多少？", "预订日期, 入住日期, 退房日期, 取消日期"),
        ("How many payments were refunded in 2025?", ""),
    ],
)
def test_where_nothing_tells_it_the_dates_are_offered_in_words(question: str, dates: str) -> None:
    draft = proposed(question, "zh" if "的" in question else "en", STAYS)
    assert draft.kind == "clarification" and dates in draft.text
    assert len(draft.choices) == len(dates.split(", ")) or not dates
    assert all(compose(choice, STAYS).score >= SURE for choice in draft.choices)


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        ("depart_at", "departure date", "出发日期"),
        ("arrive_at", "arrival date", "到达日期"),
        ("checkin_dt", "check-in date", "入住日期"),
        ("checkout_dt", "check-out date", "退房日期"),
    ],
)
def test_a_trip_departs_and_a_guest_checks_out(name: str, english: str, chinese: str) -> None:
    column = Column(name, "DATE")
    trips = Table("trips", (column,))
    assert [spoken_date(trips, column, han=han) for han in (False, True)] == [english, chinese]


def test_the_making_of_a_row_is_known_by_its_place() -> None:
    assert CREATION in told_by(joined(("made",)))


@pytest.mark.parametrize(
    ("question", "said", "chosen"),
    [
        ("How many bookings last month?", "the date of check-in", 1),
        ("How many bookings last month?", "by check-in", 1),
        ("How many bookings last month?", "booked_at", 0),
        ("How many bookings last month?", "arrival", 1),
        ("上个月的预订有多少？", "退房日期", 2),
        ("上个月的预订有多少？", "按入住", 1),
    ],
)
def test_an_offered_date_may_be_named_in_other_words(question: str, said: str, chosen: int) -> None:
    back = proposed(question, "en" if question.isascii() else "zh", STAYS)
    turn = Turn(question, question, "clarification", said=back.text, choices=back.choices)
    assert made_whole(said, [turn], STAYS).question == back.choices[chosen]


@pytest.mark.parametrize(
    ("question", "month", "year"),
    [
        ("How many bookings are there, by month (check-in date), in 2025", "checkin_dt", "checkin_dt"),
        ("How many bookings are there, in 2025 (check-in date), by month", "checkin_dt", "checkin_dt"),
        ("How many bookings are there, by month (check-in date), in 2025 (booking date)", "checkin_dt", "booked_at"),
        ("有多少预订，按月 (入住日期)，2025年", "checkin_dt", "checkin_dt"),
    ],
)
def test_a_date_that_was_chosen_is_that_of_what_is_said_next(question: str, month: str, year: str) -> None:
    composed = compose(question, STAYS)
    assert composed.score >= SURE and composed.sql
    assert f"STRFTIME('%Y-%m', {month})" in composed.sql and f"{year} >= '2025-01-01'" in composed.sql


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("How many bookings are there, by month (check-in date)", "and in 2025?"),
        ("有多少预订，按月 (入住日期)", "2025年呢？"),
    ],
)
def test_a_chosen_date_is_gone_on_with(before: str, said: str) -> None:
    sql = f"{compose(before, STAYS).sql} LIMIT 1000"
    whole = made_whole(said, [Turn(before, before, "answered", sql)], STAYS)
    assert not whole.unclear and "checkin_dt >= '2025-01-01'" in (whole.sql or "")
