"""Polite words around a question ask nothing; a question of nothing else is not made of what is left."""

import pytest

from services.query.composer.language.politeness import courtesies
from services.query.composer.language.words import read
from tests.query.hotels import said_of_hotels


@pytest.mark.parametrize(
    "question",
    [
        "I'd like to know how many staff there are.", "Hi! Could you please tell me how many staff there are?",
        "How many staff are there? Thanks a lot!", "How many staff are there, thank you", "帮我查一下一共有多少员工",
        "麻烦帮我看下，有多少员工", "我想知道有多少员工，谢谢！", "帮我统计一下员工的数量",
        "能不能帮我查查一共多少员工",
        "谢谢，员工有多少？", "请问一下有多少员工？谢谢您", "I was wondering how many staff there are, please",
    ],
)  # fmt: skip
def test_the_question_within_is_answered(question: str) -> None:
    assert said_of_hotels(question) == [(5,)]


@pytest.mark.parametrize("question", ["Thanks!", "谢谢", "I'd like to", "帮我查一下"])
def test_where_nothing_is_asked_nothing_is_answered(question: str) -> None:
    assert said_of_hotels(question) is None


def test_i_d_is_no_key() -> None:
    assert said_of_hotels("I'd like to know which staff work in New York") == [("Kay",)]


@pytest.mark.parametrize(
    "question",
    ["看病的人有多少", "找零金额", "查房记录有多少", "请假的员工有哪些", "想要的商品", "可以退款的订单", "thanks",
     "谢谢", "hire dates of drivers", "Which customers are pleased?", "问题有多少", "要求最多的客户"],
)  # fmt: skip
def test_words_that_only_begin_like_a_courtesy_stay(question: str) -> None:
    assert not any(courtesies(question)[:1] + courtesies(question)[1:-1])


def test_what_is_ordered_is_no_courtesy() -> None:
    assert "".join(token.text for token in read("帮我查下单最多的客户").tokens) == "下单最多的客户"


def test_what_is_asked_about_may_be_called_question() -> None:
    assert not any(courtesies("Question count by user")) and any(courtesies("Quick question: how many users?"))
