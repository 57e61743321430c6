"""What was learned as a file, and pairs from a file: each one is checked before any is learned."""

from datetime import UTC, datetime

import httpx
import orjson
import pytest

from libs.events.catalog import CheckpointReached, Embedding, LearnedItem, TrainingRequested
from services.gateway.knowledge import read
from services.gateway.knowledge.admission import admitted
from services.gateway.knowledge.pairs import PairLine, pairs_in
from tests.gateway.conftest import API, Running, structure
from tests.gateway.test_bad_input import assert_problem

_JSON_LINES = "application/x-ndjson"
_COUNT = "SELECT count(*) FROM orders"


async def _shop(running: Running) -> str:
    """The path of a dataset whose database has the table `orders`."""
    path = f"{API}/datasets/{await running.dataset()}"
    datasource_id = (await running.anna.get(path)).json()["datasource_id"]
    await running.hear(structure(datasource_id, "orders", "customers"))
    return path


async def _send(running: Running, path: str, body: bytes | str, kind: str = _JSON_LINES, **more: str) -> httpx.Response:
    headers = {"Content-Type": kind} | more
    return await running.anna.post(f"{path}/training-data/import", content=body, headers=headers)


def _lines(*pairs: tuple[str, str]) -> bytes:
    return b"".join(orjson.dumps({"question": question, "sql": sql}) + b"\n" for question, sql in pairs)


async def _asked_for(running: Running, training_id: str) -> TrainingRequested:
    query = "SELECT value FROM outbox WHERE topic = 'TrainingRequested' AND position($1::text::bytea in value) > 0"
    return TrainingRequested.model_validate_json(await running.gateway.pool.fetchval(query, training_id))


