"""A comment that explains the codes of its column teaches what they are called; other comments teach none."""

import pytest

from services.query.composer.compose import SURE, compose
from services.query.composer.linking.explained import explained
from services.query.knowledge.schema import Column, Schema, Scope, Table, Term


@pytest.mark.parametrize(
    ("comment", "column", "codes"),
    [
        (
            "CONF confirmed, CXL cancelled, OUT checked out",
            Column("status_cd", "TEXT", values=("CONF", "CXL", "IN")),
            {"CONF": "confirmed", "CXL": "cancelled", "OUT": "checked out"},
        ),
        ("状态：0未支付 1已支付 2已退款", Column("state", "INTEGER"), {"0": "未支付", "1": "已支付", "2": "已退款"}),
        ("订单状态(0=未支付,1=已支付)", Column("state", "INTEGER"), {"0": "未支付", "1": "已支付"}),
        ("1: active; 2: blocked", Column("state", "SMALLINT"), {"1": "active", "2": "blocked"}),
        ("M男 F女", Column("sex", "CHAR(1)", values=("F", "M")), {"M": "男", "F": "女"}),
        ("A-高级、B-普通", Column("grade", "TEXT"), {"A": "高级", "B": "普通"}),
        (
            "zh Chinese, en English",
            Column("lang", "TEXT", values=("de", "en", "zh")),
            {"zh": "Chinese", "en": "English"},
        ),
        ("A list of things, B side included", Column("title", "TEXT"), {}),
        ("amount in EUR, VAT included", Column("amount", "REAL"), {}),
        ("USD price, EUR price", Column("price", "TEXT", values=("USD", "EUR")), {}),
        ("the name, first and last", Column("name", "TEXT", values=("Ann",)), {}),
        ("CONF confirmed, CXL cancelled", Column("other", "TEXT", values=("red", "green", "blue")), {}),
    ],
)
def test_only_a_list_of_codes_explains_them(comment: str, column: Column, codes: dict[str, str]) -> None:
    assert explained(Column(column.name, column.type, comment=comment, values=column.values)) == codes


_KNOWN = Scope(
    Schema(
        (
            Table(
                "bookings",
                (
                    Column("id", "INTEGER", primary_key=True),
                    Column("status_cd", "TEXT", comment="CONF confirmed, IN in house", values=("CONF", "IN")),
                    Column("pay_state", "INTEGER", comment="付款状态：0未支付 1已支付"),
                ),
                "订单",
                9,
            ),
        ),
        (),
        "sqlite",
    ),
    (Term("bookings", "", ("订单",), None),),
)


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("How many confirmed bookings are there?", "status_cd = 'CONF'"),
        ("How many bookings are in house?", "status_cd = 'IN'"),
        ("How many bookings are there in-house?", "status_cd = 'IN'"),
        ("How many bookings are not confirmed?", "status_cd <> 'CONF'"),
        ("未支付的订单有多少", "pay_state = 0"),
        ("有多少已支付的订单", "pay_state = 1"),
    ],
)
def test_a_code_is_found_by_what_its_comment_calls_it(question: str, where: str) -> None:
    composed = compose(question, _KNOWN)
    assert (composed.sql, composed.score >= SURE) == (f"SELECT COUNT(*) AS count FROM bookings WHERE {where}", True)


def test_a_small_word_and_one_that_is_like_another_are_no_value() -> None:
    assert "status_cd" not in (compose("How many bookings are in housekeeping?", _KNOWN).sql or "")
