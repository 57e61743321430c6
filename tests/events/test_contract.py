"""The published contract: it is what the catalogue says, it only grows, and its cases and histories hold."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped, unused-ignore]
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from libs.events.catalog import BY_NAME, TOPICS, CheckpointReached, Event
from libs.events.contract import generate
from libs.events.envelope import Undecodable, decode, schema_urn
from libs.events.upcast import UPCASTS
from tests.events.records import StoredRecord, encoded
from tests.events.strategies import events

_CASES = [case for path in sorted((generate.FOLDER / "cases").glob("*.json")) for case in json.loads(path.read_text())]
_HISTORIES = sorted((generate.FOLDER / "histories").glob("*.jsonl"))
_VALIDATORS = {topic.name: Draft202012Validator(generate.schema_of(topic.event)) for topic in TOPICS}


def test_the_committed_contract_is_what_the_catalogue_says() -> None:
    assert generate.outdated() == [], "run: python -m libs.events.contract.generate"


def test_writing_refuses_what_would_break_old_consumers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = generate.schema_of(CheckpointReached)
    published["properties"]["mood"] = {"type": "string"}
    path = tmp_path / "CheckpointReached" / "1.json"
    path.parent.mkdir()
    path.write_text(json.dumps(published))
    monkeypatch.setattr(generate, "contract", lambda: {path: json.dumps(generate.schema_of(CheckpointReached))})
    with pytest.raises(generate.BreakingChange, match=r"CheckpointReached: \.mood: removed"):
        generate.write()
    assert json.loads(path.read_text()) == published


def test_every_published_version_before_the_newest_is_upcast() -> None:
    for path in generate.SCHEMAS.glob("*/*.json"):
        name, version = path.parent.name, int(path.stem)
        assert name in BY_NAME, f"{name} was published once and has left the catalogue"
        assert version == BY_NAME[name].event.schema_version or (name, version) in UPCASTS
        assert json.loads(path.read_text())["$id"] == schema_urn(name, version)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(generate.schema_of(BY_NAME[name].event))


@given(events())
@settings(max_examples=150, deadline=None)
def test_every_event_that_is_sent_fits_its_published_schema(event: Event) -> None:
    message = encoded(event)
    _VALIDATORS[message.topic].validate(json.loads(message.value))


def test_the_asyncapi_document_names_every_topic_with_key_retention_and_senders() -> None:
    document = yaml.safe_load((generate.FOLDER / "asyncapi.yaml").read_text())
    assert set(document["channels"]) == set(BY_NAME)
    for name, topic in BY_NAME.items():
        kept = document["channels"][name]["bindings"]["kafka"]["topicConfiguration"]["retention.ms"]
        assert kept == (-1 if topic.keeps is None else topic.keeps.total_seconds() * 1000)
        message = document["components"]["messages"][name]
        assert topic.event.key_field in message["bindings"]["kafka"]["key"]["description"]
        assert (generate.FOLDER / message["payload"]["schema"]["$ref"]).exists()
        for sender in topic.senders:
            assert document["operations"][f"{sender}Sends{name}"]["channel"] == {"$ref": f"#/channels/{name}"}


def test_the_headers_that_are_sent_fit_the_asyncapi_document() -> None:
    document = yaml.safe_load((generate.FOLDER / "asyncapi.yaml").read_text())
    for path in _HISTORIES:
        for line in path.read_text().splitlines():
            recorded = json.loads(line)
            schema = {"components": document["components"]}
            schema |= document["components"]["messages"][recorded["topic"]]["headers"]
            Draft202012Validator(schema).validate(recorded["headers"])


@pytest.mark.parametrize("case", _CASES, ids=[case["case"] for case in _CASES])
def test_a_contract_case_is_decoded_as_it_says(case: dict[str, Any]) -> None:
    headers = [(name, _bytes(value)) for name, value in case["headers"].items()]
    record = StoredRecord(case["topic"], _bytes(case["value"]), headers)
    try:
        decode(record)
        outcome = "valid"
    except Undecodable as error:
        outcome = error.reason
    assert outcome == case["expected"]


def test_the_contract_cases_cover_every_reason_once_and_have_names_of_their_own() -> None:
    names = [case["case"] for case in _CASES]
    assert len(names) == len(set(names))
    assert {case["expected"] for case in _CASES} == {
        *("valid", "no_headers", "null_header", "undecodable_header", "missing_header", "unknown_type"),
        *("unknown_schema", "future_version", "empty", "not_json", "missing_field", "invalid_field"),
    }


@pytest.mark.parametrize("path", _HISTORIES, ids=lambda path: path.stem)
def test_a_recorded_history_is_still_read_and_says_the_same(path: Path) -> None:
    for line in path.read_text().splitlines():
        recorded = json.loads(line)
        headers = [(name, value.encode()) for name, value in recorded["headers"].items()]
        key, offset = recorded["key"].encode(), recorded["offset"]
        received = decode(StoredRecord(recorded["topic"], recorded["value"].encode(), headers, key, 0, offset))
        assert received.event.key == recorded["key"]
        _assert_kept(json.loads(recorded["value"]), received.event.model_dump(mode="json"))


def test_the_recorded_histories_hold_every_event() -> None:
    recorded = {json.loads(line)["topic"] for path in _HISTORIES for line in path.read_text().splitlines()}
    assert recorded == set(BY_NAME)


def _assert_kept(recorded: Any, read: Any) -> None:
    """Everything recorded is still there; today's event may know more fields."""
    if isinstance(recorded, dict):
        for name, value in recorded.items():
            _assert_kept(value, read[name])
    elif isinstance(recorded, list):
        assert len(recorded) == len(read)
        for before, now in zip(recorded, read, strict=True):
            _assert_kept(before, now)
    else:
        assert recorded == read


def _bytes(value: Any) -> bytes | None:
    if value is None or isinstance(value, str):
        return None if value is None else value.encode()
    if set(value) == {"base64"}:
        return b64decode(value["base64"])
    return json.dumps(value).encode()
