"""One or two sentences about rows: what says most, in the language of the question, and no number that is not there."""

import re
from datetime import date
from decimal import Decimal
from itertools import permutations
from statistics import median
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from libs.language.catalogue import Language
from services.query.answers.improve import improvement_prompt
from services.query.answers.insight import insight_of
from services.query.answers.keeping import keeps_to
from services.query.answers.origin import How, Origin, Part
from services.query.answers.shape import Shape, shape_of
from services.query.answers.unfinished import insight_at

_COLOURS = [("red", 10), ("blue", 30), ("green", 60)]
_YEARS = [(2021, 200), (2022, 450), (2023, 100), (2024, 250)]


def shape(columns: list[str], rows: list[Any], how: How = "", *, whole: bool = True) -> Shape:
    """Of rows whose last column came to be in the way of `how`, and whose others are what they are grouped by."""
    parts = (*(Part("key" if how else "", name) for name in columns[:-1]), Part(how, ""))
    return shape_of(columns, rows, Origin(parts, whole))


def insight(
    columns: list[str], rows: list[Any], how: How = "", language: Language = "en", *, whole: bool = True
) -> str:
    return insight_of(shape(columns, rows, how, whole=whole), language)


@pytest.mark.parametrize(
    ("columns", "rows", "how", "english", "chinese"),
    [
        (["count"], [(12345678,)], "count", "count: 12,345,678", "数量：1,234.6万"),
        (["planes"], [(105,)], "count", "planes: 105", "planes：105"),
        (["name", "price"], [("tea", 4.5)], "", "tea: price 4.50.", "tea 的 price 为 4.50。"),
        (
            ["colour", "count"], _COLOURS, "count",
            "green has the highest count: 60, 60% of the total of 100.", "green 的数量最多，为 60，占合计 100 的 60%。",
        ),
        (
            ["colour", "weight"], _COLOURS, "average",
            "green has the highest weight: 60; red has the lowest: 10.",
            "green 的 weight 最高，为 60；red 最低，为 10。",
        ),
        (
            ["城市", "销售额"], [("北京", 325_000_000), ("上海", 175_000_000)], "sum",
            "北京 has the highest 销售额: 325,000,000, 65% of the total of 500,000,000.",
            "北京的销售额最高，为 3.25亿，占合计 5亿的 65%。",
        ),
        (
            ["year", "sales"], _YEARS, "sum",
            "Sales rose from 200 (2021) to 250 (2024), +25%. "
            "In between, the highest is 450 (2022) and the lowest 100 (2023).",
            "Sales 从 2021年的 200 升至 2024年的 250（+25%）。其间最高为 2022年的 450，最低为 2023年的 100。",
        ),
        (
            ["year", "rate"], [(2021, "8%"), (2022, "7.5%"), (2023, "5%"), (2024, "4.5%")], "",
            "Rate fell from 8% (2021) to 4.5% (2024). The largest single fall was from 7.5% (2022) to 5% (2023).",
            "Rate 从 2021年的 8% 降至 2024年的 4.5%。最大的一次下降是从 2022年的 7.5% 到 2023年的 5%。",
        ),
        (
            ["month", "count"], [(1, 100), (2, 300), (3, 200)], "count",
            "Count: highest in February (300), lowest in January (100). The total is 600.",
            "数量在 2月最高（300），在 1月最低（100）。合计 600。",
        ),
        (
            ["colour", "n"], [("red", 4), ("blue", 4), ("grey", 1)], "average",
            "red and blue share the highest n: 4.", "red、blue 的 n 并列最高，均为 4。",
        ),
        (["colour", "n"], [("red", 4), ("blue", 4)], "", "Both have the same n: 4.", "两项的 n 都是 4。"),
        (
            ["name", "n"], [(name, 10 + at) for at, name in enumerate("vwxyz")] + [("fare", 900)], "average",
            "fare has the highest n: 900, far above the median of 12.5.", "fare 的 n 最高，为 900，远高于中位数 12.5。",
        ),
        (
            ["year", "city", "sales"],
            [(2023, "Rome", 10), (2023, "Oslo", 20), (2024, "Rome", 40), (2024, "Oslo", 25)], "sum",
            "At the end (2024), Rome has the most sales (40), Oslo the least (25). "
            "Rome changed most: from 10 (2023) to 40 (2024), +300%.",
            "2024年时 Rome 的 sales 最高（40），Oslo 最低（25）。"
            "变化最大的是 Rome：从 2023年的 10 到 2024年的 40（+300%）。",
        ),
    ],
)  # fmt: skip
def test_the_sentence_tells_what_says_most(
    columns: list[str], rows: list[Any], how: How, english: str, chinese: str
) -> None:
    assert insight(columns, rows, how, "en") == english
    assert insight(columns, rows, how, "zh") == chinese


