"""What is said around a question out of politeness changes nothing, and nothing of the question is lost with it."""

import pytest

from services.query.composer.language.polite import without_politeness
from tests.query.shop import answered


@pytest.mark.parametrize(
    "question",
    [
        "How many customers are there? Thanks!",
        "Hello, could you please tell me how many customers we have? Thank you.",
        "I was wondering how many customers there are", "I'd like to know how many customers there are, please",
        "帮我查一下一共有多少客户", "麻烦您帮我看下，有多少客户", "能不能帮我查查一共多少客户",
        "谢谢，客户有多少？", "请问一下有多少客户？谢谢您",
    ],
)  # fmt: skip
def test_a_polite_question_is_answered_as_the_plain_one(question: str) -> None:
    assert answered(question) == [(5,)]


@pytest.mark.parametrize(
    "question",
    ["看病的人有多少", "找零金额", "查房记录有多少", "请假的员工有哪些", "想要的商品", "可以退款的订单", "thanks", "谢谢",
     "hire dates of drivers", "Which customers are pleased?", "问题有多少", "要求最多的客户"],
)  # fmt: skip
def test_words_that_only_begin_like_a_courtesy_stay(question: str) -> None:
    assert without_politeness(question) == question


def test_what_is_ordered_is_no_courtesy() -> None:
    assert without_politeness("帮我查下单最多的客户") == "下单最多的客户"
