"""Rows become a chart and a sentence that says nothing the rows do not say."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.answers.chart import chart_of
from services.query.answers.insight import insight_of

_BY_MONTH = [(1, 100), (2, 300), (3, 200)]
_BY_COLOUR = [("red", 10), ("blue", 30), ("green", 60)]


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        (["count"], [(42,)], "number"),
        (["name"], [("red",)], "table"),
        (["count"], [], "table"),
        (["month", "count"], _BY_MONTH, "line"),
        (["started", "count"], [("2024-01-02", 1), ("2024-01-03", 2)], "line"),
        (["colour", "count"], _BY_COLOUR, "bar"),
        (["length", "weight"], [(1.5, 2.5), (3.5, 4.5)], "scatter"),
        (["name", "city"], [("a", "b"), ("c", "d")], "table"),
        (["name", "count"], [(str(number), number) for number in range(51)], "table"),
        (["name", "count"], [("a", None), ("b", None)], "table"),
    ],
)
def test_the_chart_follows_from_the_columns(columns: list[str], rows: list[Any], expected: str) -> None:
    assert chart_of(columns, rows)[0] == expected


def test_a_chart_says_what_is_on_its_axes() -> None:
    assert chart_of(["month", "count"], _BY_MONTH)[1] == {"type": "line", "x": "month", "y": ["count"]}


def test_the_largest_is_told_with_its_share_of_a_whole() -> None:
    said = insight_of("bar", ["colour", "count"], _BY_COLOUR, "en", whole=True)
    assert "green" in said
    assert "60.0%" in said


def test_a_result_that_was_cut_short_has_no_shares() -> None:
    assert "%" not in insight_of("bar", ["colour", "count"], _BY_COLOUR, "en", whole=False)


def test_what_falls_below_zero_has_no_shares() -> None:
    assert "%" not in insight_of("bar", ["colour", "sum_gain"], [("red", 10), ("blue", -5)], "en", whole=True)


def test_averages_have_no_shares() -> None:
    assert "%" not in insight_of("bar", ["colour", "avg_weight"], _BY_COLOUR, "en", whole=True)


def test_a_trend_names_its_highest_and_lowest_point() -> None:
    said = insight_of("line", ["month", "count"], _BY_MONTH, "zh", whole=True)
    assert re.search(r"2 最高（300）", said)
    assert re.search(r"1 最低（100）", said)


def test_a_table_needs_no_sentence() -> None:
    assert insight_of("table", ["name"], [("a",)], "en", whole=True) == ""


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.none() | st.integers(-(10**6), 10**6)), min_size=1, max_size=9),
    st.booleans(),
)
def test_no_figure_is_told_that_the_rows_do_not_give(rows: list[tuple[str, int | None]], whole: bool) -> None:
    columns = ["label", "sum_weight"]
    said = insight_of(chart_of(columns, rows)[0], columns, rows, "en", whole=whole)
    total = sum(value for _, value in rows if value is not None)
    allowed = {f"{value:,}" for _, value in rows if value is not None}
    allowed |= {f"{value / total:.1%}" for _, value in rows if value is not None and total}
    assert set(re.findall(r"-?\d+(?:,\d{3})*(?:\.\d+)?%?", said)) <= allowed
