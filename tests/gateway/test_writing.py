"""Writes: one of many wins, a repeated request is carried out once, a stale change is refused."""

import asyncio
from datetime import UTC, datetime
from typing import Literal

from libs.events.catalog import CheckpointReached, LearnedItem, TrainingStatus
from libs.runtime.clock import now
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import SOURCE, assert_problem


async def test_of_many_concurrent_trains_exactly_one_is_accepted(running: Running) -> None:
    dataset_id = await running.dataset()
    answers = await asyncio.gather(*(running.anna.post(f"{API}/datasets/{dataset_id}/train") for _ in range(200)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [202] + [409] * 199


async def test_a_training_goes_by_its_checkpoints_and_a_new_one_starts_after_its_end(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}"
    training_id = (await running.anna.post(f"{path}/train")).json()["training_id"]
    assert (await running.anna.get(f"{path}/training/progress")).json()["status"] == "pending"

    def reached(sequence: int, status: TrainingStatus, progress: float, control: int = 0) -> CheckpointReached:
        return CheckpointReached(
            training_id=training_id, dataset_id=dataset_id, sequence=sequence, status=status, progress=progress,
            control_sequence=control, reached_at=now(),
        )  # fmt: skip

    await running.hear(reached(2, "training", 40), reached(1, "pending", 0))
    progress = (await running.anna.get(f"{path}/training/progress")).json()
    assert (progress["status"], progress["process_rate"]) == ("training", 40)
    assert_problem(await running.anna.post(f"{path}/training/resume"), 400)
    assert (await running.anna.post(f"{path}/training/pause")).status_code == 202
    await running.hear(reached(3, "paused", 41, 1))
    assert_problem(await running.anna.post(f"{path}/training/pause"), 400)
    assert_problem(await running.anna.post(f"{path}/train"), 409)
    assert_problem(await running.anna.delete(f"{path}/training"), 409)
    assert (await running.anna.post(f"{path}/training/resume")).status_code == 202
    await running.hear(reached(4, "training", 60, 2), reached(5, "completed", 100, 2))
    shown = (await running.anna.get(path)).json()
    assert (shown["status"], shown["process_rate"]) == ("completed", 100) and shown["last_train_at"]
    assert_problem(await running.anna.post(f"{path}/training/cancel"), 400)
    assert (await running.anna.post(f"{path}/train")).status_code == 202


async def test_a_repeated_request_gets_the_same_answer_and_is_carried_out_once(running: Running) -> None:
    key = {"Idempotency-Key": "register-the-shop"}
    first = await running.anna.post(f"{API}/datasources", json=SOURCE | {"name": "once"}, headers=key)
    again = await running.anna.post(f"{API}/datasources", json=SOURCE | {"name": "once"}, headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    for name in ("location", "etag", "espalier-position"):
        assert again.headers[name] == first.headers[name]
    made = "SELECT count(*) FROM datasources WHERE state->>'name' = 'once'"
    assert await running.gateway.pool.fetchval(made) == 1
    assert_problem(await running.anna.post(f"{API}/datasources", json=SOURCE, headers=key), 422)


async def test_a_second_data_source_or_dataset_of_one_name_is_refused_and_the_first_is_named(running: Running) -> None:
    answers = await asyncio.gather(
        *(running.anna.post(f"{API}/datasources", json=SOURCE | {"name": "twice"}) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    [made] = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    dataset = {"name": "twice", "datasource_id": made}
    path = f"{API}/datasets/{(await running.anna.post(f'{API}/datasets', json=dataset)).json()['id']}"
    other = await running.anna.post(f"{API}/datasets", json=dataset | {"name": "other"})
    source = await running.anna.post(f"{API}/datasources", json=SOURCE | {"name": "other"})
    for refused in (
        await running.anna.post(f"{API}/datasets", json=dataset, headers={"Accept-Language": "zh"}),
        await running.anna.patch(other.headers["location"], json={"name": "Twice"}),
        await running.anna.patch(source.headers["location"], json={"name": "twice"}),
    ):
        said = assert_problem(refused, 409)["detail"]
        assert "twice" in said.lower() and (made in said or path.rpartition("/")[2] in said)
    assert (await running.anna.patch(path, json={"name": "TWICE"})).status_code == 200, "its own name"
    assert (await running.ben.post(f"{API}/datasources", json=SOURCE | {"name": "twice"})).status_code == 201
    assert (await running.anna.delete(path)).status_code == 204
    assert (await running.anna.post(f"{API}/datasets", json=dataset)).status_code == 201, "the name is free again"


async def test_a_change_of_an_old_version_is_refused(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}"
    etag = (await running.anna.get(path)).headers["etag"]
    changed = await running.anna.patch(path, json={"name": "new"}, headers={"If-Match": etag})
    assert changed.status_code == 200 and changed.headers["etag"] != etag
    assert_problem(await running.anna.patch(path, json={"name": "late"}, headers={"If-Match": etag}), 412)
    assert (await running.anna.get(path)).json()["name"] == "new"


async def test_a_write_tells_its_position_and_a_read_can_wait_for_it(running: Running) -> None:
    made = await running.anna.post(f"{API}/datasources", json=SOURCE | {"name": "awaited"})
    position = made.headers["espalier-position"]
    assert position.startswith("DataSourceChanged/")
    listed = await running.anna.get(f"{API}/datasources", params={"after": position})
    assert listed.status_code == 200


async def test_what_is_said_of_a_data_source_is_kept_but_for_its_password(running: Running) -> None:
    given = SOURCE | {"name": "private", "port": 5433, "sample_values": False, "private_columns": ["orders.card"]}
    made = (await running.anna.post(f"{API}/datasources", json=given)).json()
    assert made.items() >= {"sample_values": False, "private_columns": ["orders.card"], "port": 5433}.items()
    changed = await running.anna.patch(f"{API}/datasources/{made['id']}", json={"private_columns": []})
    assert (changed.json()["sample_values"], changed.json()["private_columns"]) == (False, [])


async def test_a_data_source_in_use_cannot_be_deleted_and_its_password_is_never_shown(running: Running) -> None:
    dataset_id = await running.dataset()
    datasource_id = (await running.anna.get(f"{API}/datasets/{dataset_id}")).json()["datasource_id"]
    shown = await running.anna.get(f"{API}/datasources/{datasource_id}")
    assert shown.json()["has_password"] is True and "ciphertext" not in shown.text
    assert_problem(await running.anna.delete(f"{API}/datasources/{datasource_id}"), 409)
    assert (await running.anna.delete(f"{API}/datasets/{dataset_id}")).status_code == 204
    assert (await running.anna.delete(f"{API}/datasources/{datasource_id}")).status_code == 204
    assert_problem(await running.anna.get(f"{API}/datasources/{datasource_id}"), 404)


async def test_terms_count_their_versions(running: Running) -> None:
    path = f"{API}/datasets/{await running.dataset()}/terms"
    term = (await running.anna.post(path, json={"term": "晚点", "synonyms": ["late"]})).json()
    changed = (await running.anna.patch(f"{path}/{term['id']}", json={"definition": "更晚"})).json()
    assert (changed["version"], changed["synonyms"]) == (2, ["late"])
    assert (await running.anna.delete(f"{path}/{term['id']}")).status_code == 204
    assert (await running.anna.get(path)).json()["total"] == 0


async def test_the_answer_to_a_login_is_never_kept_because_it_holds_a_token(running: Running) -> None:
    key = {"Idempotency-Key": "login"}
    form = {"username": "anna", "password": "long enough"}
    tokens = [
        (await running.nobody.post(f"{API}/auth/login", data=form, headers=key)).json()["access_token"]
        for _ in range(2)
    ]
    assert tokens[0] != tokens[1]
    for token in tokens:
        kept = "SELECT count(*) FROM idempotency_keys WHERE position(convert_to($1, 'UTF8') IN body) > 0"
        assert await running.gateway.pool.fetchval(kept, token) == 0


async def test_a_dataset_that_is_being_trained_cannot_be_deleted(running: Running) -> None:
    dataset_id = await running.dataset()
    await running.anna.post(f"{API}/datasets/{dataset_id}/train")
    assert_problem(await running.anna.delete(f"{API}/datasets/{dataset_id}"), 409)


async def test_a_deleted_conversation_is_shown_no_longer_and_cannot_be_gone_on_with(running: Running) -> None:
    dataset_id = await running.dataset()
    asked = {"dataset_id": dataset_id, "question": "How many?"}
    question = (await running.anna.post(f"{API}/chat/", json=asked)).json()
    asked["conversation_id"] = question["conversation_id"]
    conversation = f"{API}/chat/conversations/{asked['conversation_id']}"
    assert (await running.ben.delete(conversation)).status_code == 404
    assert (await running.anna.get(conversation)).status_code == 200
    assert (await running.anna.delete(conversation)).status_code == 204
    for gone in (conversation, f"{API}/chat/questions/{question['question_id']}"):
        assert (await running.anna.get(gone)).status_code == 404
    assert (await running.anna.delete(conversation)).status_code == 404
    assert (await running.anna.post(f"{API}/chat/", json=asked)).status_code == 404
    listed = (await running.anna.get(f"{API}/chat/conversations?page_size=200")).json()["items"]
    assert asked["conversation_id"] not in [one["conversation_id"] for one in listed]


async def test_a_term_whose_sql_expression_cannot_be_read_is_refused(running: Running) -> None:
    terms = f"{API}/datasets/{await running.dataset()}/terms"
    for expression in ("decimal(" * 40 + "1" + ")" * 40, "sum((orders.paid)", "1; DROP TABLE orders"):
        refused = await running.anna.post(terms, json={"term": "revenue", "sql_expression": expression})
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:espalier:problem:sql_expression"), expression
    assert (await running.anna.get(terms)).json()["total"] == 0
    kept = await running.anna.post(terms, json={"term": "revenue", "sql_expression": "sum(orders.paid)"})
    assert kept.status_code == 201


async def test_training_data_shows_a_correction_and_not_what_it_corrects(running: Running) -> None:
    dataset_id = await running.dataset()

    def pair(
        sequence: int, question: str, sql: str, origin: Literal["training", "feedback"], asked: int = 8
    ) -> CheckpointReached:
        item = LearnedItem(item_id=sql, kind="pair", text="", question=question, sql=sql, origin=origin)
        return CheckpointReached(
            training_id=f"t-{dataset_id}", dataset_id=dataset_id, sequence=sequence, status="training", items=(item,),
            requested_offset=asked, reached_at=datetime(2026, 1, 1, 0, sequence, tzinfo=UTC),
        )  # fmt: skip

    learned = [
        pair(1, "How many?", "SELECT 1", "training"), pair(2, "how many", "SELECT 2", "feedback"),
        pair(3, "How many?", "SELECT 3", "feedback"), pair(4, "How many?", "SELECT 4", "training"),
        pair(5, "Which?", "SELECT 5", "training"), pair(6, "How many?", "SELECT 6", "feedback", asked=7),
        pair(7, "How many?", "SELECT 2", "feedback"),
    ]  # fmt: skip
    for known, expected in ((learned[:6], {"SELECT 3", "SELECT 5"}), (learned[6:], {"SELECT 2", "SELECT 5"})):
        await running.hear(*known)
        shown = (await running.anna.get(f"{API}/datasets/{dataset_id}/training-data?type=qa")).json()
        assert {item["sql"] for item in shown["items"]} == expected
        assert {(item["kind"], item["type"]) for item in shown["items"]} == {("pair", "qa")}
        assert shown["total"] == 2
