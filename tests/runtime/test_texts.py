"""What users read: sentences are put together with one full stop each, in either language."""

import re

import pytest

from libs.language.catalogue import _TEXTS, Language, clause, known, language_of, retold, sentences, text


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("There is no table to learn.", "See that they exist."), "There is no table to learn. See that they exist."),
        (("The server does not accept this user", "Check it."), "The server does not accept this user. Check it."),
        (("Line 1, Col: 17..", ""), "Line 1, Col: 17."),
        (("用户名或密码不正确", "请检查用户名和密码。"), "用户名或密码不正确。请检查用户名和密码。"),
        (("没有可以学习的表。", "请检查。"), "没有可以学习的表。请检查。"),
        (("Who is it?", "Ask again"), "Who is it? Ask again."),
        (("", ""), ""),
    ],
)
def test_sentences_end_with_exactly_one_full_stop(parts: tuple[str, ...], said: str) -> None:
    assert sentences(*parts) == said


def test_a_sentence_inside_another_loses_its_full_stop() -> None:
    assert (clause("It is wrong.."), clause("不对。")) == ("It is wrong", "不对")


@pytest.mark.parametrize("families", [("trainer.", "datasource."), ("feedback.", "datasource.")])
def test_what_was_told_in_one_language_is_read_in_the_other(families: tuple[str, ...]) -> None:
    ways: tuple[tuple[Language, Language], ...] = (("zh", "en"), ("en", "zh"), ("en", "en"))
    for key in (key for key in _TEXTS if key.startswith(families)):
        values = dict.fromkeys(re.findall(r"\{(\w+)\}", "".join(_TEXTS[key])), "7\nx")
        for told, read in ways:
            assert retold(text(key, told, **values), read, *families) == text(key, read, **values)
    inside = text("datasource.query_failed", "zh", reason="no such table: x")
    assert retold(text("trainer.table_skipped", "zh", table="a", reason=inside), "en", "trainer.", "datasource.") == (
        "Table a could not be read and was left out: The database refuses the query: no such table: x"
    )
    assert retold("Nobody wrote this", "zh", *families) == "Nobody wrote this"


@pytest.mark.parametrize("strategy", ["adapted", "composed", "model"])
def test_every_way_to_write_sql_has_words_of_its_own(strategy: str) -> None:
    assert known(f"question.strategy.{strategy}")


def test_what_is_counted_may_be_one() -> None:
    counted = re.compile(r"\{(count|done|learned|known|total|tables|errors)\} (?!of )[a-z]")
    assert [english for _, english in _TEXTS.values() if counted.search(english)] == []


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many orders are there?", "en"), ("有多少订单？", "zh"), ("How many tickets about 电视 are open?", "en"),
        ("the salary of 陈伟英", "en"), ("only 上海", "en"), ("from 上海", "en"), ("上海?", "zh"),
        ("按channel统计bookings", "zh"), ("staff最多的10个hotel", "zh"), ("Gone with the Wind 的评分", "zh"),
        ("状态 (open, paid)", "zh"),
    ],
)  # fmt: skip
def test_a_chinese_name_in_an_english_sentence_leaves_it_english(question: str, language: str) -> None:
    assert language_of(question) == language
