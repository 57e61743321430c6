"""Polite words around a question ask nothing; a question of nothing else is not made of what is left."""

import pytest

from tests.query.hotels import said_of_hotels


@pytest.mark.parametrize(
    "question",
    [
        "I'd like to know how many staff there are.", "Hi! Could you please tell me how many staff there are?",
        "How many staff are there? Thanks a lot!", "How many staff are there, thank you", "帮我查一下一共有多少员工",
        "麻烦帮我看下，有多少员工", "我想知道有多少员工，谢谢！", "帮我统计一下员工的数量",
    ],
)  # fmt: skip
def test_the_question_within_is_answered(question: str) -> None:
    assert said_of_hotels(question) == [(5,)]


@pytest.mark.parametrize("question", ["Thanks!", "谢谢", "I'd like to", "帮我查一下"])
def test_where_nothing_is_asked_nothing_is_answered(question: str) -> None:
    assert said_of_hotels(question) is None


def test_i_d_is_no_key() -> None:
    assert said_of_hotels("I'd like to know which staff work in New York") == [("Kay",)]
