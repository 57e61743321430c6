"""What a model's answer means, in both languages: a query, a look first, a question back, impossible, or nothing.

Whatever a model writes, reading it takes work in proportion to its length: patterns of a bounded length, and SQL that
is parsed up to a limit.
"""

import re
from re import _parser  # type: ignore[attr-defined]  # What tells the length of a pattern has no public name.
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.datasources.gate import parse
from services.query.model import clean, found
from services.query.reasoning import response
from services.query.reasoning.response import AsksBack, Impossible, LookFirst, Nonsense, Plain, Query, read

DISTINCT = "SELECT DISTINCT level FROM customers"
FINAL = "SELECT count(*) FROM customers WHERE level = 'gold'"


@pytest.mark.parametrize(
    "said",
    [
        f"intermediate_sql\n{DISTINCT}",
        f"intermediate_sql\n{DISTINCT}\n\n```sql\n{DISTINCT}\n```",
        f"```sql\n-- intermediate_sql\n{DISTINCT};\n```",
        f"<think>intermediate_sql SELECT id FROM nothing</think>INTERMEDIATE_SQL:\n```sql\n{DISTINCT}\n```",
        f"需要先看看有哪些等级。\nintermediate_sql\n```\n{DISTINCT}\n```\n然后再写最终查询。",
        f"I am not sure what counts as big. First look at the levels:\n```sql\n{DISTINCT}\n```",
        f"不确定“大客户”对应哪个取值，先查询一下：\n\n{DISTINCT};",
        f"```sql\n-- unclear which level is meant\n{DISTINCT}\n```",
    ],
)
def test_values_are_looked_at_first_where_it_is_marked_or_there_is_doubt(said: str) -> None:
    assert read(said) == LookFirst(DISTINCT, Nonsense(), marked="intermediate_sql" in said.lower())


@pytest.mark.parametrize(
    ("said", "otherwise"),
    [
        (f"intermediate_sql\n```sql\n{DISTINCT}\n```\nThen:\n```sql\n{FINAL}\n```", Query(FINAL)),
        (f"```sql\n-- intermediate_sql\n{DISTINCT};\n```\n```sql\n{FINAL}\n```", Query(FINAL)),
        (f"不确定。请问您指的是哪个等级？\n```sql\n{DISTINCT}\n```", AsksBack("不确定。请问您指的是哪个等级？")),
        (f"Not sure. Which level do you mean?\n\n{DISTINCT}", AsksBack("Not sure. Which level do you mean?")),
    ],
)
def test_what_it_says_besides_is_what_counts_when_there_are_no_values(said: str, otherwise: Plain) -> None:
    assert read(said) == LookFirst(DISTINCT, otherwise, marked="intermediate_sql" in said.lower())


@pytest.mark.parametrize(
    ("said", "sql"),
    [
        (f"```sql\n{FINAL};\n```", FINAL),
        (f"也许您会喜欢这个查询：\n```sql\n{FINAL}\n```", FINAL),
        (f"These are the levels:\n```sql\n{DISTINCT}\n```", DISTINCT),
        ("SELECT count(DISTINCT level) FROM customers -- not sure", "SELECT count(DISTINCT level) FROM customers"),
        ("WITH big AS (SELECT id FROM customers) SELECT count(*) FROM big", None),
        ("SELECT level FROM t WHERE note = '不确定'", None),
    ],
)
def test_a_query_is_a_query_whatever_is_round_it(said: str, sql: str | None) -> None:
    response = read(said)
    assert isinstance(response, Query) and response.sql.startswith(sql or said)


@pytest.mark.parametrize(
    "said",
    [
        "请问您指的是哪一年？",
        "请明确时间范围。",
        "“大客户”的标准是什么？请补充说明。",
        "您是指下单金额还是实付金额？",
        "需要更多信息才能统计订单。",
        "Which year do you mean?",
        "Could you tell me with which currency the select orders were paid?",
        "Please clarify the period.",
        "Be more specific with the period, and tell me from when.",
        "Do you mean gold customers?",
        "I need more information about the period.",
    ],
)
def test_words_of_either_language_ask_back(said: str) -> None:
    assert read(said) == AsksBack(said)


@pytest.mark.parametrize("said", ["SELECT", "```sql\nSELECT 1\n```", "SELECT *", "-- 订单\nSELECT id", "WITH t AS"])
def test_sql_too_short_to_be_whole_asks_back(said: str) -> None:
    assert read(said) == AsksBack()


@pytest.mark.parametrize(
    "said",
    [
        "UNANSWERABLE",
        "UNANSWERABLE: the tables hold no weather. Which city do you mean?",
        "无法回答：数据库中没有天气数据。",
        "表结构里不包含员工信息。",
        "This cannot be answered from these tables.",
        "The schema does not contain any weather.",
        "There is no such table.",
        "I cannot answer this: the tables do not contain any weather.",
        "The table flights has no such column.",
        "我无法回答：表中没有天气。",
    ],
)
def test_what_the_database_does_not_hold_is_impossible(said: str) -> None:
    assert read(said) == Impossible()


@pytest.mark.parametrize(
    "said",
    [
        "I do not have access to your database.",
        "I'm sorry, but I don't have access to your database, so this question cannot be answered.",
        "As an AI language model, I have no information about your flights.",
        "As an AI, my training data does not contain your tables.",
        "This assistant and your database: it does not have direct access.",
        "We do not include such data.",
        "抱歉，我无法访问您的数据库，因此无法回答。",
        "作为一个人工智能助手，我不能回答这个问题。",
        "我对您的数据库没有访问权限。",
    ],
)
def test_what_a_model_says_of_itself_tells_nothing_of_the_database(said: str) -> None:
    assert read(said) == Nonsense()


@pytest.mark.parametrize(
    "said",
    ["", "   ", "<html>busy</html>", "好的。", "the the the " * 9_000, "<think>SELECT level FROM customers", "{}"],
)
def test_all_else_is_nonsense(said: str) -> None:
    assert read(said) == Nonsense()


PARTS = (
    "什么", "哪个", "还是", "请问", "which a ", "what is ", "/* a ", "-- a ", "*/", "WITH a AS ( ", "SELECT a ",
    "SELECT DISTINCT ", "SELECT a FROM t ", "intermediate_sql\n", "```", "```sql\n", "`", "table ", "does not ",
    "contain ", "数据库中", "没有", "I ", "我", "作为", "<think>", "</think>", "<|im_end|>", '{"sql": "', "(", "'",
    ";", "?", " ", "\n",
)  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(
    said=st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("".join),
    before=st.lists(st.sampled_from(PARTS), max_size=3).map("".join),
)
def test_of_an_answer_of_any_length_a_bounded_part_is_parsed(said: str, before: str) -> None:
    parsed: list[int] = []

    def counted(sql: str, dialect: Any) -> Any:
        parsed.append(len(sql))
        return parse(sql, dialect)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(found, "parse", counted)
        read(before + said * (100_000 // len(said)))
    assert sum(parsed) <= 4 * 40_000


@pytest.mark.parametrize("module", [response, clean])
def test_no_pattern_that_answers_are_searched_for_is_longer_than_a_sentence(module: Any) -> None:
    patterns = [value for value in vars(module).values() if isinstance(value, re.Pattern)]
    longest = [_parser.parse(pattern.pattern, pattern.flags).getwidth()[1] for pattern in patterns]
    assert patterns and max(longest) <= 300
