"""Rows become a chart that can be drawn as it says: by the columns, their values, their names, and the SQL."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.charts.specification import Chart
from libs.datasources.dialect import Dialect
from libs.datasources.gate import Admitted
from libs.datasources.run import Rows
from libs.events.catalog import QuestionAsked, Sources
from libs.language.catalogue import language_of
from services.query.answers.arranged import arranged
from services.query.answers.chart import chart_of
from services.query.answers.insight import insight_of
from services.query.answers.keeping import keeps_to
from services.query.answers.nothing import nothing_found
from services.query.answers.origin import How, Origin, Part, origin_of
from services.query.answers.shape import shape_of
from services.query.questions.answered import answered
from services.query.questions.database import Ran

_BY_COLOUR = [("red", 10), ("blue", 30), ("green", 60)]
_COUNTED = Origin((Part("key", "colour"), Part("count")), whole=True)
_WHOLE = Origin(whole=True)


def chart(columns: list[str], rows: list[Any], origin: Origin = _WHOLE) -> Chart:
    return chart_of(shape_of(columns, rows, origin))


def days(*values: int) -> list[tuple[str, int]]:
    return [(f"2024-01-{number:02}", value) for number, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        (["count"], [(42,)], "number"),
        (["average"], [(Decimal("4.5"),)], "number"),
        (["highest"], [(None,)], "table"),
        (["station_id"], [(42,)], "table"),
        (["name"], [("red",)], "table"),
        (["count"], [], "table"),
        (["month", "count"], [(1, 100), (2, 300), (3, 200)], "line"),
        (["started", "count"], [("2024-01-02", 1), ("2024-01-03", 2)], "line"),
        (["年份", "销售额"], [(2022, 5), (2023, 7)], "line"),
        (["2024", "sales"], [("2022", 5), ("2023", 7)], "line"),
        (["m", "sales"], [("2023年1月", 5), ("2023年2月", 7)], "line"),
        (["quarter", "sales"], [("2023-Q1", 5), ("2023-Q2", 7)], "line"),
        (["when", "sales"], [("8/29/2013", 5), ("9/1/2013", 7)], "line"),
        (["when", "sales"], [("8/9/2013", 5), ("9/1/2013", 7)], "bar"),
        (["day", "sales"], [("Monday", 5), ("Tue", 7)], "line"),
        (["colour", "weight"], _BY_COLOUR, "bar"),
        (["colour", "weight"], [("red", None), ("blue", 30)], "bar"),
        (["painted", "weight"], [(True, 1), (False, 2)], "bar"),
        (["length", "weight"], [(1.5, 2.5), (3.5, 4.5), (2.5, 1.0)], "scatter"),
        (["lat", "long"], [(37.1, 2.5), (37.2, 2.5), (37.4, 1.0)], "scatter"),
        (["name", "city"], [("a", "b"), ("c", "d")], "table"),
        (["name", "count"], [(str(number) + "x", number) for number in range(31)], "table"),
        (["name", "count"], [("a", None), ("b", None)], "table"),
        (["name", "weight"], [("a", 1), ("a", 2)], "table"),
        (["name", "name"], [("a", 1), ("b", 2)], "table"),
        (["physician", "department"], [(1, 1), (2, 1), (3, 2)], "table"),
        (list("abcdefg"), [("a", 1, 2, 3, 4, 5, 6), ("b", 1, 2, 3, 4, 5, 6)], "table"),
    ],
)
def test_the_chart_follows_from_the_columns(columns: list[str], rows: list[Any], expected: str) -> None:
    assert chart(columns, rows).type == expected


def test_the_few_parts_of_a_whole_are_a_pie_with_the_largest_first() -> None:
    drawn = chart(["colour", "count"], _BY_COLOUR, _COUNTED)
    assert (drawn.type, drawn.x, drawn.y, drawn.order) == ("pie", "colour", ("count",), (2, 1, 0))


@pytest.mark.parametrize(
    ("rows", "how", "whole"),
    [
        (_BY_COLOUR, "count", False),
        (_BY_COLOUR, "average", True),
        (_BY_COLOUR, "distinct", True),
        ([*_BY_COLOUR, ("grey", -1)], "sum", True),
        ([*_BY_COLOUR, ("grey", None)], "sum", True),
        ([("red", 0), ("blue", 0)], "sum", True),
        ([(str(number) + "x", 1) for number in range(7)], "sum", True),
    ],
)
def test_what_are_no_parts_of_a_whole_are_bars(rows: list[Any], how: Any, whole: bool) -> None:
    assert chart(["colour", "n"], rows, Origin((Part("key"), Part(how)), whole)).type == "bar"


def test_time_runs_forward_and_rows_without_one_are_left_out() -> None:
    rows = [("2024-03-01", 1), (None, 5), ("2024-01-01", 2), ("2024-02-01", None)]
    drawn = chart(["day", "sales"], rows)
    assert (drawn.type, drawn.order) == ("line", (2, 3, 0))


def test_months_by_name_run_through_the_year() -> None:
    assert chart(["month", "sales"], [("April", 1), ("Feb", 2), ("January", 3)]).order == (2, 1, 0)


def test_a_text_of_few_values_tells_lines_apart() -> None:
    rows = [(year, colour, 10 * year + number) for year in (2022, 2023, 2024) for number, colour in enumerate("ab")]
    drawn = chart(["year", "colour", "sales"], rows)
    assert (drawn.type, drawn.x, drawn.series, drawn.y) == ("line", "year", "colour", ("sales",))


def test_two_labels_make_groups_of_bars() -> None:
    rows = [(city, colour, 3) for city in ("Rome", "Oslo", "Bern") for colour in ("red", "blue")]
    drawn = chart(["city", "colour", "n"], rows, Origin((Part("key"), Part("key"), Part("average")), whole=True))
    assert (drawn.type, drawn.x, drawn.series) == ("bar", "city", "colour")


@pytest.mark.parametrize(
    ("name", "how", "drawn"), [("currency", "sum", "bar"), ("currency", "count", "pie"), ("city", "sum", "pie")]
)
def test_amounts_in_several_currencies_are_not_added_up(name: str, how: How, drawn: str) -> None:
    origin = Origin((Part("key", name), Part(how, "amount")), whole=True)
    shape = shape_of([name, "n"], [("CNY", 90), ("USD", 10)], origin)
    assert (shape.type, "total" in insight_of(shape, "en")) == (drawn, drawn == "pie")
    assert keeps_to(shape, "CNY 占 90%") == (drawn == "pie"), "nor does a model"


@pytest.mark.parametrize("value", [8673.7, Decimal("2024.11"), "8673.7"])
def test_an_amount_with_a_point_is_no_month(value: object) -> None:
    origin = Origin((Part("highest", "weight_kg"),), whole=True)
    assert chart(["max_weight_kg"], [(value,)], origin).type == "number"


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        (["city", "n"], [("Bern", 1), (None, 7), ("Oslo", None), ("Rome", 3), ("Bonn", 3)], (1, 4, 3, 0, 2)),
        (["id", "name", "n"], [(1, "Ann", 1), (2, "Bob", 2)], (1, 0)),
        (["stars", "name", "n"], [(4, "Ann", 1), (4, "Bob", 2)], (1, 0)),
        (["stars", "n"], [(5, 9), (3, 1), (None, 4), (4, 10)], (1, 3, 0, 2)),
        (["month", "n"], [("2024-03", 9), ("2024-01", 1), (None, 99), ("2024-02", 10)], (1, 3, 0, 2)),
        (["city", "year", "n"], [("b", 2024, 9), ("a", 2024, 1), ("b", 2023, 3), ("a", 2023, 4)], (3, 2, 1, 0)),
        (["city", "colour", "n"], [("b", "x", 9), ("a", "y", 1), ("b", "w", 3), ("a", "x", 4)], (3, 1, 2, 0)),
    ],
)
def test_groups_without_an_order_are_told_in_time_in_steps_or_the_most_first(
    columns: list[str], rows: list[Any], expected: tuple[int, ...]
) -> None:
    origin = Origin((*[Part("key")] * (len(columns) - 1), Part("count")), whole=True)
    given = tuple(rows)
    assert arranged(columns, given, origin) == tuple(rows[row] for row in expected)
    for kept in (replace(origin, ordered=True), replace(origin, whole=False), replace(origin, parts=())):
        assert arranged(columns, given, kept) == given


def test_the_first_few_days_by_size_are_not_drawn_as_a_course_of_time() -> None:
    rows = [("2024-05-01", 9), ("2023-01-01", 8), ("2024-02-01", 7)]
    assert chart(["day", "sales"], rows, Origin(whole=False)).type == "bar"
    assert chart(["day", "sales"], rows).type == "line"


def test_a_list_of_people_is_no_course_of_time() -> None:
    rows = [("Ann", "King", "2020-01-01", 5), ("Bob", "King", "2021-01-01", 7), ("Ann", "Low", "2022-01-01", 6)]
    assert chart(["first", "last", "hired", "salary"], rows).type == "table"


def test_what_has_a_code_of_its_own_stands_alone() -> None:
    rows = [(1, "Music", 3290), (5, "Rock", 1477), (8, "Music", 1)]
    drawn = chart(["PlaylistId", "kind", "n"], rows, Origin((Part("key"), Part("key"), Part("count")), whole=True))
    assert (drawn.type, drawn.x, drawn.series) == ("bar", "PlaylistId", None)


def test_ids_and_codes_are_no_amounts() -> None:
    assert chart(["name", "zip_code", "weight"], [("a", 94107, 1.5), ("b", 94108, 2.5)]).y == ("weight",)
    assert chart(["name", "CustomerId"], [("a", 1), ("b", 2)]).type == "table"
    assert chart(["姓名", "员工编号"], [("甲", 17), ("乙", 12)]).type == "table"


@pytest.mark.parametrize("name", ["phone", "线路", "ParcelNo", "BlockCode"])
def test_long_numbers_as_text_are_no_amounts_either(name: str) -> None:
    assert chart(["name", name], [("a", "13800138000"), ("b", "13900139000")]).type == "table"


@pytest.mark.parametrize("name", ["hours_per_day", "工时", "month_count", "days", "每月", "培训小时"])
def test_amounts_of_time_are_no_points_in_time(name: str) -> None:
    assert chart(["city", name], [("Rome", 3), ("Oslo", 5)]).type == "bar"


def test_a_number_that_rows_are_grouped_by_is_a_step_and_not_an_amount() -> None:
    drawn = chart(["stars", "n"], [(3, 7), (1, 9), (2, 8)], Origin((Part("key", "stars"), Part("count")), whole=True))
    assert (drawn.type, drawn.x, drawn.y, drawn.order) == ("bar", "stars", ("n",), (1, 2, 0))


def test_the_name_stands_at_the_axis_not_the_address() -> None:
    rows = [("12 Main St", "Rome", 3.5), ("1 Side St", "Oslo", 4.5)]
    assert chart(["address", "city_name", "height"], rows).x == "city_name"


def test_measures_of_one_kind_and_size_share_the_axis() -> None:
    rows = [("a", 7, 117, 1_000_000), ("b", 5, 75, 3_000_000)]
    assert chart(["city", "stations", "docks", "inhabitants"], rows).y == ("stations", "docks")


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("n", (3, 4), {"kind": "integer"}),
        ("weight", (3.25, 4.5), {"kind": "decimal", "decimals": 2}),
        ("weight", (0.1 + 0.2, 0.6), {"kind": "decimal", "decimals": 1}),
        ("weight", (0.00012, 0.00034), {"kind": "decimal", "decimals": 5}),
        ("share", (0.25, 0.5), {"kind": "percent", "factor": 100}),
        ("占比", (0.25, 0.505), {"kind": "percent", "factor": 100, "decimals": 1}),
        ("percent", (25, 75), {"kind": "percent"}),
        ("growth", ("8.5%", "-2%"), {"kind": "percent", "decimals": 1, "as_text": True}),
        ("price", (12.5, 8), {"kind": "currency", "decimals": 2}),
        ("price_usd", (12.5, 8), {"kind": "currency", "decimals": 2, "unit": "USD"}),
        ("cost", ("$1,200.50", "$8"), {"kind": "currency", "decimals": 2, "unit": "$", "as_text": True}),
        ("金额", ("12 元", "8 元"), {"kind": "currency", "unit": "元", "as_text": True}),
        ("n", ("12", "1,008"), {"kind": "integer", "as_text": True}),
        ("n", (Decimal("12.50"), Decimal("8")), {"kind": "decimal", "decimals": 1}),
    ],
)
def test_a_format_follows_from_name_and_values(name: str, values: tuple[Any, Any], expected: dict[str, Any]) -> None:
    drawn = chart(["label", name], [("a", values[0]), ("b", values[1])])
    assert drawn.type == "bar"
    assert drawn.formats[1].model_dump(exclude_defaults=True) == expected


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("2024-01-01", "2024-02-01"), "date"),
        (("2024-01-01T00:00:00", "2024-02-01T00:00:00"), "date"),
        (("2024-01-01 10:00:00", "2024-02-01 00:00:00"), "time"),
        (("2024-01", "2024-02"), "month"),
        (("2024.01", "2024.12"), "month"),
        (("2023", "2024"), "year"),
    ],
)
def test_times_have_formats_of_their_own(values: tuple[str, str], kind: str) -> None:
    assert chart(["when", "n"], [(values[0], 1), (values[1], 2)]).formats[0].kind == kind


@pytest.mark.parametrize(
    ("sql", "rows", "hows", "whole"),
    [
        ("SELECT colour, COUNT(*) FROM t GROUP BY colour LIMIT 1000", 3, ("key", "count"), True),
        ("SELECT colour, COUNT(*) FROM t GROUP BY colour LIMIT 3", 3, ("key", "count"), False),
        ("SELECT colour, COUNT(DISTINCT a) FROM t GROUP BY 1", 3, ("key", "distinct"), True),
        ("SELECT colour, ROUND(SUM(a), 2) AS s FROM t GROUP BY 1 HAVING SUM(a) > 2", 3, ("key", "sum"), False),
        ("SELECT colour, SUM(a) OVER (ORDER BY b) FROM t", 3, ("key", "computed"), True),
        ("SELECT 100.0 * SUM(a) / COUNT(b) FROM t", 1, ("computed",), True),
        ("SELECT a, b FROM t WHERE a IN (SELECT a FROM u LIMIT 5)", 3, ("", ""), False),
        ("SELECT a FROM t UNION SELECT a FROM u", 3, ("",), False),
        ("SELECT * FROM t", 3, (), True),
        ("SELECT colour, n FROM (SELECT colour, COUNT(*) AS n FROM t GROUP BY colour) AS x", 3, ("key", "count"), True),
        ("WITH x AS (SELECT a, SUM(b) AS n FROM t GROUP BY a) SELECT n, a AS c FROM x", 3, ("sum", "key"), True),
        (
            "WITH x AS (SELECT a, SUM(b) AS n FROM t GROUP BY a) SELECT a, n FROM x WHERE n > 2",
            3,
            ("key", "sum"),
            False,
        ),
    ],
)
def test_the_sql_tells_what_columns_are_whether_rows_were_cut_and_ordered(
    sql: str, rows: int, hows: tuple[str, ...], whole: bool
) -> None:
    for dialect in get_args(Dialect):
        origin = origin_of(sql, dialect, rows)
        assert origin.ordered == (" ORDER BY " in sql)
        assert (tuple(part.how for part in origin.parts), origin.whole) == (hows, whole)


_CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.text("ab π山", max_size=5),
    st.dates().map(str), st.sampled_from(["2024", "Q1", "5%", "$3", "1e400", "", " "]),
    st.lists(st.integers(), max_size=2),
)  # fmt: skip


@given(st.data())
def test_whatever_the_rows_are_the_specification_is_sound(data: st.DataObject) -> None:
    width = data.draw(st.integers(1, 4))
    names = st.sampled_from(["a", "b", "year", "month", "count", "id", "share", "price", "lat", "long", "日期"])
    columns = data.draw(st.lists(names, min_size=width, max_size=width))
    kinds = [
        data.draw(st.sampled_from([_CELLS, st.integers(0, 9), st.text("ab", max_size=2), st.floats()])) for _ in columns
    ]
    rows = data.draw(st.lists(st.tuples(*kinds), max_size=6))
    hows: st.SearchStrategy[How] = st.sampled_from(["", "key", "count", "sum", "average", "highest"])
    origin = Origin(tuple(Part(data.draw(hows), name) for name in columns), data.draw(st.booleans()))
    assert sorted(map(repr, arranged(columns, tuple(rows), origin))) == sorted(map(repr, rows))
    shape = shape_of(columns, rows, origin)
    drawn = chart_of(shape)
    assert len(drawn.formats) == width
    assert Chart.model_validate(drawn.model_dump(mode="json")) == drawn
    for name in (*drawn.y, *filter(None, (drawn.x, drawn.series))):
        assert columns.count(name) == 1
    assert len({drawn.x, drawn.series, *drawn.y} - {None}) == len(drawn.y) + bool(drawn.x) + bool(drawn.series)
    assert set(drawn.order or ()) <= set(range(len(rows)))
    if drawn.type != "table":
        assert drawn.y
    for said in (insight_of(shape, "en"), insight_of(shape, "zh")):
        assert not said or keeps_to(shape, said)


@pytest.mark.parametrize(("truncated", "expected"), [(False, "pie"), (True, "bar")])
def test_an_answer_holds_the_chart_and_the_insight_and_knows_what_was_cut(truncated: bool, expected: str) -> None:
    asked = QuestionAsked(
        question_id="q", dataset_id="d", question="?", conversation_id="c", language="zh",
        asked_at=datetime.now(UTC), deadline=datetime.now(UTC),
    )  # fmt: skip
    admitted = Admitted("SELECT colour, COUNT(*) AS n FROM t GROUP BY colour LIMIT 1000", ("t",), limited=True)
    given = answered(
        asked, Ran(admitted, Rows(("colour", "n"), tuple(_BY_COLOUR), truncated, 1.0), "sqlite"), Sources()
    )
    assert given.chart is not None and given.answer_text == ("只显示前 3 行，后面还有。" if truncated else "")
    nothing = answered(asked, Ran(admitted, Rows(("colour", "n"), (), truncated, 1.0), "sqlite"), Sources())
    assert nothing.answer_text == "没有符合条件的数据。"
    assert (given.chart_type, given.chart["type"]) == (expected, expected)
    assert ("占合计" in given.insight) is not truncated


_WHERE = "WHERE t.sold_on >= '2026-01-01' AND colour = 'red' AND n > 3"


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many of each colour are there?", "This SQL gives at most 3 rows; there may be more."),
        ("每种颜色有多少？", "这条 SQL 最多返回 3 行，可能还有更多。"),
        ("top 3 colours", ""), ("the three most common colours", ""), ("最多的三种颜色", ""),
    ],
)  # fmt: skip
def test_a_limit_that_nobody_asked_for_is_told(question: str, told: str) -> None:
    asked = QuestionAsked(
        question_id="q", dataset_id="d", question=question, conversation_id="c", language=language_of(question),
        asked_at=datetime.now(UTC), deadline=datetime.now(UTC),
    )  # fmt: skip
    admitted = Admitted("SELECT colour, COUNT(*) AS n FROM t GROUP BY colour LIMIT 3", ("t",), limited=False)
    rows = Rows(("colour", "n"), tuple(_BY_COLOUR), False, 1.0)
    assert answered(asked, Ran(admitted, rows, "sqlite"), Sources()).answer_text == told


@pytest.mark.parametrize(
    ("condition", "english", "chinese"),
    [
        ("", "Nothing matches.", "没有符合条件的数据。"),
        (_WHERE,
         "Nothing matches (sold on ≥ 2026-01-01, colour = red, n > 3).",
         "没有符合条件的数据（sold on ≥ 2026-01-01，colour = red，n > 3）。"),
        ("WHERE colour = 'red' OR n > 3", "Nothing matches.", "没有符合条件的数据。"),
        ("WHERE n > (SELECT AVG(n) FROM t)", "Nothing matches.", "没有符合条件的数据。"),
        ("WHERE n > 3 GROUP BY colour HAVING COUNT(*) > 9", "Nothing matches.", "没有符合条件的数据。"),
    ],
)  # fmt: skip
def test_where_there_are_no_rows_it_is_said_that_nothing_matches(condition: str, english: str, chinese: str) -> None:
    sql = f"SELECT colour FROM t {condition} LIMIT 1000"
    assert (nothing_found((), sql, "sqlite", "en"), nothing_found((), sql, "sqlite", "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("sql", "row", "english", "chinese"),
    [
        ("SELECT SUM(n) FROM t", (None,), "There is no value to compute this from.", "没有可供计算的数值。"),
        (f"SELECT MIN(n), ROUND(AVG(n), 2) AS mean FROM t {_WHERE}", (None, None),
         "Nothing that matches (sold on ≥ 2026-01-01, colour = red, n > 3) has a value to compute this from.",
         "符合条件（sold on ≥ 2026-01-01，colour = red，n > 3）的数据中没有可供计算的数值。"),
        ("SELECT MAX(n) - MIN(n) FROM t WHERE n > (SELECT AVG(n) FROM t)", (None,),
         "There is no value to compute this from.", "没有可供计算的数值。"),
        ("SELECT SUM(n) FROM t", (0,), "", ""),
        ("SELECT COUNT(*), MAX(n) FROM t", (0, None), "", ""),
        ("SELECT n FROM t ORDER BY sold_on LIMIT 1", (None,), "", ""),
        ("SELECT AVG(n) FROM t GROUP BY colour", (None,), "", ""),
    ],
)  # fmt: skip
def test_where_there_are_no_values_it_is_said_that_nothing_can_be_computed(
    sql: str, row: tuple[Any, ...], english: str, chinese: str
) -> None:
    assert (nothing_found((row,), sql, "sqlite", "en"), nothing_found((row,), sql, "sqlite", "zh")) == (
        english,
        chinese,
    )


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT city, n FROM (SELECT city, count(*) AS n FROM t GROUP BY city ORDER BY n DESC) AS ranked",
        "SELECT city, rank() OVER (ORDER BY count(*) DESC) AS place FROM t GROUP BY city",
    ],
)
def test_what_is_in_an_order_within_is_in_an_order(sql: str) -> None:
    assert origin_of(sql, "sqlite", 3).ordered