def test_the_first_three_of_many_are_told_with_their_share() -> None:
    rows = [(name, value) for name, value in zip("abcdef", (40, 30, 10, 8, 7, 5), strict=True)]
    assert insight(["name", "n"], rows, "count").endswith("The top three (a, b and c) make up 80%.")


@pytest.mark.parametrize(
    ("rows", "how", "whole"),
    [
        (_COLOURS, "count", False),
        (_COLOURS, "average", True),
        (_COLOURS, "distinct", True),
        ([("red", 10), ("blue", -5), ("grey", 7)], "sum", True),
        ([("red", 10), ("blue", None), ("grey", 7)], "sum", True),
        ([("red", 0), ("blue", 0)], "sum", True),
        ([("red", 10**9), ("blue", 1)], "sum", True),
    ],
)
def test_there_is_no_share_of_what_is_cut_or_no_whole(rows: list[Any], how: How, whole: bool) -> None:
    assert "%" not in insight(["colour", "n"], rows, how, whole=whole)


def test_of_a_cut_result_only_the_end_it_is_sorted_by_is_known() -> None:
    rising, falling = sorted(_COLOURS, key=lambda row: row[1]), sorted(_COLOURS, key=lambda row: -row[1])
    assert insight(["colour", "n"], rising, whole=False).startswith("red has the lowest n: 10.")
    assert insight(["colour", "n"], falling, whole=False).startswith("green has the highest n: 60.")
    unsorted = [_COLOURS[1], _COLOURS[0], _COLOURS[2]]
    assert insight(["colour", "n"], unsorted, whole=False) == "Of the rows shown, green has the highest n: 60."


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        (["name"], [("a",), ("b",)]),
        (["n"], []),
        (["n"], [(None,)]),
        (["name", "n"], [("a", None)]),
        (["name", "n"], [("a", float("nan")), ("b", 2)]),
        (["name", "n"], [("a", float("inf")), ("b", None)]),
        (["lat", "long"], [(37.1, 2.5), (37.2, 2.6), (37.4, 2.8)]),
    ],
)
def test_where_there_is_nothing_to_say_nothing_is_said(columns: list[str], rows: list[Any]) -> None:
    assert insight(columns, rows) == ""


def test_measures_that_move_together_are_told_without_a_number() -> None:
    rows = [(float(number), number * 2.5 + number % 2) for number in range(3, 15)]
    assert insight(["height", "weight"], rows) == "Where height is higher, weight tends to be higher too."


_STATED = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?[万亿%]?")
_SCALES = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8}


def _stated(sentence: str) -> list[tuple[Decimal, Decimal, bool]]:
    """The numbers of a sentence: value, half of what its last digit is worth, and whether it is a percentage."""
    found = []
    for written in _STATED.findall(sentence):
        digits = written.rstrip("万亿%").replace(",", "")
        scale = _SCALES.get(written[-1], Decimal(1))
        value = Decimal(digits)
        half = Decimal(1).scaleb(int(value.as_tuple().exponent)) * scale / 2
        found.append((value * scale, half * Decimal("1.000001"), written.endswith("%")))
    return found


def _computed(values: list[Decimal], rows: int, *, parts: bool) -> set[Decimal]:
    total = sum(values, Decimal(0))
    most = values.count(max(values))
    return {*values, Decimal(rows), median(values), Decimal(most)} | ({total} if parts else set())


