"""The gate: no attack of the corpus passes; everything harmless passes and means the same after it was rendered."""

import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, get_args

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import Dialect as SqlDialect
from sqlglot import exp, parse

from libs.datasources import gate
from libs.datasources.dialect import Dialect
from libs.datasources.errors import Refusal, RefusedByGate
from libs.datasources.gate import admit, parse_expression
from libs.language import gate as gate_texts
from libs.language.catalogue import Language, language_of, text
from tests import mariadb

_CORPUS = Path(__file__).parent / "gate"
_SENTENCES: dict[Language, str] = {
    "zh": "出于安全考虑，该 SQL 不会被执行：{}",
    "en": "For safety this SQL is not run: {}",
}
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgres", "mariadb")
TABLES = {
    "customers": ("id", "name"), "orders": ("id", "customer_id", "amount", "placed", "note"),
    "oddities": ("delete", "update", "select"), "客户": ("姓名",),
}  # fmt: skip

MAKE = (
    "CREATE TABLE customers (id integer PRIMARY KEY, name text)",
    "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, amount numeric, placed date, note text)",
    'CREATE TABLE oddities ("delete" integer, "update" integer, "select" integer)',
    'CREATE TABLE "客户" ("姓名" text)',
    "INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bob'), (3, 'A_c')",
    "INSERT INTO orders VALUES (1, 1, 10, '2024-01-05', NULL), (2, 1, 25.5, '2024-02-05', 'delete; drop'), "
    "(3, 2, 30, '2024-02-20', 'x')",
    "INSERT INTO oddities VALUES (1, 2, 3)",
    "INSERT INTO \"客户\" VALUES ('张三'), ('李四')",
)


def lines(kind: str, dialect: str) -> list[str]:
    """The statements of a corpus."""
    lines = (_CORPUS / f"{kind}_{dialect}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("# ", "## "))]


def _attacks(dialect: Dialect) -> Iterator[tuple[Dialect, str, list[str]]]:
    """The attacks by what they try."""
    text = (_CORPUS / f"attacks_{dialect}.txt").read_text(encoding="utf-8")
    for section in text.split("\n## ")[1:]:
        tries, *attacks = section.splitlines()
        yield dialect, tries, attacks


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_corpus_is_large_and_holds_nothing_twice(dialect: Dialect) -> None:
    for kind, least in (("attacks", 300), ("harmless", 100)):
        statements = lines(kind, dialect)
        assert len(statements) == len(set(statements)) >= least
    assert [attack for _, _, attacks in _attacks(dialect) for attack in attacks] == lines("attacks", dialect)


@pytest.mark.parametrize(("dialect", "tries", "attacks"), [each for dialect in DIALECTS for each in _attacks(dialect)])
def test_no_attack_passes_and_why_is_told_in_both_languages(dialect: Dialect, tries: str, attacks: list[str]) -> None:
    for sql in attacks:
        with pytest.raises(RefusedByGate) as raised:
            passed = admit(sql, dialect, tables=TABLES)
            pytest.fail(f"{tries}: {sql} passed as {passed.sql}")
        why = raised.value.why
        for language, sentence in _SENTENCES.items():
            assert raised.value.detail(language) == sentence.format(text(why.key, language, **why.values))


@pytest.mark.parametrize("refusal", get_args(Refusal))
def test_the_chinese_text_of_a_refusal_is_chinese_but_for_what_sql_calls_it(refusal: str) -> None:
    chinese, english = gate_texts.TEXTS[f"gate.{refusal}"]
    assert language_of(chinese) == "zh" and language_of(english) == "en"
    words = set(re.findall(r"[a-z]+", re.sub(r"{.*?}", "", chinese)))
    assert words <= {"lpad", "rpad", "format"}
    assert not (chinese + english).endswith((".", "。"))


def test_every_text_of_a_refusal_is_of_one_that_there_is() -> None:
    assert gate_texts.TEXTS.keys() == {f"gate.{refusal}" for refusal in get_args(Refusal)}


def test_everything_harmless_passes_and_means_the_same_on_sqlite() -> None:
    connection = sqlite3.connect(":memory:")
    for statement in MAKE:
        connection.execute(statement)
    compared = 0
    for sql in lines("harmless", "sqlite"):
        admitted = admit(sql, "sqlite", tables=TABLES)
        try:
            expected = connection.execute(sql).fetchall()
        except sqlite3.OperationalError:
            continue  # This machine's SQLite is older than the function.
        assert connection.execute(admitted.sql).fetchall() == expected, (sql, admitted.sql)
        compared += 1
    assert compared >= 90


async def test_everything_harmless_passes_and_means_the_same_on_postgresql(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        for statement in MAKE:
            await connection.execute(statement)
        for sql in lines("harmless", "postgres"):
            admitted = admit(sql, "postgres", tables=TABLES)
            assert await connection.fetch(admitted.sql) == await connection.fetch(sql), (sql, admitted.sql)
    finally:
        await connection.close()


async def test_everything_harmless_passes_and_means_the_same_on_mysql(mysql_url: str) -> None:
    made = (statement.replace('"', "`").replace("text)", "varchar(50))") for statement in MAKE[:4])
    await mariadb.execute(mysql_url, *(statement.replace("numeric", "numeric(9, 1)") for statement in made), *MAKE[4:7])
    await mariadb.execute(mysql_url, MAKE[7].replace('"', "`"))
    for sql in lines("harmless", "mariadb"):
        admitted = admit(sql, "mariadb", tables=TABLES)
        assert await mariadb.rows(mysql_url, admitted.sql) == await mariadb.rows(mysql_url, sql), (sql, admitted.sql)


@given(limit=st.integers(1, 10_000), cap=st.integers(1, 1_000))
def test_the_limit_never_exceeds_the_cap_and_one_row_more_tells_whether_the_cap_cuts(limit: int, cap: int) -> None:
    admitted = admit(f"SELECT id FROM orders LIMIT {limit}", "postgres", limit=cap)
    assert admitted.sql.endswith(f"LIMIT {min(limit, cap)}")
    assert admitted.running.endswith(f"LIMIT {limit if limit < cap else cap + 1}")
    filters = {"orders": ("amount > 1",)}
    restricted = admit(f"SELECT id FROM orders LIMIT {limit}", "postgres", limit=cap, filters=filters)
    assert restricted.sql == admitted.sql and "amount > 1" in restricted.running
    assert restricted.running.endswith(f"LIMIT {limit if limit < cap else cap + 1}")
    assert admit(admitted.sql, "postgres", limit=cap).running == admitted.running


_PIECES = [
    *lines("attacks", "postgres"),
    *lines("harmless", "postgres"),
    *lines("attacks", "mariadb"),
    *lines("harmless", "mariadb"),
    ";",
    "#",
    "/*!",
    "`",
    "/*",
    "*/",
    "--\n",
    "'",
    '"',
    "$$",
    "(",
    ")",
]


@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=4), st.sampled_from(DIALECTS))
def test_whatever_passes_is_one_select_of_known_tables(pieces: list[str], dialect: Dialect) -> None:
    try:
        admitted = admit(" ".join(pieces), dialect, tables=TABLES)
    except RefusedByGate:
        return
    trees = parse(admitted.sql, dialect=dialect)
    assert len(trees) == 1 and isinstance(trees[0], exp.Query)
    assert not list(trees[0].find_all(exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock))
    assert {table.casefold() for table in admitted.tables} <= set(TABLES)


