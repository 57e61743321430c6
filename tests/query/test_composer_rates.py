"""The rate of a term that is a condition is its share of all rows of its table, in percent."""

from dataclasses import replace

import pytest

from services.query.knowledge.schema import Term
from tests.query.shop import SHOP, answered, asked_back, shop

_CANCELLED = Term("cancelled order", "", ("已取消的订单",), "orders.status = 'open'")
_KNOWN = replace(SHOP, terms=(*SHOP.terms, _CANCELLED))
_RATE = "SELECT {} avg(CASE WHEN status = 'open' THEN 100.0 ELSE 0 END) FROM orders {}"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What is the cancellation rate?", _RATE.format("", "")),
        ("cancelled order rate", _RATE.format("", "")),
        ("取消率是多少", _RATE.format("", "")),
        ("cancellation rate in 2024", _RATE.format("", "WHERE placed LIKE '2024%'")),
        ("cancellation rate per month", _RATE.format("substr(placed, 1, 7),", "GROUP BY 1")),
    ],
)
def test_the_rate_of_a_term_is_its_share_of_all(question: str, sql: str) -> None:
    assert answered(question, _KNOWN) == shop().execute(sql).fetchall()


def test_a_rate_that_two_terms_may_mean_is_asked_back() -> None:
    other = Term("cancelled customer", "", (), "customers.status = 'blocked'")
    assert asked_back("What is the cancellation rate?", replace(_KNOWN, terms=(*_KNOWN.terms, other)))