def _percentages(values: list[Decimal], *, parts: bool) -> set[Decimal]:
    total = sum(values, Decimal(0))
    shares = {value / total * 100 for value in values} if parts and total else set()
    top = {sum(sorted(values)[-3:], Decimal(0)) / total * 100} if parts and total else set()
    return shares | top | {(after - before) / before * 100 for before, after in permutations(values, 2) if before}


_VALUES = st.none() | st.one_of(
    st.integers(-1000, 1000),
    st.integers(0, 20),
    st.integers(-(10**17), 10**17),
    st.floats(-1e9, 1e9).map(lambda value: round(value, 2)),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(1e-9, 1e-3),
    st.decimals(-100, 100, places=3),
)
_HOWS: list[How] = ["", "count", "distinct", "sum", "average", "highest", "computed"]


@example(rows=[("a", 1.5), ("b", 1e300)], how="sum", whole=True, name="n", language="en", time=False)
@example(rows=[("a", 999_999_999), ("b", 1)], how="sum", whole=True, name="n", language="zh", time=True)
@given(
    rows=st.lists(st.tuples(st.text("abcdef", min_size=1, max_size=3), _VALUES), max_size=9),
    how=st.sampled_from(_HOWS),
    whole=st.booleans(),
    name=st.sampled_from(["n", "price", "share", "percent"]),
    language=st.sampled_from(["en", "zh"]),
    time=st.booleans(),
)
def test_no_number_is_told_that_the_rows_do_not_give(
    rows: list[tuple[str, Any]], how: How, whole: bool, name: str, language: Language, time: bool
) -> None:
    if time:
        rows = [(f"{chr(97 + at)}", value) for at, (_, value) in enumerate(rows)]
    told = shape(["label", name], rows, how, whole=whole)
    said = insight_of(told, language)
    values = [Decimal(str(value)) for _, value in rows if value is not None and Decimal(str(value)).is_finite()]
    if not values:
        assert said == ""
        return
    parts = whole and how in ("count", "sum") and len(values) == len(rows) and min(values) >= 0
    numbers, percentages = _computed(values, len(rows), parts=parts), _percentages(values, parts=parts)
    if name in ("share", "percent"):
        percentages |= {factor * value for value in (*values, median(values)) for factor in (1, 100)}
    for stated, half, percentage in _stated(said):
        among = percentages if percentage else numbers
        assert any(abs(stated - number) <= half + abs(number) * Decimal("1e-14") for number in among), said
    assert not said or keeps_to(told, said)


@given(
    st.lists(st.tuples(st.integers(2000, 2030), _VALUES), max_size=8, unique_by=lambda row: row[0]),
    st.sampled_from(["en", "zh"]),
    st.booleans(),
)
def test_no_change_is_told_that_the_rows_do_not_give(
    rows: list[tuple[int, Any]], language: Language, whole: bool
) -> None:
    told = shape(["year", "n"], rows, "sum", whole=whole)
    said = insight_of(told, language)
    values = [Decimal(str(value)) for _, value in rows if value is not None and Decimal(str(value)).is_finite()]
    years = {Decimal(year) for year, _ in rows}
    parts = whole and len(values) == len(rows) and min(values, default=Decimal(-1)) >= 0
    numbers = years | (_computed(values, len(rows), parts=parts) if values else set())
    for stated, half, percentage in _stated(said):
        among = _percentages(values, parts=False) if percentage else numbers
        assert any(abs(stated - number) <= half + abs(number) * Decimal("1e-14") for number in among), said
    assert not said or keeps_to(told, said)


