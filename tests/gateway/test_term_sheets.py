"""Business terms as files: taken away and sent in again unharmed, and taken in whole or not at all."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from libs.events.catalog import BusinessTermChanged
from services.gateway.files.sheet import read_sheet, write_sheet
from services.gateway.terms.decider import Imported, decide_import, named_twice
from services.gateway.terms.sheet import as_written, sheet_of, terms_in
from tests.gateway.conftest import API, Running, structure
from tests.gateway.test_bad_input import assert_problem

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12) | st.sampled_from(
    ["=1+1", "'=1", "''@x", " +1", "-", "a;b", "a\\", "\\;", '"', "第一行\r\n第二行", "＝1"]
)


@given(st.lists(st.tuples(_TEXT, _TEXT), max_size=5))
def test_whatever_is_in_a_cell_is_read_back_unharmed(rows: list[tuple[str, str]]) -> None:
    found, wrong = read_sheet(write_sheet(("a", "b"), rows).decode("utf-8-sig"), ("a", "b"), ("a",))
    assert wrong == []
    written = [(a.strip(), b.strip()) for a, b in rows]
    assert [(row.cells["a"], row.cells["b"]) for row in found] == [row for row in written if row != ("", "")]


@given(st.lists(_TEXT, max_size=5))
def test_no_cell_begins_like_a_formula(cells: list[str]) -> None:
    written = list(csv.reader(io.StringIO(write_sheet(("a",), [[cell] for cell in cells]).decode("utf-8-sig"))))
    assert all(not cell[0].lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in written[1:] if cell and cell[0])


def _term(number: int, name: str, **fields: Any) -> BusinessTermChanged:
    return BusinessTermChanged(
        dataset_id="d", term_id=f"t{number}", version=1, terms_version=number, term=name, changed_at=_AT, **fields
    )


@given(st.lists(st.tuples(_TEXT.filter(str.strip), _TEXT, st.lists(_TEXT, max_size=3)), max_size=5))
def test_an_exported_file_that_is_imported_again_changes_nothing(terms: list[tuple[str, str, list[str]]]) -> None:
    known = [_term(n, term, definition=text, synonyms=tuple(also)) for n, (term, text, also) in enumerate(terms)]
    rows, wrong = terms_in(
        sheet_of(term.model_dump(mode="json") for term in known).decode("utf-8-sig"), "postgres", None
    )
    assert wrong == []
    assert list(named_twice(known, rows)) == []
    assert decide_import("d", known, rows, ["new"] * 9, 9, _AT, "w") == Imported((), 0, 0, len(known))


def test_new_terms_are_added_known_ones_changed_and_what_a_file_does_not_say_stays() -> None:
    known = [_term(1, "revenue", synonyms=("income",)), _term(2, "late")]
    rows, _ = terms_in("term;definition\nrevenue;paid orders\nlate;\ncustomer;who pays\n", "postgres", None)
    decided = decide_import("d", known, rows, ["n1", "n2", "n3"], 7, _AT, "w")
    assert (decided.added, decided.changed, decided.unchanged) == (1, 1, 1)
    assert {(t.term_id, t.version, t.terms_version) for t in decided.changes} == {("t1", 2, 8), ("n1", 1, 9)}
    assert as_written(decided.changes[0])["synonyms"] == ["income"]


def test_a_term_named_twice_is_wrong_unless_there_are_two_of_that_name() -> None:
    rows, _ = terms_in("term,definition\na,1\na,2\n", "postgres", None)
    refused = named_twice([_term(1, "a")], rows)
    assert [(one.line, one.where, one.code) for one in refused] == [(3, "term", "twice")]
    both = [_term(1, "a", definition="2"), _term(2, "a", definition="0")]
    assert list(named_twice(both, rows)) == []
    decided = decide_import("d", both, rows, [], 2, _AT, "w")
    assert (decided.changed, decided.unchanged) == (1, 1)
    assert [(term.term_id, term.definition) for term in decided.changes] == [("t2", "1")]


async def _send(running: Running, dataset_id: str, body: bytes | str, **headers: str) -> httpx.Response:
    path = f"{API}/datasets/{dataset_id}/terms/import"
    return await running.anna.post(path, content=body, headers={"Content-Type": "text/csv"} | headers)


async def test_terms_go_out_as_a_file_for_excel_and_come_back_without_a_change(running: Running) -> None:
    dataset_id = await running.dataset()
    terms = f"{API}/datasets/{dataset_id}/terms"
    await running.anna.post(terms, json={"term": "晚点", "synonyms": ["late;r", "延误"], "definition": "=1+1"})
    await running.anna.post(terms, json={"term": "revenue", "sql_expression": "-sum(orders.paid)"})
    before = (await running.anna.get(terms)).json()
    sheet = await running.anna.get(f"{terms}/export")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8" and sheet.content.startswith(b"\xef\xbb\xbf")
    assert "晚点,'=1+1,late\\;r;延误," in sheet.text and "revenue,,,'-sum(orders.paid)" in sheet.text
    answer = await _send(running, dataset_id, sheet.content)
    assert (answer.status_code, answer.json()) == (200, {"added": 0, "changed": 0, "unchanged": 2})
    assert (await running.anna.get(terms)).json() == before


async def test_a_file_of_chinese_excel_is_read_and_tells_its_position(running: Running) -> None:
    dataset_id = await running.dataset()
    answer = await _send(running, dataset_id, "term,definition\r\n晚点,到达晚于计划\r\n".encode("gb18030"))
    assert answer.json() == {"added": 1, "changed": 0, "unchanged": 0}
    assert answer.headers["espalier-position"].startswith("BusinessTermChanged/")
    [term] = (await running.anna.get(f"{API}/datasets/{dataset_id}/terms")).json()["items"]
    assert (term["term"], term["definition"]) == ("晚点", "到达晚于计划")


async def test_every_wrong_line_is_told_in_the_language_asked_for_and_nothing_is_written(running: Running) -> None:
    dataset_id = await running.dataset()
    body = f'term,definition,sql_expression\ngood,"two\nlines",\n,x,\nlong,{"x" * 4_001},\nbad,,sum((1)\ngood,,,more\n'
    problem = assert_problem(await _send(running, dataset_id, body, **{"Accept-Language": "zh"}), 422)
    assert problem["type"] == "urn:espalier:problem:lines" and "4 处错误" in problem["detail"]
    places = [(error["line"], error["field"]) for error in problem["errors"]]
    assert places == [(4, "term"), (5, "definition"), (6, "sql_expression"), (7, "")]
    assert problem["errors"][0]["detail"] == "不能为空。"
    assert "无法使用：第 1 行第 7 列“)”处有语法错误。" in problem["errors"][2]["detail"]
    assert (await running.anna.get(f"{API}/datasets/{dataset_id}/terms")).json()["total"] == 0
    twice = assert_problem(await _send(running, dataset_id, "term\na\na\n"), 422)
    assert twice["errors"] == [{"line": 3, "field": "term", "detail": "Line 2 says it already; keep one of the two."}]


async def test_all_that_is_wrong_with_terms_is_told_at_once_as_it_would_be_of_each_alone(running: Running) -> None:
    dataset_id = await running.dataset()
    datasource_id = (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["datasource_id"]
    await running.hear(structure(datasource_id, "orders"))
    lines = ("term,sql_expression,price", "a,sum(orders.payed)", "a,sum((1)", ",count(*)", "b,version()", "c,orders.id",
             "c,count(clients.id)")  # fmt: skip
    problem = assert_problem(await _send(running, dataset_id, "\n".join(lines)), 422)
    assert [(error["line"], error["field"]) for error in problem["errors"]] == [
        (1, "price"), (2, "sql_expression"), (3, "sql_expression"), (3, "term"), (4, "term"), (5, "sql_expression"),
        (7, "sql_expression"), (7, "term"),
    ]  # fmt: skip
    assert "orders.payed" in problem["errors"][1]["detail"] and "clients.id" in problem["errors"][6]["detail"]
    assert (await _send(running, dataset_id, "term,sql_expression\na,sum(orders.id)\n")).status_code == 200


async def test_empty_columns_at_the_end_that_excel_writes_are_no_columns(running: Running) -> None:
    dataset_id = await running.dataset()
    answer = await _send(running, dataset_id, "term;definition; ;\na;b;;\nc;d\n")
    assert answer.json() == {"added": 2, "changed": 0, "unchanged": 0}
    for wrong, line in (("term,,definition\na,,b\n", 1), ("term,definition,\na,b,c\n", 2)):
        [error] = assert_problem(await _send(running, dataset_id, wrong), 422)["errors"]
        assert (error["line"], error["field"]) == (line, "")


async def test_what_is_no_sheet_of_terms_is_refused_with_a_reason(running: Running) -> None:
    dataset_id = await running.dataset()
    for body, field in ((b"definition\nx\n", "term"), (b"term,price\na,1\n", "price"), (b"", "term")):
        problem = assert_problem(await _send(running, dataset_id, body), 422)
        assert problem["errors"][0]["field"] == field
    misspelt = assert_problem(
        await _send(running, dataset_id, "term,defintion\na,b\n", **{"Accept-Language": "zh"}), 422
    )
    detail = "没有这样的列。可以有的列：term, definition, synonyms, sql_expression。"
    assert misspelt["errors"] == [{"line": 1, "field": "defintion", "detail": detail}]
    assert_problem(await _send(running, dataset_id, b"term\n\xff\xff\xff"), 422)
    assert_problem(await _send(running, dataset_id, b'term\n"open\n'), 422)
    assert_problem(await _send(running, dataset_id, "term\n" + "".join(f"t{n}\n" for n in range(2_001))), 422)
    assert_problem(await _send(running, dataset_id, b"x" * 2_000_000), 413)
    kind = {"Content-Type": "application/pdf"}
    assert_problem(await _send(running, dataset_id, b"term\n", **kind), 415)
