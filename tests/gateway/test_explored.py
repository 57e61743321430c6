"""Every route answers as its OpenAPI document says, whatever is sent to it: explored by schemathesis, from one seed."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import FailedHealthCheck, Unsatisfiable

from libs.events.catalog import QuestionAsked
from libs.events.ids import new_id
from libs.runtime.clock import now
from services.gateway.api.v1 import datasources
from tests.gateway.conftest import API, Running

_EXAMPLES = 4
_HEALTH = [check for check in HealthCheck if check is not HealthCheck.filter_too_much]
_NEVER_ENDING = "/training/stream"
_ENDS_THE_TOKEN = ("/auth/logout", "/auth/logout-everywhere")


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
async def test_every_route_answers_as_it_declares(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    # Loaded here only: it takes a second and a half, and every process of the tests reads all their files.
    pytest.importorskip("schemathesis")
    monkeypatch.setattr(datasources, "_INSPECTION_SECONDS", 0.01)  # Nobody inspects anything here.
    monkeypatch.setattr(datasources, "_ANSWER_SECONDS", 0.01)
    document = (await running.nobody.get("/openapi.json")).json()
    loop, explored = asyncio.get_running_loop(), 0
    # Deleting comes last, so that what is asked for is there before.
    for operation in sorted(_operations(document), key=lambda one: one.method == "delete"):
        if operation.path.endswith(_ENDS_THE_TOKEN):
            continue
        known = {} if operation.path.endswith(_NEVER_ENDING) else await _ids(running, operation.path)
        await asyncio.to_thread(_explore, operation, known, running.admin, loop)
        explored += 1
    assert explored > 30


def _explore(operation: Any, known: dict[str, str], client: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
    """With real ids and right or wrong values for all else, and a few times with ids of nothing."""
    import schemathesis

    fixed = {"path_parameters": known} if known else {}
    right, wrong = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
    rounds = [(right, fixed, _EXAMPLES), (wrong, fixed, _EXAMPLES), *([(right, {}, 2)] if known else [])]
    for mode, ids, examples in rounds:

        @seed(20260101)
        @settings(
            max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=_HEALTH,
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode, **ids))
        def send(case: Any) -> None:
            answer = asyncio.run_coroutine_threadsafe(client.send(_request(client, case)), loop).result(30)
            case.validate_response(answer, checks=_checks(answer.status_code))

        # What takes no input cannot be given a wrong one, which need not be tried four hundred times.
        with suppress(Unsatisfiable, FailedHealthCheck):
            send()


def _request(client: httpx.AsyncClient, case: Any) -> httpx.Request:
    sent = case.as_transport_kwargs(base_url="http://gateway")
    headers = {name: value.encode("latin-1") for name, value in (sent.get("headers") or {}).items()}
    body = {name: sent[name] for name in ("json", "data", "files") if sent.get(name) is not None}
    if isinstance(body.get("data"), str | bytes):
        body["content"] = body.pop("data")
    return client.build_request(sent["method"], sent["url"], params=sent.get("params"), headers=headers, **body)


def _checks(status: int) -> list[Any]:
    from schemathesis import checks

    names = ["status_code_conformance", "content_type_conformance", "response_schema_conformance"]
    checks.load_all_checks()
    # That a database does not answer is declared, and no error of ours.
    found: list[Any] = checks.CHECKS.get_by_names(names if status == 504 else ["not_a_server_error", *names])
    return found


def _operations(document: dict[str, Any]) -> Iterator[Any]:
    import schemathesis

    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        yield found.ok()


async def _ids(running: Running, path: str) -> dict[str, str]:
    """Real ids for the parameters of a path."""
    if "{" not in path:
        return {}
    dataset_id = await running.dataset(running.admin)
    dataset = (await running.admin.get(f"{API}/datasets/{dataset_id}")).json()
    term = (await running.admin.post(f"{API}/datasets/{dataset_id}/terms", json={"term": "late"})).json()
    made = {"dataset_id": dataset_id, "datasource_id": dataset["datasource_id"], "term_id": term["id"]}
    if "{question_id}" in path or "{conversation_id}" in path:
        asked = await _asked(running, dataset_id)
        made |= {"question_id": asked.question_id, "conversation_id": asked.conversation_id}
    return {name: made[name] for name in made if f"{{{name}}}" in path}


async def _asked(running: Running, dataset_id: str) -> QuestionAsked:
    """A question of a conversation of its own, as it is heard when somebody asks it."""
    who = (await running.admin.get(f"{API}/auth/me")).json()["account_id"]
    asked = QuestionAsked(
        question_id=new_id(), dataset_id=dataset_id, question="How many?", conversation_id=new_id(), who=who,
        asked_at=now(), deadline=now(),
    )  # fmt: skip
    await running.hear(asked)
    return asked