def test_deep_and_huge_texts_are_refused_not_crashed_on() -> None:
    for sql in ("SELECT " + "(" * 5_000 + "1" + ")" * 5_000, "SELECT 1" + " + 1" * 9_000, "\x00", "   "):
        with pytest.raises(RefusedByGate):
            admit(sql, "sqlite")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("opening", ["ARRAY[", "[", "struct(", "decimal(", "array(", "varchar(", "x::int["])
def test_what_a_parser_would_try_in_exponentially_many_ways_is_refused_at_once(opening: str, dialect: Dialect) -> None:
    closing = "]" if opening.endswith("[") else ")"
    for sql in (f"SELECT {opening * 40}1{closing * 40}", f"SELECT {opening * 40}"):
        with pytest.raises(RefusedByGate) as raised:
            admit(sql, dialect)
        assert raised.value.refusal in ("too_deep", "malformed", "unparsable")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_number_of_thousands_of_digits_is_a_large_number_and_no_crash(dialect: Dialect) -> None:
    huge = "9" * 5_000
    assert admit(f"SELECT 1 LIMIT {huge}", dialect, limit=10).sql == "SELECT 1 LIMIT 10"
    for sql in (f"SELECT lpad('x', {huge})", f"SELECT lpad('x', {'0' * 5_000}9999)"):
        with pytest.raises(RefusedByGate) as raised:
            admit(sql, dialect)
        assert raised.value.refusal == "pad"


@pytest.mark.parametrize("step", ["_only_statement", "_check_syntax", "check_tables"])
def test_whatever_the_parser_or_a_check_raises_is_a_refusal(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise ValueError("something nobody thought of")

    monkeypatch.setattr(gate, step, stumble)
    with pytest.raises(RefusedByGate) as raised:
        admit("SELECT 1", "postgres")
    assert raised.value.refusal == "unparsable"


def test_how_deep_brackets_are_is_found_in_steps_that_grow_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    known = SqlDialect.get_or_raise("postgres")
    tokens = known.tokenize("(" * 20_000)
    steps = 0

    def counted(values: Iterable[int]) -> int:
        nonlocal steps
        summed = list(values)
        steps += len(summed)
        return sum(summed)

    def count(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal steps
        steps += event == "line"
        return count

    monkeypatch.setattr(gate, "sum", counted, raising=False)
    before = sys.gettrace()
    sys.settrace(count)
    try:
        gate._check_nesting(tokens, known.parser_class.TYPE_TOKENS)
    finally:
        sys.settrace(before)
    assert len(tokens) <= steps <= 20 * len(tokens)


def test_refused_sql_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RefusedByGate):
        admit("CALL do_something('personal data')", "postgres")
    assert not caplog.records


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("sql", "refusal"),
    [
        ("", "empty"),
        ("amount > '", "unparsable"),
        ("1" * 20_001, "too_long"),
        ("decimal(" * 40 + "1" + ")" * 40, "too_deep"),
        ("(" * 1_900 + "1" + ")" * 1_900, "too_deep"),
        ("amount" + "::int" * 400, "too_deep"),
        ("amount" + "[1]" * 6_000, "too_large"),
        ("1; 2", "several"),
    ],
)
def test_an_expression_that_would_cost_too_much_is_refused(sql: str, refusal: str) -> None:
    with pytest.raises(RefusedByGate) as refused:
        parse_expression(sql, "postgres")
    assert refused.value.refusal == refusal


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("sql", ["orders.amount > 100 AND note = 'x'", "amount", "SUM(amount)", "note IN ('a', 'b')"])
def test_conditions_columns_and_measures_are_expressions(dialect: Dialect, sql: str) -> None:
    assert parse_expression(sql, dialect).sql(dialect=dialect) == sql