_SOLD = shape(["colour", "sold"], [("red", 10), ("blue", 30), ("Half Moon 7", 60)], "sum")
_CUT = shape(["colour", "sold"], [("red", 10), ("blue", 30), ("Half Moon 7", 60)], "sum", whole=False)
_GROWN = shape(["year", "sales"], [(2021, 1_234_567), (2022, 1_000_000), (2023, 2_469_134)], "sum")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (_SOLD, "Half Moon 7 sold 60, which is 60% of all 100."),
        (_SOLD, "Red lags behind with 10 of the total of 100 (10%)."),
        (_SOLD, "The three colours average 33.3."),
        (_SOLD, "所有颜色共售出 100，其中 blue 占 30%。"),
        (_SOLD, "Blue is ahead of red."),
        (_CUT, "Blue sold 30."),
        (_GROWN, "Sales grew by 100% from 2021 to 2023, to 2.47 million."),
        (_GROWN, "2022 年降至 100万，下降 19%，随后升至 246.9万。"),
    ],
)
def test_a_sentence_that_keeps_to_the_rows_is_taken(told: Shape, sentence: str) -> None:
    assert keeps_to(told, sentence)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (_SOLD, ""),
        (_SOLD, "Blue sold 31."),
        (_SOLD, "Blue sold 30 million."),
        (_SOLD, "Blue sold -30."),
        (_SOLD, "Blue sold 30.5."),
        (_SOLD, "Green has 61% of the total."),
        (_SOLD, "Half Moon 7 sold twice as much as blue."),
        (_SOLD, "Blue has nearly a third."),
        (_SOLD, "Sixty percent is not blue."),
        (_SOLD, "blue 占三成。"),
        (_SOLD, "blue 的销量是 red 的 3 倍多，即三倍。"),
        (_SOLD, "Blue sold ３１."),
        (_SOLD, "Blue sold 30. " + "Really. " * 100),
        (_CUT, "Blue has 30% of the total."),
        (_CUT, "All sold 100."),
        (_GROWN, "Sales reached 2.5 billion in 2023."),
        (_GROWN, "2024 will be better."),
    ],
)
def test_a_sentence_with_a_number_of_its_own_is_refused(told: Shape, sentence: str) -> None:
    assert not keeps_to(told, sentence)


def test_the_model_is_shown_the_first_rows_the_facts_and_the_language() -> None:
    rows = [(f"colour {number}", number) for number in range(100)]
    system, user = improvement_prompt("多少？", shape(["colour", "sold"], rows, "sum", whole=False), "事实。", "zh")
    assert "Chinese" in system
    assert "多少？" in user
    assert '["colour 3",3]' in user
    assert "colour 50" not in user
    assert "事实。" in user
    assert "may be more" in user


def test_a_prompt_stays_short_whatever_the_rows_hold() -> None:
    rows = [("long " * 2000, number) for number in range(100)]
    _, user = improvement_prompt("How many?", shape(["colour", "sold"], rows), "", "en")
    assert len(user) < 5_000


@pytest.mark.parametrize(
    ("column", "rows", "english", "chinese"),
    [
        ("month", [("2026-08", 40), ("2026-09", 42), ("2026-10", 44), ("2026-11", 5)],
         "Count rose from 40 (2026-08) to 44 (2026-10), +10%. Not over, so not compared: 2026-11.",
         "数量从 2026-08 的 40 升至 2026-10 的 44（+10%）。2026-11 尚未结束，不作比较。"),
        ("month", [("2026-10-01", 40), ("2026-09-01", 44), ("2026-11-01", 5), ("2026-12-01", 2), ("2027-01-01", 1)],
         "Count fell from 44 (2026-09-01) to 40 (2026-10-01), -9.1%. Not over, so not compared: 2026-11-01 and later.",
         "数量从 2026-09-01 的 44 降至 2026-10-01 的 40（-9.1%）。2026-11-01 起的各期尚未结束，不作比较。"),
        ("year", [("2025", 25), ("2026", 19)], "Not over, so not compared: 2026.", "2026年尚未结束，不作比较。"),
        ("day", [("2026-11-19", 20), ("2026-11-20", 30)],
         "Count rose from 20 (2026-11-19) to 30 (2026-11-20), +50%.",
         "数量从 2026-11-19 的 20 升至 2026-11-20 的 30（+50%）。"),
    ],
)  # fmt: skip
def test_a_period_that_is_not_over_is_not_compared(column: str, rows: list[Any], english: str, chinese: str) -> None:
    drawn, today = shape([column, "count"], rows, "count"), date(2026, 11, 21)
    assert (insight_at(drawn, today, "en"), insight_at(drawn, today, "zh")) == (english, chinese)