def _ended(path: str, training_id: str, *items: LearnedItem) -> CheckpointReached:
    return CheckpointReached(
        training_id=training_id, dataset_id=path.rpartition("/")[2], sequence=1, status="completed", progress=100,
        items=items, items_learned=len(items), reached_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


async def test_pairs_of_a_file_are_asked_to_be_learned_as_what_a_person_said(running: Running) -> None:
    path = await _shop(running)
    answer = await _send(
        running, path, _lines((" 有多少订单？ ", f"{_COUNT} ;"), ("Names?", "SELECT name FROM customers"))
    )
    assert answer.status_code == 202 and answer.headers["location"] == f"{path}/training/progress"
    training_id = answer.json()["training_id"]
    asked = await _asked_for(running, training_id)
    assert (asked.source, asked.control_sequence) == ("user", 0) and asked.who
    assert [(item.question, item.sql, item.tables, item.origin) for item in asked.items] == [
        ("有多少订单？", _COUNT, ("orders",), "feedback"),
        ("Names?", "SELECT name FROM customers", ("customers",), "feedback"),
    ]
    progress = (await running.anna.get(f"{path}/training/progress")).json()
    assert (progress["training_id"], progress["status"]) == (training_id, "pending")
    problem = assert_problem(await _send(running, path, _lines(("How many?", _COUNT))), 409)
    assert problem["type"].endswith("training_active")
    await running.hear(_ended(path, training_id, *asked.items))
    assert (await _send(running, path, f"sql,question\n{_COUNT},How many?\n", "text/csv")).status_code == 202


async def test_a_failed_import_is_not_retried_as_a_training_but_imported_again(running: Running) -> None:
    path = await _shop(running)
    training_id = (await _send(running, path, _lines(("How many?", _COUNT)))).json()["training_id"]
    await running.hear(_ended(path, training_id).model_copy(update={"status": "failed"}))
    problem = assert_problem(await running.anna.post(f"{path}/training/retry"), 400)
    assert problem["type"].endswith("import_again")
    assert (await _send(running, path, _lines(("How many?", _COUNT)))).status_code == 202


async def test_every_wrong_pair_is_told_and_no_training_begins(running: Running) -> None:
    path = await _shop(running)
    lines = [
        *_lines(("one", "DROP TABLE orders"), ("two", "SELECT * FROM secrets"), ("", _COUNT)).splitlines(),
        b"{", b'{"question": "no sql"}', b'{"kind": "ddl", "text": "x"}', b"", *_lines(("ok", _COUNT)).splitlines(),
        *_lines(("three", "SELECT payed FROM orders"), ("OK", "SELECT")).splitlines(),
    ]  # fmt: skip
    wrong = assert_problem(await _send(running, path, b"\n".join(lines), **{"Accept-Language": "zh"}), 422)
    assert [(error["line"], error["field"]) for error in wrong["errors"]] == [
        (1, "sql"), (2, "sql"), (3, "question"), (4, ""), (5, "sql"), (6, "kind"), (9, "sql"), (10, "question"),
        (10, "sql"),
    ]  # fmt: skip
    assert "secrets" in wrong["errors"][1]["detail"] and "payed" in wrong["errors"][6]["detail"]
    rows = [
        "question,sql",
        "How many?,SELECT 1",
        'how  MANY,"SELECT id, payed FROM orders"',
        ",DROP TABLE orders",
        "x,",
    ]
    sheet = assert_problem(await _send(running, path, "\n".join(rows), "text/csv"), 422)
    assert [(error["line"], error["field"]) for error in sheet["errors"]] == [
        (3, "question"), (3, "sql"), (4, "question"), (4, "sql"), (5, "sql"),
    ]  # fmt: skip
    assert (await running.anna.get(f"{path}/trainings")).json()["total"] == 0


async def test_a_misspelt_column_or_field_is_named_with_those_that_there_are(running: Running) -> None:
    path = await _shop(running)
    sheet = assert_problem(await _send(running, path, f"question,sql,knd\na,{_COUNT},pair\n", "text/csv"), 422)
    detail = "There is no such column. There are: question, sql."
    assert sheet["errors"] == [{"line": 1, "field": "knd", "detail": detail}]
    line = orjson.dumps({"question": "two?", "sql": _COUNT, "knd": "pair"})
    lines = assert_problem(await _send(running, path, _lines(("one?", _COUNT)) + line), 422)
    detail = "There is no such field. What is read: question, sql."
    assert lines["errors"] == [{"line": 2, "field": "knd", "detail": detail}]


async def test_a_line_may_say_its_type_as_the_api_shows_it_and_what_is_no_json_is_told_from_other_json(
    running: Running,
) -> None:
    path = await _shop(running)
    shown = {"type": "qa", "question": "How many?", "sql": _COUNT}
    lines = [orjson.dumps(shown), orjson.dumps(shown | {"type": "ddl", "question": "two"}), b"{", b"[]"]
    wrong = assert_problem(await _send(running, path, b"\n".join(lines)), 422)
    assert [(error["line"], error["field"]) for error in wrong["errors"]] == [(2, "type"), (3, ""), (4, "")]
    assert "not valid JSON" in wrong["errors"][1]["detail"] and "JSON object" in wrong["errors"][2]["detail"]
    assert (await _send(running, path, lines[0])).status_code == 202


async def test_what_is_too_much_empty_or_of_another_kind_is_refused(running: Running) -> None:
    path = await _shop(running)
    many = _lines(*((f"question {n}", _COUNT) for n in range(1_001)))
    assert_problem(await _send(running, path, many), 422)
    long = _lines(*((f"{n} {'x' * 1_900}", _COUNT) for n in range(300)))
    problem = assert_problem(await _send(running, path, long), 413)
    assert problem["type"].endswith("too_much") and "900000" in problem["detail"]
    assert_problem(await _send(running, path, b"\n\n"), 422)
    assert_problem(await _send(running, path, _lines(("a", _COUNT)), "application/json"), 415)
    assert (await running.anna.get(f"{path}/trainings")).json()["total"] == 0


async def test_pairs_are_not_taken_before_the_tables_are_known_and_only_with_those_that_were_picked(
    running: Running,
) -> None:
    path = f"{API}/datasets/{await running.dataset()}"
    problem = assert_problem(await _send(running, path, _lines(("How many?", _COUNT))), 409)
    datasource_id = (await running.anna.get(path)).json()["datasource_id"]
    assert problem["type"].endswith("structure_unknown") and datasource_id in problem["detail"]
    await running.hear(structure(datasource_id, "orders", "customers"))
    await running.anna.patch(path, json={"tables": ["customers"]})
    assert_problem(await _send(running, path, _lines(("How many?", _COUNT))), 422)


async def test_what_was_learned_is_streamed_line_by_line_without_vectors(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await _shop(running)
    vector = Embedding(model="m", dimensions=1, data="AAAA")
    items = [LearnedItem(item_id=f"{n:03}", kind="ddl", text="t", embedding=vector) for n in range(7)]
    pair = LearnedItem(item_id="p", kind="pair", text="q", question="多少？", sql="SELECT 1", embedding=vector)
    await running.hear(_ended(path, f"t-{path}", *items, pair))
    monkeypatch.setattr(read, "_PAGE", 3)
    pieces = [piece async for piece in read.known_lines(running.gateway.pool, path.rpartition("/")[2], ["ddl", "pair"])]
    assert [piece.count("\n") for piece in pieces] == [3, 3, 2]
    exported = await running.anna.get(f"{path}/training-data/export")
    assert exported.headers["content-type"].startswith(_JSON_LINES) and "AAAA" not in exported.text
    assert [orjson.loads(line)["item_id"] for line in exported.text.splitlines()] == [f"{n:03}" for n in range(7)] + [
        "p"
    ]
    pairs = await running.anna.get(f"{path}/training-data/export?type=qa")
    [line] = pairs.text.splitlines()
    assert orjson.loads(line).items() >= {"question": "多少？", "sql": "SELECT 1", "origin": "training"}.items()
    assert (await _send(running, path, pairs.content)).status_code == 202
    assert_problem(await running.anna.get(f"{path}/training-data/export?type=all"), 422)


async def test_an_imported_pair_counts_before_a_generated_one_and_a_later_correction_before_it(
    running: Running,
) -> None:
    path = await _shop(running)
    items, _ = admitted([PairLine(1, "How many?", _COUNT)], "postgres", {"orders": ["id"]})
    generated = items[0].model_copy(update={"item_id": "g", "sql": "SELECT 1", "origin": "training"})
    corrected = items[0].model_copy(update={"item_id": "c", "sql": "SELECT 2"})
    for step, (learned, expected) in enumerate(((generated, "SELECT 1"), (items[0], _COUNT), (generated, _COUNT),
                                                (corrected, "SELECT 2"), (items[0], _COUNT))):  # fmt: skip
        await running.hear(_ended(path, f"{step}-{path}", learned))
        shown = (await running.anna.get(f"{path}/training-data?type=qa")).json()["items"]
        assert [item["sql"] for item in shown] == [expected]


def test_a_separator_inside_a_json_text_ends_no_line() -> None:
    pairs, wrong = pairs_in('{"question": "a\u2028b", "sql": "SELECT 1"}\r\n', csv=False)
    assert wrong == [] and pairs == [PairLine(1, "a\u2028b", "SELECT 1")]
