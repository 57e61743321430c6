"""The table of the HTTP API, v1 without chat, row by row: each call answers as is written there."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx
import orjson
import pytest

from libs.datasources.errors import DataSourceError
from libs.events.catalog import CheckpointReached, LearnedItem, LogLine, Problem, SchemaInspected, TrainingLogged
from libs.events.ids import new_id
from libs.runtime.clock import now
from services.gateway import gateway
from tests.gateway.conftest import API, Running, structure
from tests.gateway.test_bad_input import assert_problem
from tests.gateway.test_feed import EVERYTHING
from tests.gateway.test_push import received, signed_in, socket_of, streamed

Given = Literal["a data source", "new", "waiting", "training", "paused", "completed", "failed"]
"""How things stand before a call: a data source alone, else a dataset with a term, and its training."""


@dataclass(frozen=True)
class Row:
    """A call and its answer: `says` are the fields of the answer, of each thing in a list, or the type of a problem."""

    call: str
    status: int
    says: str
    shape: Literal["object", "list", "page"] = "object"
    given: Given = "new"
    body: Any = None
    who: Literal["anna", "admin"] = "anna"
    location: str = ""
    version: str = ""
    """The ETag of what was made or changed."""
    position: str = ""
    """The topic of the position that a write produced."""
    message: str = ""


ACCOUNT = "account_id username role"
DATASOURCE = "id name kind host port username database has_password owner_id version"
TESTED = "ok server_version milliseconds tables"
TABLES = "table_name comment fields indexes row_estimate"
DATASET = (
    "id name datasource_id collection_name schema_config modeling_config status process_rate error_msg last_train_at "
    "owner_id version"
)
TERM = "id term definition synonyms sql_expression"
STARTED = "message training_id status"
PROGRESS = "status process_rate error_msg last_train_at current_step training_id queue_position items_learned"
SHOP = {"name": "Shop", "kind": "postgresql", "host": "h", "database": "shop", "username": "u", "password": "p"}
EDGE = {"source": "orders", "target": "people", "source_col": "id", "target_col": "id", "type": "one_to_one"}

SOURCE, SET = "/datasources/{datasource}", "/datasets/{dataset}"
TRAINING = f"{SET}/training"
WORK = f"{API}/datasets/{{dataset}}/training/progress"

TABLE = [
    Row("GET /auth/me", 200, ACCOUNT),
    Row("POST /auth/users", 201, ACCOUNT, who="admin", body={"username": "{new}", "password": "long enough"}),
    Row("GET /auth/tokens", 200, "id created_at expires_at last_used_at current", "page"),
    Row("GET /auth/users", 200, ACCOUNT, "page", who="admin"),
    Row("POST /datasources", 201, DATASOURCE, body=SHOP, location=f"{API}/datasources/{{id}}", version='"1"',
        position="DataSourceChanged"),
    Row("GET /datasources", 200, DATASOURCE, "page"),
    Row(f"GET {SOURCE}", 200, DATASOURCE, version='"1"'),
    Row(f"PATCH {SOURCE}", 200, DATASOURCE, body={"name": "A store"}, version='"2"', position="DataSourceChanged"),
    Row(f"DELETE {SOURCE}", 204, "", given="a data source", version='"2"', position="DataSourceChanged"),
    Row(f"DELETE {SOURCE}", 409, "in_use"),
    Row(f"POST {SOURCE}/test", 200, TESTED),
    Row("POST /datasources/test", 200, TESTED, body=SHOP),
    Row(f"GET {SOURCE}/tables", 200, TABLES, "list"),
    Row(f"GET {SOURCE}/tables?refresh=true", 200, TABLES, "list"),
    Row("POST /datasets", 201, DATASET, body={"name": "A set", "datasource_id": "{datasource}"},
        location=f"{API}/datasets/{{id}}", version='"1"', position="DatasetChanged"),
    Row("GET /datasets", 200, DATASET, "page"),
    Row(f"GET {SET}", 200, DATASET, version='"1"'),
    Row(f"PATCH {SET}", 200, DATASET, body={"name": "A store"}, version='"2"', position="DatasetChanged"),
    Row(f"DELETE {SET}", 204, "", version='"2"', position="DatasetChanged"),
    Row(f"DELETE {SET}", 409, "training_active", given="training"),
    Row(f"GET {SET}/tables", 200, TABLES, "list"),
    Row(f"GET {SET}/modeling", 200, "nodes edges", version='"1"'),
    Row(f"PUT {SET}/modeling", 200, "nodes edges", body={"nodes": [{"id": "orders"}], "edges": [EDGE]}, version='"2"',
        position="DatasetChanged"),
    Row(f"GET {SET}/modeling/suggestions", 200, "nodes edges"),
    Row(f"GET {SET}/policies", 200, "policies", version='"1"'),
    Row(f"PUT {SET}/policies", 200, "policies", version='"2"', position="DatasetChanged", who="admin",
        body={"policies": [{"table": "orders", "filter": "id = 1"}]}),
    Row(f"POST {SET}/terms", 201, TERM, body={"term": "revenue"}, version='"1"', position="BusinessTermChanged"),
    Row(f"GET {SET}/terms", 200, TERM, "page"),
    Row(f"PATCH {SET}/terms/{{term}}", 200, TERM, body={"definition": "later"}, version='"2"',
        position="BusinessTermChanged"),
    Row(f"DELETE {SET}/terms/{{term}}", 204, "", version='"2"', position="BusinessTermChanged"),
    Row(f"POST {SET}/train", 202, STARTED, body={"table_names": ["orders"]}, location=WORK, message="训练已开始",
        position="TrainingRequested"),
    Row(f"POST {SET}/train", 409, "training_active", given="training"),
    Row(f"GET {TRAINING}/progress", 200, PROGRESS, given="training"),
    Row(f"GET {TRAINING}/logs?limit=50", 200, "id content created_at", "list", given="training"),
    Row(f"POST {TRAINING}/pause", 202, "message", given="training", message="训练暂停请求已发送",
        position="PauseRequested"),
    Row(f"POST {TRAINING}/pause", 400, "not_training", given="paused"),
    Row(f"POST {TRAINING}/resume", 202, "message", given="paused", message="训练恢复请求已发送",
        position="ResumeRequested"),
    Row(f"POST {TRAINING}/resume", 400, "not_training", given="training"),
    Row(f"POST {TRAINING}/cancel", 202, "message", given="training", message="训练取消请求已发送",
        position="CancelRequested"),
    Row(f"POST {TRAINING}/cancel", 400, "not_training", given="completed"),
    Row(f"DELETE {TRAINING}", 200, "message", given="completed", message="训练数据已清理", position="KnowledgeRemoved"),
    Row(f"DELETE {TRAINING}", 409, "training_active", given="training"),
    Row(f"DELETE {SET}/cache", 200, "message", message="缓存已清理", position="CacheCleared"),
    Row(f"GET {SET}/trainings", 200, "training_id source requested_at status", "page", given="completed"),
    Row(f"GET {SET}/training-data?type=qa,ddl,document&page=1", 200, "type text origin", "page", given="completed"),
]  # fmt: skip


async def _stands(running: Running, given: Given) -> dict[str, str]:
    """Let things stand so; the ids by their names in the table."""
    if given == "a data source":
        made = (await running.anna.post(f"{API}/datasources", json=SHOP | {"name": new_id()})).json()
        return {"datasource": made["id"]}
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}"
    datasource_id = (await running.anna.get(path)).json()["datasource_id"]
    await running.hear(structure(datasource_id, "orders", "people"))
    term = (await running.anna.post(f"{path}/terms", json={"term": "late"})).json()
    if given != "new":
        await _train(running, dataset_id, given)
    return {"dataset": dataset_id, "datasource": datasource_id, "term": term["id"], "new": new_id()}


async def _train(running: Running, dataset_id: str, given: Given) -> None:
    path = f"{API}/datasets/{dataset_id}"
    training: dict[str, Any] = {"dataset_id": dataset_id}
    training["training_id"] = (await running.anna.post(f"{path}/train")).json()["training_id"]
    if given == "waiting":
        return
    if given == "paused":
        await running.anna.post(f"{path}/training/pause")
    learned = LearnedItem(item_id=new_id(), kind="pair", text="How many?", question="How many?", sql="SELECT 1")
    failed = Problem(code="timeout", detail="The database did not answer", hint="Try later")
    line = LogLine(number=1, content="Learned a pair", created_at=now())
    state = {"status": given, "progress": 50, "problem": failed if given == "failed" else None, "reached_at": now()}
    control = {"sequence": 1, "control_sequence": int(given == "paused")}
    await running.hear(
        CheckpointReached.model_validate(training | state | control | {"items": (learned,), "items_learned": 1}),
        TrainingLogged(**training, lines=(line,)),
    )


def _filled(body: Any, ids: dict[str, str]) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value.format(**ids) if isinstance(value, str) else value for name, value in body.items()}


async def _trainer_says(running: Running, asking: Awaitable[httpx.Response], **found: Any) -> httpx.Response:
    """The answer to a call for which the trainer looks at a database, and finds that."""
    asked = "SELECT value FROM outbox WHERE topic = 'SchemaInspectionRequested' ORDER BY id DESC LIMIT 1"
    before, answer = await running.gateway.pool.fetchval(asked), asyncio.ensure_future(asking)
    async with asyncio.timeout(20):
        while (request := await running.gateway.pool.fetchval(asked)) == before and not answer.done():
            await asyncio.sleep(0.01)
    which = {name: orjson.loads(request)[name] for name in ("inspection_id", "datasource_id", "only_test")}
    heard = structure("", "orders", "people").model_dump() | which | found
    await running.hear(SchemaInspected.model_validate(heard | {"sequence": 2, "server_version": "18"}))
    return await answer


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.call} {row.status}")
async def test_a_row_of_the_table_answers_as_is_written(
    running: Running, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patience in ("_PUBLISH_SECONDS", "_READ_SECONDS"):
        monkeypatch.setattr(gateway, patience, 30.0)
    ids = await _stands(running, row.given)
    method, _, path = row.call.partition(" ")
    path, body, client = API + path.format(**ids), _filled(row.body, ids), getattr(running, row.who)
    changes = row.version and method in ("PATCH", "PUT", "DELETE")
    headers = {"Accept-Language": "zh"} | ({"If-Match": '"1"'} if changes else {})
    headers |= {"Idempotency-Key": new_id()} if method == "POST" else {}

    assert_problem(await running.nobody.request(method, path, json=body), 401)
    if "{" in row.call:
        assert_problem(await running.ben.request(method, path, json=body), 404)
    if changes:
        assert_problem(await client.request(method, path, json=body, headers={"If-Match": '"7"'}), 412)
    asking = client.request(method, path, json=body, headers=headers)
    answer = await (_trainer_says(running, asking) if "/test" in path or "refresh" in path else asking)
    if row.status >= 400:
        assert assert_problem(answer, row.status)["type"] == f"urn:espalier:problem:{row.says}"
        return
    assert answer.status_code == row.status, answer.text
    _assert_fields(row, answer)
    await _assert_headers(running, row, answer, ids)
    if method == "POST":
        again = await client.post(path, json=body, headers=headers)
        assert (again.status_code, again.json()) == (answer.status_code, answer.json())
        assert again.headers.get("location") == answer.headers.get("location")
        reused = assert_problem(await client.post(path, json={"other": True}, headers=headers), 422)
        assert reused["type"] == "urn:espalier:problem:key_reused"
    if method == "GET":
        await _assert_pages(row, client, path)


def _assert_fields(row: Row, answer: httpx.Response) -> None:
    if not row.says:
        assert answer.content == b""
        return
    said = answer.json()
    if row.shape == "page":
        assert set(said) == {"items", "total", "page", "page_size"}
        assert (said["page"], said["page_size"]) == (1, 20) and said["total"] >= len(said["items"])
    things = said["items"] if row.shape == "page" else said if row.shape == "list" else [said]
    assert things and all(set(row.says.split()) <= set(thing) for thing in things), things
    assert not row.message or said["message"] == row.message
    assert not any({"password", "password_ciphertext"} & set(thing) for thing in things)


async def _assert_headers(running: Running, row: Row, answer: httpx.Response, ids: dict[str, str]) -> None:
    if row.location:
        assert answer.headers["location"] == row.location.format(**ids, **answer.json())
        assert (await running.anna.get(answer.headers["location"])).status_code == 200
    assert not row.version or answer.headers["etag"] == row.version
    if row.position:
        position = answer.headers["espalier-position"]
        assert position.startswith(f"{row.position}/")
        assert (await running.anna.get(f"{API}/datasets", params={"after": position})).status_code == 200


async def _assert_pages(row: Row, client: httpx.AsyncClient, path: str) -> None:
    if row.shape == "page":
        second = (await client.get(path, params={"page": 2, "page_size": 1})).json()
        assert (second["page"], second["page_size"]) == (2, 1) and len(second["items"]) <= 1
    if "/auth/" not in path:
        assert_problem(await client.get(path, params={"after": "no position"}), 400)


async def test_a_login_gives_a_token_that_opens_the_rest(running: Running) -> None:
    form = {"username": "anna", "password": "long enough"}
    token = (await running.nobody.post(f"{API}/auth/login", data=form)).json()
    assert set(token) == {"access_token", "token_type", "expires_in"} and token["token_type"] == "bearer"
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert (await running.nobody.get(f"{API}/auth/me", headers=headers)).json()["username"] == "anna"


@pytest.mark.parametrize("code", ["host_not_found", "refused", "login", "database_missing", "timeout"])
async def test_a_database_that_cannot_be_reached_is_a_problem_with_a_hint(running: Running, code: str) -> None:
    asking = running.anna.post(f"{API}/datasources/test", json=SHOP, headers={"Accept-Language": "zh"})
    problem = DataSourceError(code).problem("zh")
    shown = assert_problem(await _trainer_says(running, asking, ok=False, problem=problem), 422)
    assert (shown["reason"], shown["hint"]) == (code, problem.hint) and shown["hint"]


@pytest.mark.parametrize(
    ("given", "status", "word"),
    [
        ("waiting", "pending", "等待训练"),
        ("training", "training", "训练中"),
        ("completed", "completed", "训练完成"),
        ("failed", "failed", "训练失败"),
        ("paused", "paused", "已暂停"),
    ],
)
async def test_the_states_of_a_training_have_the_words_of_the_seeds(
    running: Running, given: Given, status: str, word: str
) -> None:
    ids = await _stands(running, given)
    path = f"{API}/datasets/{ids['dataset']}"
    progress = (await running.anna.get(f"{path}/training/progress", headers={"Accept-Language": "zh"})).json()
    assert (progress["status"], progress["status_text"]) == (status, word)
    assert (progress["queue_position"] is not None) == (given == "waiting")
    assert bool(progress["error_msg"]) == (given == "failed")
    assert (await running.anna.get(path)).json()["status"] == status


async def test_the_stream_and_the_socket_tell_every_checkpoint_and_line(running: Running, address: str) -> None:
    dataset_id = (await _stands(running, "training"))["dataset"]
    headers = signed_in(running.anna)
    told = await streamed(address, dataset_id, headers | {"Last-Event-ID": EVERYTHING}, 2)
    assert {event.event for event in told} == {"checkpoint", "log"}
    async with socket_of(address, dataset_id, additional_headers=headers) as connection:
        assert [message["id"] for message in await received(connection, 2)] == [event.id for event in told]


async def test_the_newest_log_line_comes_first(running: Running) -> None:
    dataset_id = (await _stands(running, "new"))["dataset"]
    began = datetime(2026, 1, 1, tzinfo=UTC)
    lines = [LogLine(number=n, content=str(n), created_at=began + timedelta(seconds=n)) for n in range(3)]
    await running.hear(TrainingLogged(training_id=new_id(), dataset_id=dataset_id, lines=tuple(lines)))
    shown = (await running.anna.get(f"{API}/datasets/{dataset_id}/training/logs?limit=2")).json()
    assert [line["content"] for line in shown] == ["2", "1"]


@pytest.mark.parametrize(
    ("path", "kind", "holds"),
    [
        ("/healthz", "application/json", "alive"),
        ("/readyz", "application/json", "ready"),
        ("/metrics", "text/plain", "# HELP"),
        ("/openapi.json", "application/json", "/api/v1/datasets"),
        ("/docs", "text/html", "/openapi.json"),
    ],
)
async def test_the_roots_answer_to_everybody(running: Running, path: str, kind: str, holds: str) -> None:
    answer = await running.nobody.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
    assert holds in answer.text
