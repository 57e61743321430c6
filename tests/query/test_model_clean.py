"""SQL is found in whatever a model writes round it; what is found can be parsed."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from libs.datasources.dialect import Dialect
from libs.datasources.errors import RefusedByGate
from libs.datasources.gate import parse
from services.query.model.clean import sql_of, whole_part, without_thinking

DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgres", "mariadb")
SQL = "SELECT city FROM people"

QUERIES = (
    SQL,
    "SELECT name, COUNT(*) AS n\nFROM people\nWHERE city = '上海；北京' AND note <> 'a;b'\n"
    "GROUP BY name\nORDER BY n DESC\nLIMIT 5",
    "WITH young AS (\n  SELECT * FROM people WHERE age < 30\n)\nSELECT city FROM young\n\n"
    "WHERE city IN (\nSELECT city\nFROM towns\n)",
    "SELECT `first name` FROM `people` WHERE `first name` LIKE 'A%'",
    "SELECT a.city FROM people AS a\nLEFT JOIN towns AS b ON a.city = b.name\nWHERE b.name IS NULL",
    "(SELECT city FROM people)\nUNION ALL\n(SELECT city FROM towns)",
)  # fmt: skip
WRAPPINGS = (
    "{}",
    "{};",
    "{}<|im_end|>",
    "{}<end_of_turn>\n<start_of_turn>user\nAnd how old?\n",
    "{}<|im_end|>\n<|im_start|>user\n```sql\nSELECT wrong FROM guesses\n```",
    "```sql\n{}\n```",
    "```\n{};\n```",
    "```SQL\n{}",
    "````sql\n{}\n````",
    "Sure! Here is the query:\n\n```sql\n{}\n```\n\nIt counts them. Do you want another one?",
    "这是查询语句：\n```sql\n{}；\n```\n希望对您有帮助！",
    "<think>The user wants SELECT x FROM y;\n```sql\nSELECT wrong FROM guesses\n```\n</think>\n{}",
    "<THINKING>hm</THINKING>\n\n```sql\n{}\n```",
    "The user wants SELECT wrong FROM guesses.\n</think>\n\n{}",
    "SQL: {}",
    "{}\n\nThis query lists them.",
    "{};\n\nQuestion: and how old?\nSQL: SELECT age FROM people;",
    "{}\n该查询列出它们。",
    "{}\n\n- **people**: the table\n- the rest",
    "```sql\nSET search_path = x;\n{};\n```",
    "```\ncity\n------\nBerlin\n```\n\n```sql\n{}\n```",
    "First try:\n```sql\nSELECT wrong FROM guesses\n```\nThe corrected query:\n```sql\n{}\n```",
)


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("query", QUERIES)
def test_a_query_comes_out_as_the_model_wrote_it(query: str, wrapping: str) -> None:
    assert sql_of(wrapping.format(query)) == query


@pytest.mark.parametrize(
    ("said", "sql"),
    [
        (f'{{"sql": "{SQL};", "why": "because"}}', SQL),
        (f'```json\n{{"query": "{SQL}"}}\n```', SQL),
        (f'Here: {{"result": {{"sql": "{SQL}"}}}} as wanted', SQL),
        ('{"sql": "SELECT city\n\tFROM people"}', "SELECT city\n\tFROM people"),
        (f'{{"sql": "{SQL}", ', SQL),
        (f"The query is {SQL}. It lists the cities.", SQL),
        (f"查询是{SQL}。它列出城市。", SQL),
        (f"Use `{SQL}` for that.", SQL),
        (f"With these tables, {SQL}", SQL),
        (f"```sql {SQL} ```", SQL),
        ("```\nselect city from people\n```", "select city from people"),
        ("\n".join([SQL] * 300), SQL),
        (f"```sql\n{SQL}\n```\nor\n```sql\nSELECT name FROM people\n```", SQL),
        (
            "SELECT name，age FROM people WHERE city = ‘上海’ AND note = '，'；",
            "SELECT name,age FROM people WHERE city = '上海' AND note = '，'",
        ),
        ("SELECT COUNT（*） FROM people WHERE age ＞ 3", "SELECT COUNT(*) FROM people WHERE age > 3"),
    ],
)  # fmt: skip
def test_a_query_is_found_in_other_forms(said: str, sql: str) -> None:
    assert sql_of(said) == sql


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Which year do you mean? Then I can SELECT it.",
        "You can select the city from people here.",
        "<think>It is SELECT city FROM people",
    ],
)
def test_what_is_not_meant_as_the_answer_is_no_query(said: str) -> None:
    assert sql_of(said) is None


@pytest.mark.parametrize("wrapping", ["{}", "```sql\n{}\n```", '{{"sql": "{}"}}'])
@pytest.mark.parametrize(
    "said",
    [
        "SELECT 1",
        "SELECT a\nFROM t\nWHERE broken ((\nORDER BY a",
        "Select a\nFrom t\nWhere broken ((\nOrder By a",
        "SELECT bad bad (\nSELECT inner_one FROM t\n) bad",
        "SELECT bad bad bad UNION\nSELECT second_one FROM t",
        "WITH a AS (SELECT x FROM y)\n\nSELECT * FROM a WHERE ((",
        "DELETE FROM t WHERE x IN (SELECT a FROM b)",
        "INSERT INTO t SELECT a FROM other",
        "CREATE TABLE t AS SELECT a FROM other",
        "SELECT name FROM people WHERE city = 'unclosed",
    ],
)
def test_no_part_of_what_is_broken_or_no_query_is_taken_for_one(said: str, wrapping: str) -> None:
    assert sql_of(wrapping.format(said)) is None


FRAGMENTS = (
    "SELECT ", "select ", "WITH a AS (", " FROM people", " WHERE x = ", "'", '"', "`", "```", "```sql\n", "(", ")", "[",
    "]", "{", "}", '{"sql": "', '"}', ";", "；", "，", "。", ". ", "\n", "\n\n", " ", "--", "/*", "*/", "<think>",
    "</think>", "<|im_end|>", "intermediate_sql", "UNION ", "CASE WHEN ", "1", "a", "上海", "Which ", "?", "\x00",
    "\ud800", "UNANSWERABLE", "decimal(", "NOT ", "- ", "\\", "$$", "@", "%", "This is it", "final ", *QUERIES,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=30).map("".join))
def test_whatever_is_written_what_is_found_can_be_parsed_and_is_found_again(said: str) -> None:
    sql = sql_of(said)
    if sql is not None:
        assert any(isinstance(tree, exp.Query) for tree in _trees(sql)) and len(sql) >= 15
    assert said.startswith(whole_part(said))
    assert "<think>" not in without_thinking(said) or "</think>" not in without_thinking(said).partition("<think>")[2]


def _trees(sql: str) -> list[exp.Expr]:
    trees = []
    for dialect in DIALECTS:
        with contextlib.suppress(RefusedByGate):
            trees.append(parse(sql, dialect))
    return trees


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "fragment",
    [
        *FRAGMENTS[: -len(QUERIES)],
        *("SELECT a FROM t ", "SELECT (", "SELECT a\n", "SELECT a FROM t.\nThis ", '{"sql": ', "f(", "a.", "-1 "),
    ],
)
def test_a_million_characters_of_anything_take_no_longer_than_in_proportion(fragment: str) -> None:
    said = fragment * (1_000_000 // len(fragment))
    for read in (sql_of, whole_part, without_thinking):
        read(said)
    sql_of(f"```sql\nSELECT a FROM t WHERE {said}")


def test_of_what_was_cut_off_only_what_is_whole_stays() -> None:
    assert whole_part("SELECT a FROM t WHERE") == ""
    assert whole_part("SELECT a FROM t; And then SELECT b") == "SELECT a FROM t;"
    assert whole_part("```sql\nSELECT a FROM t\n```\nIt is") == "```sql\nSELECT a FROM t\n```"
    assert whole_part("```sql\nSELECT a FROM t\n```\nor\n```sql\nSELECT b") == "```sql\nSELECT a FROM t\n```"
