"""The audit says who did what: everything to an administrator, one's own to everybody else."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from libs.events.catalog import (
    BusinessTermChanged,
    CancelRequested,
    DatasetChanged,
    DataSourceChanged,
    DataSourceSettings,
    Event,
    TrainingRequested,
)
from libs.language.catalogue import text
from services.gateway.audit.acts import act_of
from services.gateway.projections import HANDLERS
from tests.gateway.conftest import API, Running
from tests.gateway.test_bad_input import assert_problem

_AT = datetime(2026, 1, 1, tzinfo=UTC)


async def _audit(client: httpx.AsyncClient, **headers: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{API}/audit?page_size=200", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_everything_a_person_does_is_told_with_who_and_when_and_only_once(running: Running) -> None:
    dataset_id = await running.dataset()
    path = f"{API}/datasets/{dataset_id}"
    made = (await running.anna.get(path)).json()
    datasource_id = made["datasource_id"]
    await running.anna.patch(path, json={"name": "Store"})
    term = (await running.anna.post(f"{path}/terms", json={"term": "晚点"})).json()
    headers = {"Content-Type": "text/csv"}
    await running.anna.post(f"{path}/terms/import", content="term,definition\n晚点,late\n", headers=headers)
    await running.anna.delete(f"{path}/terms/{term['id']}")
    training_id = (await running.anna.post(f"{path}/train")).json()["training_id"]
    for wish in ("pause", "resume", "cancel"):
        await running.anna.post(f"{path}/training/{wish}")
    question = {"dataset_id": dataset_id, "question": "A secret?"}
    asked = (await running.anna.post(f"{API}/chat/", json=question)).json()
    verdict = {"dataset_id": dataset_id, "question": "A secret?", "sql": "SELECT 1", "rating": 1}
    given = await running.anna.post(f"{API}/chat/feedback", json=verdict)
    gone = await running.anna.delete(f"{API}/chat/conversations/{asked['conversation_id']}")
    await running.anna.get(f"{API}/datasets?after={gone.headers['espalier-position']}")
    ours = [act for act in await _audit(running.anna) if act["dataset_id"] == dataset_id]
    assert [(act["action"], act["subject_id"], act["about"]) for act in reversed(ours)] == [
        ("dataset.created", dataset_id, made["name"]),
        ("dataset.changed", dataset_id, "Store"),
        ("term.created", term["id"], "晚点"),
        ("term.changed", term["id"], "晚点"),
        ("term.deleted", term["id"], "晚点"),
        ("training.requested", training_id, "user"),
        ("training.pause", training_id, ""),
        ("training.resume", training_id, ""),
        ("training.cancel", training_id, ""),
        ("question.asked", asked["question_id"], ""),
        ("feedback.given", given.json()["feedback_id"], ""),
        ("conversation.deleted", asked["conversation_id"], ""),
    ]
    me = (await running.anna.get(f"{API}/auth/me")).json()
    assert {(act["who"], act["username"]) for act in ours} == {(me["account_id"], "anna")}
    assert any(act["subject_id"] == datasource_id for act in await _audit(running.anna))
    assert "secret" not in str(ours)


async def test_a_member_sees_their_own_acts_and_an_administrator_all(running: Running) -> None:
    dataset_id = await running.dataset(running.ben)
    assert dataset_id in {act["subject_id"] for act in await _audit(running.ben)}
    assert {act["username"] for act in await _audit(running.ben)} == {"ben"}
    assert dataset_id not in {act["subject_id"] for act in await _audit(running.anna)}
    found = [act for act in await _audit(running.admin) if act["subject_id"] == dataset_id]
    assert [(act["username"], act["action"]) for act in found] == [("ben", "dataset.created")]
    assert_problem(await running.nobody.get(f"{API}/audit"), 401)


async def test_the_newest_act_comes_first_page_by_page_in_the_language_asked_for(running: Running) -> None:
    dataset_id = await running.dataset()
    first = (await running.anna.get(f"{API}/audit?page_size=1", headers={"Accept-Language": "zh"})).json()
    assert [(act["subject_id"], act["action_text"]) for act in first["items"]] == [(dataset_id, "创建了数据集")]
    second = (await running.anna.get(f"{API}/audit?page_size=1&page=2")).json()
    assert second["total"] == first["total"] >= 2
    assert [act["action_text"] for act in second["items"]] == ["Registered a data source"]


async def test_what_is_done_to_accounts_and_caches_is_told_too(running: Running) -> None:
    form = {"username": "olga", "password": "long enough"}
    olga = (await running.admin.post(f"{API}/auth/users", json=form)).json()["account_id"]
    place = f"{API}/auth/users/{olga}"
    for change in ({"role": "admin"}, {"role": "member", "active": True}):
        await running.admin.patch(place, json=change)
    signed_in = [(await running.nobody.post(f"{API}/auth/login", data=form)).json()["access_token"] for _ in range(2)]
    own = {"Authorization": f"Bearer {signed_in[0]}"}
    tokens = (await running.nobody.get(f"{API}/auth/tokens", headers=own)).json()["items"]
    await running.nobody.delete(f"{API}/auth/tokens/{tokens[1]['id']}", headers=own)
    passwords = {"old_password": "long enough", "new_password": "even longer"}
    await running.nobody.post(f"{API}/auth/password", json=passwords, headers=own)
    mine = (await running.nobody.get(f"{API}/audit", headers=own | {"Accept-Language": "zh"})).json()
    assert [act["action_text"] for act in mine["items"]] == ["修改了密码", "撤销了令牌"] and mine["total"] == 2
    await running.nobody.post(f"{API}/auth/logout-everywhere", headers=own)
    for _ in range(7):
        await running.nobody.post(f"{API}/auth/login", data=form)
    await running.admin.patch(place, json={"active": False})
    await running.admin.patch(place, json={"active": True})
    found = [act for act in reversed(await _audit(running.admin)) if act["about"] == "olga"]
    assert [(act["username"], act["action"], act["subject_id"]) for act in found] == [
        ("admin", "account.created", olga),
        ("admin", "account.made_admin", olga),
        ("admin", "account.made_member", olga),
        ("olga", "token.ended", tokens[1]["id"]),
        ("olga", "account.password_changed", olga),
        ("olga", "account.tokens_ended", olga),
        (None, "account.login_slowed_down", olga),
        ("admin", "account.closed", olga),
        ("admin", "account.opened", olga),
    ]
    assert not any(secret in str(found) for secret in (*signed_in, "even longer"))
    dataset_id = await running.dataset()
    await running.anna.delete(f"{API}/datasets/{dataset_id}/cache")
    assert [act["action"] for act in await _audit(running.anna) if act["dataset_id"] == dataset_id] == [
        "cache.cleared", "dataset.created",
    ]  # fmt: skip
    assert not any(act["action"] == "cache.cleared" for act in await _audit(running.ben))


async def test_an_account_that_is_not_changed_leaves_no_act(running: Running) -> None:
    before = (await running.admin.get(f"{API}/audit")).json()["total"]
    me = (await running.ben.get(f"{API}/auth/me")).json()["account_id"]
    await running.admin.patch(f"{API}/auth/users/{me}", json={"active": True, "role": "member"})
    assert (await running.admin.post(f"{API}/auth/users", json={"username": "ben", "password": "x" * 8})).is_error
    assert (await running.ben.delete(f"{API}/auth/tokens/none")).is_error
    assert (await running.admin.get(f"{API}/audit")).json()["total"] == before


_OLD: dict[str, Any] = {"version": 1, "name": "N", "owner_id": "o", "changed_at": _AT}


@pytest.mark.parametrize(
    ("event", "who", "action"),
    [
        (DataSourceChanged(datasource_id="s", settings=DataSourceSettings(kind="sqlite"), **_OLD), "o",
         "datasource.created"),
        (DatasetChanged(dataset_id="d", datasource_id="s", collection_name="c", **_OLD | {"version": 2}), "o",
         "dataset.changed"),
        (DatasetChanged(dataset_id="d", datasource_id="s", collection_name="c", deleted=True, who="w", **_OLD), "w",
         "dataset.deleted"),
        (BusinessTermChanged(dataset_id="d", term_id="t", version=1, terms_version=1, term="T", changed_at=_AT), "",
         "term.created"),
        (CancelRequested(training_id="t", dataset_id="d", control_sequence=1, who="w", requested_at=_AT), "w",
         "training.cancel"),
        (TrainingRequested(training_id="t", dataset_id="d", source="feedback", who="w", requested_at=_AT), "w",
         "training.requested"),
    ],
)  # fmt: skip
def test_an_event_says_who_did_what_and_an_old_one_who_alone_could_have(event: Event, who: str, action: str) -> None:
    act = act_of(event)
    assert (act.at, act.who, act.action) == (_AT, who, action)
    assert text(f"audit.{act.action}", "zh") != text(f"audit.{act.action}", "en")


def test_whatever_we_keep_that_says_who_is_in_the_audit() -> None:
    saying_who = {event for event in HANDLERS.project if "who" in event.model_fields}
    assert saying_who == {event for event, keep in HANDLERS.project.items() if keep.__module__.endswith("audit")}
    assert len(saying_who) == 12
